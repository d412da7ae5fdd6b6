package pipeline

import (
	"regexp"
	"strings"
	"sync"
)

// mailbox and telephone match contact data where it stands in text. A
// mailbox may be percent-encoded, as in a mailto URI; several run into one
// another are one match; a dot may be one of the wide ones that names may have.
var (
	mailbox = sync.OnceValue(func() *regexp.Regexp {
		const label = `[A-Za-z0-9_\-\x{80}-\x{10FFFF}]+`
		return regexp.MustCompile("([A-Za-z0-9.!#$%&'*+/=?^_`{|}~@\\-\\x{80}-\\x{10FFFF}]+)" + `(@|%40)` +
			`(` + label + `(?:[.\x{3002}\x{FF0E}\x{FF61}]` + label + `)+)`)
	})
	telephone = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(tel|sms|callto):[+0-9().\-]{5,}`) })
)

// Masked stands where [Mask] took something out.
const Masked = "withheld"

// Mask takes the mailboxes and telephone numbers of people out of a text. Role
// mailboxes stay. A masked text is its own mask.
func Mask(s string) string {
	if strings.ContainsRune(s, '@') || strings.Contains(s, "%40") {
		s = mailbox().ReplaceAllStringFunc(s, func(hit string) string {
			m := mailbox().FindStringSubmatch(hit)
			before, local := "", m[1]
			if i := strings.LastIndexAny(local, "=/&?"); i >= 0 { // a parameter's value, a path's last part
				before, local = Mask(local[:i+1]), local[i+1:]
			}
			if !role(local, m[3]) {
				local = Masked
			}
			return before + local + m[2] + m[3]
		})
	}
	if strings.ContainsRune(s, ':') {
		s = telephone().ReplaceAllString(s, "${1}:"+Masked)
	}
	return s
}

// role reports whether a mailbox belongs to a function.
func role(local, domain string) bool {
	if local == Masked {
		return true
	}
	e, err := NewEntity(KindEmail, local+"@"+domain)
	return err == nil && !e.Personal()
}
