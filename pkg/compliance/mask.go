package compliance

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline"
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

const maskText = "withheld"

// mask takes the mailboxes and telephone numbers of people out of the texts
// in a value, and reports whether there were any. Role mailboxes stay. The
// value given is not changed.
func mask(v any) (masked any, hit bool) {
	switch v := v.(type) {
	case string:
		m := maskString(v)
		return m, m != v
	case []any:
		out := slices.Clone(v)
		for i, x := range v {
			m, in := mask(x)
			out[i], hit = m, hit || in
		}
		return out, hit
	case map[string]any:
		out := maps.Clone(v)
		for k, x := range v {
			m, in := mask(x)
			out[k], hit = m, hit || in
		}
		return out, hit
	}
	return v, false
}

func maskString(s string) string {
	if strings.ContainsRune(s, '@') || strings.Contains(s, "%40") {
		s = mailbox().ReplaceAllStringFunc(s, func(hit string) string {
			m := mailbox().FindStringSubmatch(hit)
			before, local := "", m[1]
			if i := strings.LastIndexAny(local, "=/&?"); i >= 0 { // a parameter's value, a path's last part
				before, local = maskString(local[:i+1]), local[i+1:]
			}
			if !role(local, m[3]) {
				local = maskText
			}
			return before + local + m[2] + m[3]
		})
	}
	if strings.ContainsRune(s, ':') {
		s = telephone().ReplaceAllString(s, "${1}:"+maskText)
	}
	return s
}

// role reports whether a mailbox belongs to a function.
func role(local, domain string) bool {
	if local == maskText {
		return true
	}
	e, err := pipeline.NewEntity(pipeline.KindEmail, local+"@"+domain)
	return err == nil && !e.Personal()
}
