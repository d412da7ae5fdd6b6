package casefile

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ErrNoReport is the error of a file that is no report that carries a checkpoint.
var ErrNoReport = errors.New("it is no report in JSON, HTML or PDF")

// CheckpointIn reads the checkpoint that a report prints: one in JSON, HTML or
// PDF, by the end of its name. What it returns is only read, not verified. An
// error of a file that is none of these is an [ErrNoReport].
func CheckpointIn(path string) (note []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := readPrinted(f, filepath.Base(path))
	if err == nil && c.Checkpoint == "" {
		err = errors.New("it prints no checkpoint: its case was not attested when it was made")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return []byte(c.Checkpoint), nil
}

// printed is what a report says that it was made from. Only JSON says case and
// lines in a form that a program can read.
type printed struct {
	Case       string
	Lines      uint64
	Checkpoint string // "" if it prints none
}

func readPrinted(r io.Reader, name string) (c printed, err error) {
	switch {
	case strings.HasSuffix(name, ".gitlab.json"):
		return c, ErrNoReport
	case strings.HasSuffix(name, ".json"):
		return printedInJSON(r)
	case strings.HasSuffix(name, ".html"):
		text, err := between(r, `<pre id="checkpoint">`, "</pre>")
		return printed{Checkpoint: html.UnescapeString(text)}, err
	case strings.HasSuffix(name, ".pdf"):
		text, err := between(r, "osint-checkpoint:", ")")
		if err != nil || text == "" {
			return c, err
		}
		note, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return c, fmt.Errorf("its checkpoint can't be read: %w", err)
		}
		return printed{Checkpoint: string(note)}, nil
	}
	return c, ErrNoReport
}

// printedInJSON reads a report up to where it says what is asked, and holds
// nothing else of it.
func printedInJSON(r io.Reader) (c printed, err error) {
	dec := json.NewDecoder(bufio.NewReader(r))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return c, ErrNoReport
	}
	var of struct {
		ID    string
		Lines uint64
	}
	var proof struct{ Checkpoint string }
	for met := 0; met < 2 && dec.More(); {
		key, err := dec.Token()
		if err != nil {
			return c, fmt.Errorf("it can't be read: %w", err)
		}
		switch key {
		case "case":
			err = dec.Decode(&of)
			met++
		case "attestation":
			err = dec.Decode(&proof)
			met++
		default:
			err = skip(dec)
		}
		if err != nil {
			return c, fmt.Errorf("it can't be read: %w", err)
		}
	}
	if of.ID == "" {
		return c, ErrNoReport
	}
	return printed{of.ID, of.Lines, proof.Checkpoint}, nil
}

// skip passes over one value.
func skip(dec *json.Decoder) error {
	for depth := 0; ; {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// most is how long a printed checkpoint may be.
const most = 1 << 16

// between returns what stands between the only head in a stream and the foot
// that follows; "" if there is none. Two heads are an error.
func between(r io.Reader, head, foot string) (text string, err error) {
	in := bufio.NewReaderSize(r, 1<<17)
	found := false
	for {
		block, err := in.Peek(in.Size())
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		i := bytes.Index(block, []byte(head))
		if i < 0 {
			if len(block) < in.Size() {
				return text, nil
			}
			_, _ = in.Discard(len(block) - len(head) + 1)
			continue
		}
		if found {
			return "", errors.New("it prints two checkpoints")
		}
		_, _ = in.Discard(i + len(head))
		block, _ = in.Peek(most)
		end := bytes.Index(block, []byte(foot))
		if end < 0 {
			return "", errors.New("its checkpoint has no end")
		}
		text, found = string(block[:end]), true
		_, _ = in.Discard(end)
	}
}

// A ReportAnchor is the path of a report that was handed out: it knows the
// checkpoint that it prints.
type ReportAnchor string

// Name is the path.
func (r ReportAnchor) Name() string { return string(r) }

// Checkpoints returns the one that the report prints, of whatever ledger.
func (r ReportAnchor) Checkpoints(context.Context, string) (notes [][]byte, err error) {
	note, err := CheckpointIn(string(r))
	if err != nil {
		return nil, err
	}
	return [][]byte{note}, nil
}
