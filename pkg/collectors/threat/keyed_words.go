package threat

import (
	"bytes"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// provenBy returns an emit whose observations rest on an answer.
func provenBy(a *collectors.Answer, emit collectors.Emit) collectors.Emit {
	return func(o pipeline.Observation) {
		o.Exchanges = a.Exchanges()
		emit(o)
	}
}

// stated leaves out of a record what is not known: "" and nil.
func stated(record map[string]any) map[string]any {
	for key, v := range record {
		if v == nil || v == "" {
			delete(record, key)
		}
	}
	return record
}

// counted is a number of a record; nil if there was none.
func counted(n loose.Number) any {
	if !n.Is {
		return nil
	}
	return n.Value
}

// mostRunes bounds a title.
const mostRunes = 160

// oneLineOf makes of somebody's title one line that can be shown.
func oneLineOf(s string) string { return collectors.OneLine(s, mostRunes) }

// family is the name of a malware family, in one word or a few; "" if it is none.
func family(s string) string {
	s = oneLineOf(s)
	switch strings.ToLower(s) {
	case "", "unknown", "unknown malware", "none", "n/a":
		return ""
	}
	return s
}

// sameFile tells of further hashes of the file that was asked about.
func sameFile(subject pipeline.Entity, emit collectors.Emit, hashes ...loose.Text) {
	for _, h := range hashes {
		if e, err := pipeline.NewEntity(pipeline.KindFileHash, h.String()); err == nil && e != subject {
			emit(pipeline.Observation{Predicate: "same-file", Object: &e})
		}
	}
}

// isHash reports whether a filehash is of so many digits, of one of them.
func isHash(e pipeline.Entity, digits ...int) bool {
	for _, n := range digits {
		if e.Kind == pipeline.KindFileHash && len(e.Value) == n {
			return true
		}
	}
	return false
}

// asOf is when a source says that a thing was so; the zero time, which stands
// for now, if it does not say, or names the future.
func asOf(at loose.Time, now time.Time) time.Time {
	if at.After(now) {
		return time.Time{}
	}
	return at.Time
}

// isAddress reports whether an answer about an address is about the subject. One
// that does not say of which it is, is taken to be.
func isAddress(t loose.Text, subject pipeline.Entity) bool {
	e, err := pipeline.NewEntity(pipeline.KindIP, t.String())
	return t == "" || err == nil && e == subject
}

// isPage reports whether a body looks like HTML.
func isPage(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) }
