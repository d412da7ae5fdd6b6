package compliance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// entryHead begins each entry; behind it stand the digits of the digest.
const (
	entryHead   = `{"digest":"`
	digestSize  = 64
	longestLine = 4096 // bytes of an entry, with its newline
)

// rowDigest returns the digest of an entry as it stands in a file.
func rowDigest(line []byte) (digest []byte, ok bool) {
	rest, ok := bytes.CutPrefix(line, []byte(entryHead))
	if !ok || len(rest) <= digestSize || rest[digestSize] != '"' {
		return nil, false
	}
	for _, c := range rest[:digestSize] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return nil, false
		}
	}
	return rest[:digestSize], true
}

// find looks a digest up, by halving the part of the file in which its entry may
// begin: some thirty reads in a million entries, and nothing to load.
func (l *List) find(digest string) (e Entry, ok bool, err error) {
	if err := l.open(); err != nil {
		return e, false, err
	}
	block := make([]byte, 2*longestLine)
	for lo, hi := l.from, l.size; lo < hi; {
		mid := lo + (hi-lo)/2
		at, line, err := l.entryFrom(block, mid)
		if err != nil {
			return e, false, err
		}
		if at >= hi { // none begins in the upper half
			hi = mid
			continue
		}
		there, ok := rowDigest(line)
		if !ok {
			return e, false, errors.New("a line is no entry")
		}
		switch c := strings.Compare(digest, string(there)); {
		case c == 0:
			return e, true, json.Unmarshal(line, &e)
		case c > 0:
			lo = at + int64(len(line)) + 1
		default:
			hi = mid
		}
	}
	return e, false, nil
}

// entryFrom returns the first entry that begins at or behind a place, and where;
// at the file's end there is none. block is what it may use.
func (l *List) entryFrom(block []byte, from int64) (at int64, line []byte, err error) {
	n, err := l.file.ReadAt(block, from-1) // an entry begins behind a newline, which may be the byte before
	if err != nil && err != io.EOF {
		return 0, nil, err
	}
	before, rest, ended := bytes.Cut(block[:n], []byte{'\n'})
	if at = from + int64(len(before)); at >= l.size {
		return l.size, nil, nil
	}
	line, _, whole := bytes.Cut(rest, []byte{'\n'})
	if !ended || !whole {
		return 0, nil, fmt.Errorf("a line is longer than %d bytes, or the last has no end", longestLine)
	}
	return at, line, nil
}
