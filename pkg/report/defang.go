package report

import (
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"osint/pkg/pipeline"
)

// A defanger shows text so that no reader can click an indicator in it:
// hxxps://www.example[.]com. It knows the names and addresses of its case, so
// that "security.txt" in a sentence stays what it is. JSON keeps values
// exact.
type defanger struct {
	known map[string]bool // names and addresses, lower case
}

func newDefanger(d *Document) *defanger {
	f := &defanger{known: make(map[string]bool, len(d.Entities))}
	for _, e := range d.Entities {
		f.learn(e.Kind, e.Value)
	}
	for _, e := range d.Case.Seeds {
		f.learn(e.Kind, e.Value)
	}
	return f
}

func (f *defanger) learn(k pipeline.Kind, value string) {
	e := pipeline.Entity{Kind: k, Value: value}
	if h := e.Hostname(); h != "" {
		f.known[h] = true
		f.known[e.Registrable().Value] = true
	}
	if k == pipeline.KindIP {
		f.known[value] = true
	}
}

var (
	reScheme = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(h)tt(ps?://)|\b(f)t(p://)`) })
	reDotted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+`) })
	reHosted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:https?://|ftp://|www\.|@)[a-z0-9_.\[\]-]+`) })
)

// text shows a text from outside: [Safe], its links and the case's
// indicators defanged.
func (f *defanger) text(s string) string {
	s = Safe(s)
	if !strings.ContainsAny(s, ".:") {
		return s
	}
	s = reHosted().ReplaceAllStringFunc(s, func(m string) string {
		head := strings.TrimRight(m, ".")
		return lastDot(head) + m[len(head):]
	})
	s = reScheme().ReplaceAllString(s, "${1}${3}xx$2$4")
	return reDotted().ReplaceAllStringFunc(s, func(m string) string {
		if f.knows(strings.ToLower(m)) {
			return lastDot(m)
		}
		return m
	})
}

// knows reports whether a name, or one above it, is the case's.
func (f *defanger) knows(name string) bool {
	for {
		if f.known[name] {
			return true
		}
		_, above, found := strings.Cut(name, ".")
		if !found {
			return false
		}
		name = above
	}
}

// entity shows an entity's value.
func (f *defanger) entity(e pipeline.Entity) string {
	switch e.Kind {
	case pipeline.KindDomain, pipeline.KindHost, pipeline.KindEmail:
		return lastDot(Safe(e.Value))
	case pipeline.KindIP, pipeline.KindNetblock:
		return defangAddress(Safe(e.Value))
	case pipeline.KindService:
		if i := strings.LastIndexByte(e.Value, ':'); i > 0 {
			return defangAddress(Safe(e.Value[:i])) + Safe(e.Value[i:])
		}
	}
	return f.text(e.Value)
}

// defangAddress brackets the last dot of an IPv4 address or prefix; IPv6 is
// nowhere a link.
func defangAddress(s string) string {
	addr, bits, prefix := strings.Cut(s, "/")
	if a, err := netip.ParseAddr(addr); err != nil || !a.Is4() {
		return s
	}
	if prefix {
		return lastDot(addr) + "/" + bits
	}
	return lastDot(addr)
}

// lastDot brackets the last dot, the one before the top-level label; a
// sealed label has none.
func lastDot(s string) string {
	i := strings.LastIndexByte(s, '.')
	if i < 1 || i == len(s)-1 || strings.HasSuffix(s[:i], "[") {
		return s
	}
	return s[:i] + "[.]" + s[i+1:]
}
