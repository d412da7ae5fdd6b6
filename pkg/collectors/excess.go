package collectors

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// excess returns the categories of data that an answer holds though its
// collector's manifest says nothing of them: the mailbox or telephone number of
// a person, by its form, and in a message of DNS the mailbox of whoever runs a
// zone. Such an answer is kept more closely than it would be, and serves nobody
// else.
func (v *View) excess(body []byte) []pipeline.Category {
	if len(body) == 0 || slices.Contains(v.spec.Emits, pipeline.Contact) || !namesMailbox(body) && !holdsContact(body) {
		return nil
	}
	return []pipeline.Category{pipeline.Contact}
}

// holdsContact looks at a text, and at what is printable in anything else.
func holdsContact(body []byte) bool {
	text := string(body)
	if utf8.ValidString(text) && !strings.ContainsRune(text, 0) {
		return pipeline.Mask(text) != text
	}
	printed := strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	return slices.ContainsFunc(printed, func(s string) bool { return len(s) > 5 && pipeline.Mask(s) != s })
}

// namesMailbox reports whether a body is a message of DNS in which a zone is
// run by a person.
func namesMailbox(body []byte) bool {
	m := new(dns.Msg)
	if m.Unpack(body) != nil {
		return false
	}
	for _, rr := range slices.Concat(m.Answer, m.Ns, m.Extra) {
		contact := ""
		switch rr := rr.(type) {
		case *dns.SOA:
			contact = rr.Mbox
		case *dns.RP:
			contact = rr.Mbox
		case *dns.MINFO:
			contact = rr.Rmail
		}
		labels := dns.SplitDomainName(contact)
		if len(labels) < 2 {
			continue
		}
		local := strings.NewReplacer(`\.`, ".", `\`, "").Replace(labels[0])
		if e, err := pipeline.NewEntity(pipeline.KindEmail, local+"@"+strings.Join(labels[1:], ".")); err == nil && e.Personal() {
			return true
		}
	}
	return false
}
