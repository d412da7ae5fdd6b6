package collectors

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"osint/pkg/pipeline"
)

// words reads the names of a list in order. What stands behind # is comment;
// a line may end in CR LF, be blank, have capitals, a final dot, or letters
// beyond ASCII, which become A-labels. A name equal to the one before is left
// out; one met again later is not noticed, since nothing is remembered.
type words struct {
	io.Closer
	in   *bufio.Reader
	sum  hash.Hash // of all bytes read
	line int
	last string

	skipped int
	bad     error // why the first line that was skipped is no name
	badLine int
}

// maxLine bounds a line, in bytes: a name in letters beyond ASCII may be
// longer than the 253 bytes it becomes.
const maxLine = 4096

func newWords(f io.ReadCloser) *words {
	w := &words{Closer: f, sum: sha256.New()}
	w.in = bufio.NewReaderSize(io.TeeReader(f, w.sum), maxLine)
	return w
}

// next returns the next name; at the end its error is io.EOF.
func (w *words) next() (string, error) {
	for {
		line, err := w.in.ReadSlice('\n')
		w.line++
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = w.in.ReadSlice('\n')
		}
		if err != nil && err != io.EOF || err == io.EOF && len(line) == 0 {
			return "", err
		}
		if w.line == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // a byte order mark
		}
		name, wrong := word(line)
		if long {
			wrong = fmt.Errorf("a line of more than %d bytes", maxLine)
		}
		switch {
		case wrong != nil:
			if w.skipped++; w.skipped == 1 {
				w.bad, w.badLine = wrong, w.line
			}
		case name != "" && name != w.last:
			w.last = name
			return name, nil
		}
	}
}

// word returns the name on a line in its canonical form; "" if there is none.
func word(line []byte) (string, error) {
	line, _, _ = bytes.Cut(line, []byte("#"))
	line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte("."))
	if len(line) == 0 {
		return "", nil
	}
	if plainName(line) {
		return string(line), nil
	}
	e, err := pipeline.NewName(string(line) + below)
	if err != nil {
		return "", fmt.Errorf("%.40q can't be a name", line)
	}
	return strings.TrimSuffix(e.Value, below), nil
}

// below makes a name of a word, to see whether it can be one.
const below = ".example"

// plainName reports whether a name is canonical beyond doubt: short, in lower
// case, and without the hyphens that mark an A-label. It spares the rest of a
// long list the slower way.
func plainName(b []byte) bool {
	if len(b) > 200 {
		return false
	}
	start := 0
	for i := 0; i <= len(b); i++ {
		if i < len(b) && b[i] != '.' {
			switch c := b[i]; {
			case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_':
			case c == '-' && i > start && b[i-1] != '-' && i+1 < len(b) && b[i+1] != '.':
			default:
				return false
			}
			continue
		}
		if n := i - start; n == 0 || n > 63 {
			return false
		}
		start = i + 1
	}
	return true
}
