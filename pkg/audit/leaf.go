package audit

import (
	"errors"
	"fmt"
	"strconv"
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
	b = strconv.AppendInt(append(b, `,"seq":`...), l.Seq, 10)
	b = append(b, `,"session":`...)
	b = appendText(b, l.Session)
	b = strconv.AppendInt(append(b, `,"ts":`...), l.Time.UnixMilli(), 10)
	b = append(b, `,"type":`...)
	b = appendText(b, string(l.Type))
	b = strconv.AppendInt(append(b, `,"v":`...), Version, 10)
	return append(b, '}')
}

// ParseLeaf reads a leaf, and fails if its bytes are not the one way to write
// it. Body is part of b.
func ParseLeaf(b []byte) (Leaf, error) {
	var p parts
	if err := p.parse(b); err != nil {
		return Leaf{}, fmt.Errorf("not a leaf: %w", err)
	}
	return Leaf{Seq: p.seq, Time: time.UnixMilli(p.ms).UTC(), Ledger: plain(p.ledger), Session: plain(p.session), Actor: plain(p.actor),
		Type: Type(plain(p.kind)), Case: plain(p.id), Body: p.body}, nil
}

// parts are the values of a leaf, as they stand in its bytes: strings without
// their quotes, escapes as they are.
type parts struct {
	actor, body, id, ledger, session, kind []byte
	seq, ms, v                             int64
	seen                                   int
}

// parse reads a leaf and makes nothing anew.
func (p *parts) parse(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("not UTF-8")
	}
	*p = parts{}
	s := scanner{b: b}
	err := s.object(func(key []byte) error { return p.field(&s, key) })
	if err == nil {
		err = s.end()
	}
	if len(p.id) > 0 {
		p.seen--
	}
	switch {
	case err != nil:
		return err
	case p.v != Version:
		return fmt.Errorf("version %d: this osint reads %d", p.v, Version)
	case p.seen != 8 || len(p.kind) == 0 || p.seq < 0:
		return errors.New("a key is missing")
	}
	return nil
}

func (p *parts) field(s *scanner, key []byte) (err error) {
	p.seen++
	switch string(key) {
	case "actor":
		p.actor, err = s.text()
	case "body":
		from := s.i
		if s.peek() != '{' {
			return s.wrong("a body that is no object")
		}
		err = s.value()
		p.body = s.b[from:s.i]
	case "case":
		p.id, err = s.text()
	case "ledger":
		p.ledger, err = s.text()
	case "seq":
		p.seq, err = s.number()
	case "session":
		p.session, err = s.text()
	case "ts":
		p.ms, err = s.number()
	case "type":
		p.kind, err = s.text()
	case "v":
		p.v, err = s.number()
	default:
		return s.wrong("a key that a leaf doesn't have")
	}
	return err
}

// Hash returns the leaf hash of RFC 6962.
func Hash(leaf []byte) tlog.Hash { return tlog.RecordHash(leaf) }

// EventID returns the identity that a leaf has outside: a UUID of version 8
// made of its hash.
func EventID(h tlog.Hash) string {
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
