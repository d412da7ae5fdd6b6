package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// A FileAnchor is the path of a file of checkpoints, one after another, to which
// is only appended: on a share that others keep, in a repository, on a medium
// that is written once.
type FileAnchor string

// Name implements [Anchor].
func (f FileAnchor) Name() string { return string(f) }

// Checkpoints implements [Anchor].
func (f FileAnchor) Checkpoints(context.Context, string) ([][]byte, error) {
	b, err := os.ReadFile(string(f))
	if err != nil {
		return nil, err
	}
	return splitNotes(b)
}

// Append appends a checkpoint and returns when it is on disk. One that the file
// ends with is not written twice.
func (f FileAnchor) Append(c Checkpoint) error {
	known, err := f.Checkpoints(context.Background(), "")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("anchor %s: %w", f, err)
	}
	if n := len(known); n > 0 && bytes.Equal(known[n-1], c.Note) {
		return nil
	}
	file, err := os.OpenFile(string(f), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	text := c.Note
	if len(known) > 0 {
		text = slices.Concat([]byte("\n"), text)
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// splitNotes takes signed notes apart that stand one after another: text, an
// empty line, lines of signatures.
func splitNotes(b []byte) (notes [][]byte, err error) {
	var note []byte
	signing := false
	for line := range bytes.Lines(b) {
		empty := string(line) == "\n"
		signature := bytes.HasPrefix(line, []byte("— "))
		if signing && !signature && len(note) > 0 {
			notes, note, signing = append(notes, note), nil, false
		}
		if empty && len(note) == 0 {
			continue
		}
		note = append(note, line...)
		signing = signing || empty
	}
	if len(note) > 0 {
		notes = append(notes, note)
	}
	for i, n := range notes {
		if !strings.Contains(string(n), "\n\n— ") || !bytes.HasSuffix(n, []byte("\n")) {
			return nil, fmt.Errorf("its checkpoint number %d is cut off, or is none", i+1)
		}
	}
	return notes, nil
}
