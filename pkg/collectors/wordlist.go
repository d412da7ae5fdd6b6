package collectors

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"osint/pkg/pipeline"
)

// A WordList is a list of names relative to a zone: what a sweep tries. It is
// read anew for each sweep and never held.
type WordList struct {
	Ref     pipeline.WordListRef
	Skipped int    // lines that can't be names
	Bad     string // the first of them: "file:line: what is wrong"

	open func() (io.ReadCloser, error) // nil: it is not at hand
}

//go:embed words.txt
var builtinWords []byte

// BuiltinWordList is the name of the list that comes with the program.
const BuiltinWordList = "builtin"

// builtin is read when it is first asked for: it is whole, as a test sees to.
var builtin = sync.OnceValue(func() *WordList {
	l, _ := newWordList(BuiltinWordList, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(builtinWords)), nil })
	return l
})

// OpenWordList reads a list once, to know its digest and what is in it: a file
// with one name a line, or the list called [BuiltinWordList].
//
// Lists from elsewhere have a few lines that can't be names; they are skipped
// and counted. Where they are the most, or there is no name at all, the file
// is no word list, and that is an error with the first such line.
func OpenWordList(name string) (*WordList, error) {
	if name == BuiltinWordList {
		return builtin(), nil
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file: a list is read once for each domain", name)
	}
	return newWordList(name, func() (io.ReadCloser, error) { return os.Open(name) })
}

// MissingWordList stands for a list that a case names and nobody has given:
// what it was swept with can be read back, nothing can be swept anew.
func MissingWordList(ref pipeline.WordListRef) *WordList { return &WordList{Ref: ref} }

func newWordList(path string, open func() (io.ReadCloser, error)) (*WordList, error) {
	l := &WordList{Ref: pipeline.WordListRef{Name: filepath.Base(path)}, open: open}
	w, err := l.read()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	for {
		if _, err = w.next(); err != nil {
			break
		}
		l.Ref.Names++
	}
	if err != io.EOF {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	l.Ref.SHA256, l.Skipped = w.digest(), w.skipped
	if w.bad != nil {
		l.Bad = fmt.Sprintf("%s:%d: %v", path, w.badLine, w.bad)
	}
	switch {
	case l.Ref.Names == 0 && w.bad == nil:
		return nil, fmt.Errorf("%s: no name stands in it: a word list has one a line", path)
	case l.Skipped > l.Ref.Names:
		return nil, fmt.Errorf("%s; %d of %d lines can't be names: a word list has one a line", l.Bad, l.Skipped, l.Skipped+l.Ref.Names)
	}
	return l, nil
}

// read opens the list at its beginning.
func (l *WordList) read() (*words, error) {
	if l.open == nil {
		return nil, fmt.Errorf("the word list %s (sha256 %.12s…, %d names) is not at hand: give the same file with --wordlist", l.Ref.Name, l.Ref.SHA256, l.Ref.Names)
	}
	f, err := l.open()
	if err != nil {
		var at *fs.PathError // where it lies is nobody's business but the operator's
		if errors.As(err, &at) {
			err = at.Err
		}
		return nil, fmt.Errorf("the word list %s can't be read: %w", l.Ref.Name, err)
	}
	return newWords(f), nil
}

func (w *words) digest() string { return hex.EncodeToString(w.sum.Sum(nil)) }
