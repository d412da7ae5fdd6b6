package audit

import (
	"bytes"
	"errors"
	"strconv"
)

// A Stub is what stands behind a leaf's body. To read it is cheap: the body is
// not walked.
type Stub struct {
	Case   []byte // as in the leaf, without its quotes; nil if it belongs to none
	Ledger []byte
	Seq    int64
	TS     int64 // ms since 1970
	Type   []byte
}

var errStub = errors.New("not a leaf: it does not end as one")

// ReadStub reads the end of a leaf. The fields are part of leaf. It does not say
// whether the rest is one: whose hash is in a tree that is, is.
func ReadStub(leaf []byte) (s Stub, err error) {
	rest, ok := bytes.CutSuffix(leaf, []byte(`","v":1}`))
	if !ok {
		return s, errStub
	}
	// No string of a leaf holds a bare quote, so that the last place where a
	// key stands is that key's.
	cut := func(key string) (value []byte) {
		i := bytes.LastIndex(rest, []byte(key))
		if ok = ok && i >= 0; ok {
			value, rest = rest[i+len(key):], rest[:i]
		}
		return value
	}
	s.Type = cut(`,"type":"`)
	ts := cut(`,"ts":`)
	cut(`,"session":"`)
	seq := cut(`,"seq":`)
	s.Ledger = bytes.TrimSuffix(cut(`,"ledger":"`), []byte(`"`))
	if !ok {
		return s, errStub
	}
	if s.TS, err = strconv.ParseInt(string(ts), 10, 64); err != nil {
		return s, errStub
	}
	if s.Seq, err = strconv.ParseInt(string(seq), 10, 64); err != nil {
		return s, errStub
	}
	if !bytes.HasSuffix(rest, []byte("}")) {
		s.Case = bytes.TrimSuffix(cut(`,"case":"`), []byte(`"`))
		if !ok {
			return s, errStub
		}
	}
	return s, nil
}
