package audit

import (
	"errors"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// An Entry is a leaf as a [Log] has it.
type Entry struct {
	Leaf
	Hash tlog.Hash
}

// Text returns the string at a key of the body; "" if there is none.
func (l *Leaf) Text(key string) string {
	v, err := lookup(l.Body, key)
	if err != nil || len(v) < 2 || v[0] != '"' {
		return ""
	}
	return plain(v[1 : len(v)-1])
}

// Int returns the number at a key of the body; 0 if there is none.
func (l *Leaf) Int(key string) int64 {
	v, err := lookup(l.Body, key)
	if err != nil || v == nil {
		return 0
	}
	s := scanner{b: v}
	n, err := s.number()
	if err != nil {
		return 0
	}
	return n
}

// Subject returns whom the act is about, as [Query] has it.
func (l *Leaf) Subject() string {
	if s := l.Text("subject"); s != "" {
		return s
	}
	return l.Text("target")
}

// Outcome returns how the act ended, as [Query] has it.
func (l *Leaf) Outcome() string {
	if o := l.Text("outcome"); o != "" {
		return o
	}
	return strings.Join(verdicts(l.Body), ",")
}

// errThere stops a walk at what was looked for.
var errThere = errors.New("there")

// lookup returns the value at a key of a leaf, "type", or of its body,
// "body.subject", as it is written; nil if there is none. It reads no further
// than that.
func lookup(leaf []byte, name string) (value []byte, err error) {
	s := scanner{b: leaf}
	err = s.seek(name, &value)
	if err == errThere {
		err = nil
	}
	return value, err
}

func (s *scanner) seek(name string, value *[]byte) error {
	key, inner, deeper := strings.Cut(name, ".")
	return s.object(func(k []byte) error {
		if string(k) != key {
			return s.value()
		}
		from := s.i
		if deeper && s.peek() == '{' {
			if err := s.seek(inner, value); err != nil {
				return err
			}
			return errThere
		}
		if err := s.value(); err != nil {
			return err
		}
		if !deeper {
			*value = s.b[from:s.i]
		}
		return errThere
	})
}

// verdicts returns those of a ruling's groups, each once, sorted.
func verdicts(body []byte) (list []string) {
	s := scanner{b: body}
	_ = s.object(func(key []byte) error {
		if string(key) != "groups" || s.peek() != '[' {
			return s.value()
		}
		from := s.i
		if err := s.value(); err != nil {
			return err
		}
		for _, g := range elements(s.b[from:s.i]) {
			if v, err := lookup(g, "verdict"); err == nil && len(v) > 2 && v[0] == '"' {
				list = append(list, plain(v[1:len(v)-1]))
			}
		}
		return errThere
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// elements returns the elements of a list, as they are written.
func elements(list []byte) (out [][]byte) {
	s := scanner{b: list, i: 1}
	for s.i < len(list) && !s.take(']') {
		from := s.i
		if s.value() != nil {
			return out
		}
		out = append(out, s.b[from:s.i])
		s.take(',')
	}
	return out
}
