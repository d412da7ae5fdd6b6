package audit

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Version is that of a leaf. A reader refuses what it doesn't know.
const Version = 1

// An Act is what somebody did, before it has a place in the ledger.
type Act struct {
	Type  Type
	Case  string // id; "" if it belongs to none
	Actor string // "" is the ledger's own
	Body  Body
}

// A Leaf is an act in its place. It is written once, and its bytes never
// change.
type Leaf struct {
	Seq     int64
	Time    time.Time // UTC, whole milliseconds; when it was recorded
	Ledger  string    // uuid
	Session string    // of the process, 16 hex digits
	Actor   string    // the id that the operator has in his organisation, or "uid:" and a number
	Type    Type
	Case    string
	Body    []byte // canonical JSON
}

// append appends the leaf's bytes.
func (l *Leaf) append(b []byte) []byte {
	b = append(b, `{"actor":`...)
	b = appendText(b, l.Actor)
	b = append(b, `,"body":`...)
	b = append(b, l.Body...)
	if l.Case != "" {
		b = append(b, `,"case":`...)
		b = appendText(b, l.Case)
	}
	b = append(b, `,"ledger":`...)
	b = appendText(b, l.Ledger)
	b = fmt.Appendf(b, `,"seq":%d,"session":`, l.Seq)
	b = appendText(b, l.Session)
	b = fmt.Appendf(b, `,"ts":%d,"type":`, l.Time.UnixMilli())
	b = appendText(b, string(l.Type))
	return fmt.Appendf(b, `,"v":%d}`, Version)
}

// ParseLeaf reads a leaf, and fails if its bytes are not the one way to write
// it. Body is part of b.
func ParseLeaf(b []byte) (Leaf, error) {
	var l Leaf
	if err := l.parse(b); err != nil {
		return Leaf{}, fmt.Errorf("not a leaf: %w", err)
	}
	return l, nil
}

func (l *Leaf) parse(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("not UTF-8")
	}
	s := scanner{b: b}
	var seen, v, ms int64
	text := func(to *string) error {
		t, err := s.text()
		*to = plain(t)
		return err
	}
	number := func(to *int64) (err error) {
		*to, err = s.number()
		return err
	}
	err := s.object(func(key []byte) error {
		seen++
		switch string(key) {
		case "actor":
			return text(&l.Actor)
		case "body":
			from := s.i
			if s.peek() != '{' {
				return s.wrong("a body that is no object")
			}
			err := s.value()
			l.Body = b[from:s.i]
			return err
		case "case":
			return text(&l.Case)
		case "ledger":
			return text(&l.Ledger)
		case "seq":
			return number(&l.Seq)
		case "session":
			return text(&l.Session)
		case "ts":
			return number(&ms)
		case "type":
			return text((*string)(&l.Type))
		case "v":
			return number(&v)
		}
		return s.wrong("a key that a leaf doesn't have")
	})
	if err == nil {
		err = s.end()
	}
	if l.Case != "" {
		seen--
	}
	switch {
	case err != nil:
		return err
	case v != Version:
		return fmt.Errorf("version %d: this osint reads %d", v, Version)
	case seen != 8 || l.Type == "" || l.Seq < 0:
		return errors.New("a key is missing")
	}
	l.Time = time.UnixMilli(ms).UTC()
	return nil
}

// Hash returns the leaf hash of RFC 6962.
func Hash(leaf []byte) tlog.Hash { return tlog.RecordHash(leaf) }

// EventID returns the identity that a leaf has outside: a UUID of version 8
// made of its hash.
func EventID(h tlog.Hash) string {
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
