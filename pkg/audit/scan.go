package audit

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"
)

// A scanner walks canonical JSON and stops at the first byte that is not: a
// space, a key twice or out of order, an escape that need not be, a fraction, a
// number too large. What it passes has exactly one spelling.
type scanner struct {
	b     []byte
	i     int
	depth int
}

const deepest = 16

// canonical returns why b is not one canonical value; nil if it is.
func canonical(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("not UTF-8")
	}
	s := scanner{b: b}
	if err := s.value(); err != nil {
		return err
	}
	return s.end()
}

func (s *scanner) end() error {
	if s.i != len(s.b) {
		return s.wrong("more after the value")
	}
	return nil
}

func (s *scanner) wrong(what string) error { return fmt.Errorf("at byte %d: %s", s.i, what) }

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// take passes one byte if it is c.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.i++
	return true
}

func (s *scanner) value() error {
	switch c := s.peek(); {
	case c == '"':
		_, err := s.text()
		return err
	case c == '{':
		return s.object(func([]byte) error { return s.value() })
	case c == '[':
		return s.items(s.value)
	case c == '-' || c >= '0' && c <= '9':
		_, err := s.number()
		return err
	}
	for _, word := range []string{"true", "false"} {
		if bytes.HasPrefix(s.b[s.i:], []byte(word)) {
			s.i += len(word)
			return nil
		}
	}
	return s.wrong("no value that a leaf may hold")
}

// object walks an object and hands over each key, unquoted; each must then walk
// the value.
func (s *scanner) object(field func(key []byte) error) error {
	if !s.take('{') {
		return s.wrong("no object")
	}
	if s.depth++; s.depth > deepest {
		return s.wrong("too deep")
	}
	defer func() { s.depth-- }()
	if s.take('}') {
		return nil
	}
	for before := []byte(nil); ; {
		key, err := s.text()
		if err != nil {
			return err
		}
		if before != nil && bytes.Compare(before, key) >= 0 {
			return s.wrong("keys out of order")
		}
		before = key
		if !word(key) {
			return s.wrong("a key that is no plain word")
		}
		if !s.take(':') {
			return s.wrong("no colon")
		}
		if err := field(key); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.wrong("no comma")
		}
	}
}

// word reports whether a key is one that a leaf may have: small letters, digits,
// low lines.
func word[T string | []byte](key T) bool {
	for i := range len(key) {
		if c := key[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(key) > 0
}

// items walks a list; item must walk each value.
func (s *scanner) items(item func() error) error {
	if !s.take('[') {
		return s.wrong("no list")
	}
	if s.depth++; s.depth > deepest {
		return s.wrong("too deep")
	}
	defer func() { s.depth-- }()
	if s.take(']') {
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.wrong("no comma")
		}
	}
}

// text walks a string and returns what stands between its quotes, escapes as
// they are.
func (s *scanner) text() ([]byte, error) {
	if !s.take('"') {
		return nil, s.wrong("no string")
	}
	from := s.i
	for i, c := range s.b[s.i:] { // as far as there is nothing to look at
		if c == '"' {
			s.i += i + 1
			return s.b[from : s.i-1], nil
		}
		if c == '\\' || c < 0x20 {
			s.i += i
			break
		}
	}
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[from : s.i-1], nil
		case c == '\\':
			n := escaped(s.b[s.i:])
			if n == 0 {
				return nil, s.wrong("an escape that need not be")
			}
			s.i += n
		case c < 0x20:
			return nil, s.wrong("a bare control character")
		default:
			s.i++
		}
	}
	return nil, s.wrong("a string without end")
}

// escaped returns the length of the one escape that a byte has; 0 if b does not
// begin with such.
func escaped(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', 'b', 't', 'n', 'f', 'r':
		return 2
	case 'u':
	default:
		return 0
	}
	if len(b) < 6 || b[2] != '0' || b[3] != '0' || b[4] > '1' || b[4] < '0' {
		return 0
	}
	low := bytes.IndexByte([]byte(hexDigits), b[5])
	if low < 0 || escapeOf((b[4]-'0')<<4|byte(low)) != 0 {
		return 0
	}
	return 6
}

func (s *scanner) number() (int64, error) {
	minus := s.take('-')
	from := s.i
	n := int64(0)
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		n = n*10 + int64(c-'0')
		s.i++
		if n > largest {
			return 0, s.wrong("a number too large")
		}
	}
	switch digits := s.b[from:s.i]; {
	case len(digits) == 0, len(digits) > 1 && digits[0] == '0', minus && n == 0:
		return 0, s.wrong("a number written otherwise")
	case minus:
		n = -n
	}
	return n, nil
}
