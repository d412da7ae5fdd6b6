package pipeline

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Subject is one person, by the identifiers that are known of them: what is
// erased, or told to who asks for what is held about them.
type Subject struct {
	Entities []Entity
	folded   []string   // their values, as they are compared
	spelled  []spelling // as they may stand in a text
}

// A spelling is one form of a value in a text.
type spelling struct {
	text   string
	digits bool // spaces and marks between its digits don't count
}

// NewSubject returns the person of some identifiers. One that is nobody's, a
// domain or a role's mailbox, is an error: it is sealed nowhere.
func NewSubject(es ...Entity) (*Subject, error) {
	s := &Subject{}
	for _, e := range es {
		if !e.Personal() || e.Sealed() {
			return nil, fmt.Errorf("%s is no person's: name an e-mail address, a telephone number, an account or a person", e)
		}
		if slices.Contains(s.Entities, e) {
			continue
		}
		s.Entities = append(s.Entities, e)
		s.folded = append(s.folded, fold(e.Value))
		s.spelled = append(s.spelled, spellings(e)...)
	}
	return s, nil
}

// spellings returns how a value is written in answers.
func spellings(e Entity) []spelling {
	v := fold(e.Value)
	all := []spelling{{text: v}}
	switch e.Kind {
	case KindPhone:
		return []spelling{{v, true}, {"00" + v[1:], true}}
	case KindEmail:
		local, domain, _ := strings.Cut(v, "@") // as DNS has it in the head of a zone
		all = append(all, spelling{text: local + "." + domain}, spelling{text: strings.ReplaceAll(local, ".", `\.`) + "." + domain})
	case KindAccount:
		site, name, _ := strings.Cut(v, "/")
		all = append(all, spelling{text: site + "/@" + name})
	case KindPerson:
		if i := strings.LastIndexByte(v, ' '); i > 0 {
			all = append(all, spelling{text: v[i+1:] + ", " + v[:i]}, spelling{text: v[i+1:] + "," + v[:i]})
		}
	}
	return all
}

// Is reports whether a sealed value is one of the person's, however it is
// spaced and capitalised, or a text in which one stands.
func (s *Subject) Is(value string) bool {
	return slices.Contains(s.folded, fold(value)) || s.In([]byte(value))
}

// In reports whether one of the person's values stands in a text: in clear, or
// as HTML, JSON and URLs write it. What a text packs in another way (base64, an
// image) is not seen.
func (s *Subject) In(text []byte) bool {
	for form := range forms(text) {
		if slices.ContainsFunc(s.spelled, func(x spelling) bool { return x.find(form, 0) >= 0 }) {
			return true
		}
	}
	return false
}

// Scrub returns a text with other words in the place of the person's values.
func (s *Subject) Scrub(text, with string) string {
	for _, x := range s.spelled {
		for at := 0; ; at += len(with) {
			if at = x.find(lowered(text), at); at < 0 {
				break
			}
			text = text[:at] + with + text[at+x.length(lowered(text[at:])):]
		}
	}
	return text
}

// lowered is a text in small letters, each where it was.
func lowered(text string) string {
	out := []byte(text)
	for i, r := range text {
		if low := unicode.ToLower(r); low != r && utf8.RuneLen(low) == utf8.RuneLen(r) {
			utf8.EncodeRune(out[i:], low)
		}
	}
	return string(out)
}
