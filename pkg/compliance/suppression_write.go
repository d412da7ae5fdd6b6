package compliance

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"osint/pkg/pipeline"
)

// headSize is how long the first line of a list is, its newline included: blanks
// fill it, so that the number of entries can be written when it is known.
const headSize = 512

// What bounds the texts of an entry and the name of a list, in bytes.
const (
	longestText = 1000
	longestName = 100
)

// check says what is wrong with the texts of an entry.
func (e Entry) check() error {
	switch {
	case len(e.Reason) > longestText || len(e.Source) > longestText || len(line(e)) >= longestLine-digestSize || !utf8.ValidString(e.Reason+e.Source):
		return fmt.Errorf("its reason or source is longer than %d bytes, or no text", longestText)
	case e.Date.IsZero():
		return errors.New("it has no date")
	}
	return nil
}

func parseListKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, errors.New("its key is not 64 hexadecimal digits")
	}
	return key, nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// newList makes a list without entries, whose entries will have a form; its key is
// durable before it.
func newList(dir, id, name string, key []byte, made time.Time, form int) (*List, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make suppression list: %w", err)
	}
	l := &List{ID: id, Name: name, Made: made.UTC().Truncate(time.Second), Form: form, key: key, path: filepath.Join(dir, id+".jsonl")}
	err := pipeline.ReplaceFile(strings.TrimSuffix(l.path, ".jsonl")+".key", func(f *os.File) error {
		_, err := f.WriteString(hex.EncodeToString(key) + "\n")
		return err
	})
	return l, err
}

// A row is one entry as it stands in a file, without its newline. Its text is
// good until the next one.
type row struct {
	digest string
	text   []byte
}

// write replaces the entries of a list by those of all, which come sorted.
func (l *List) write(all iter.Seq2[row, error]) error {
	return pipeline.ReplaceFile(l.path, func(f *os.File) error { return l.writeTo(f, l, all) })
}

// writeTo writes a list under a head.
func (l *List) writeTo(f *os.File, head any, all iter.Seq2[row, error]) error {
	w := bufio.NewWriterSize(f, 1<<16)
	w.Write(bytes.Repeat([]byte{' '}, headSize))
	l.Entries = 0
	last := ""
	for r, err := range all {
		if err == nil && r.digest <= last {
			err = errors.New("entries are out of order, or one is there twice")
		}
		if err != nil {
			return err
		}
		last = r.digest
		l.Entries++
		w.Write(r.text) // an error stays, and Flush returns it
		w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		return err
	}
	text := line(head)
	if len(text) >= headSize {
		return errors.New("the name of the list is too long")
	}
	text = append(text, bytes.Repeat([]byte{' '}, headSize-1-len(text))...)
	_, err := f.WriteAt(append(text, '\n'), 0)
	return err
}

// rows returns what stands in a list, in its order; nothing of one that was not
// written yet.
func (l *List) rows() iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		f, err := os.Open(l.path)
		if errors.Is(err, os.ErrNotExist) {
			return
		}
		if err != nil {
			yield(row{}, err)
			return
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, longestLine)
		lines.Scan() // the head
		for lines.Scan() {
			digest, ok := rowDigest(lines.Bytes())
			if !ok {
				yield(row{}, fmt.Errorf("%s: a line is no entry", l.path))
				return
			}
			if !yield(row{string(digest), lines.Bytes()}, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(row{}, err)
		}
	}
}

// merge returns the rows of a list with others among them: digests, sorted, each
// an entry as as says. One that is in both is as in others; those of drop are
// left out.
func (l *List) merge(others []string, as Entry, drop map[string]bool) iter.Seq2[row, error] {
	as.Digest = ""
	_, tail, _ := bytes.Cut(line(as), []byte(entryHead))
	fresh := func(digest string) row { return row{digest, slices.Concat([]byte(entryHead), []byte(digest), tail)} }
	return func(yield func(row, error) bool) {
		rest := others
		for r, err := range l.rows() {
			for err == nil && len(rest) > 0 && rest[0] < r.digest {
				if !yield(fresh(rest[0]), nil) {
					return
				}
				rest = rest[1:]
			}
			switch {
			case err != nil:
			case drop[r.digest]:
				continue
			case len(rest) > 0 && rest[0] == r.digest:
				r, rest = fresh(r.digest), rest[1:]
			}
			if !yield(r, err) {
				return
			}
		}
		for _, digest := range rest {
			if !yield(fresh(digest), nil) {
				return
			}
		}
	}
}

func line(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // our own types encode
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

// holding does something with the lists of a key store while no other process
// does.
func holding(keysDir string, do func(dir string) error) error {
	dir := suppressionDir(keysDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make suppression list: %w", err)
	}
	lock, err := pipeline.Lock(dir)
	if err != nil {
		return err
	}
	return errors.Join(do(dir), lock.Close())
}
