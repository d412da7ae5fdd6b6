package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing wrong with a file.
type Problem struct {
	File   string
	Line   int    // from 1; 0 if it is about the file as a whole
	Column int    // from 1; 0 if the line is all we know
	What   string // lower case; what is wrong and what to write instead
}

// Error returns "file:line:column: what".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	return b.String() + ": " + p.What
}

// Problems is everything wrong with a file, in the order of its lines.
type Problems []Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns the problems in order, or nil if there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column, cmp.Compare(a.What, b.What)) })
	return slices.Compact(ps)
}

// Join returns everything wrong with several files or conditions as one
// error, or nil if there is nothing.
func Join(errs ...error) error {
	var all Problems
	for _, err := range errs {
		var ps Problems
		var p Problem
		switch {
		case err == nil:
		case errors.As(err, &ps):
			all = append(all, ps...)
		case errors.As(err, &p):
			all = append(all, p)
		default:
			return errors.Join(errs...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// Renamed returns everything wrong with a document under the name of another
// file: one that was read from a copy.
func Renamed(err error, file string) error {
	var ps Problems
	if !errors.As(err, &ps) {
		return err
	}
	ps = slices.Clone(ps)
	for i := range ps {
		ps[i].File = file
	}
	return ps
}

// A Checker says what is wrong with itself. [Decode] asks every value in the
// document that is one, once the value and all within it have been read, and
// reports the error at the value's line, or with [Key] at that of one of its
// keys. Several errors may be joined with [errors.Join].
type Checker interface{ Check() error }

// Key says that an error is about the value of a key of the checked value.
func Key(key string, err error) error {
	if err == nil {
		return nil
	}
	return &keyError{key, err}
}

type keyError struct {
	key string
	err error
}

func (e *keyError) Error() string { return e.key + ": " + e.err.Error() }
func (e *keyError) Unwrap() error { return e.err }
