package record

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/publicsuffix"

	"osint/pkg/pipeline"
)

// A redactor puts made-up things in the place of somebody's. The same thing
// always gets the same stand-in.
type redactor struct {
	top    string            // what the subject's name lies below: "com"
	keep   map[string]bool   // registrable names of the sources asked, which collectors know
	names  map[string]string // registrable name: its stand-in
	nets   map[netip.Prefix]netip.Prefix
	things map[string]string // whatever else, by kind and value
	count  map[string]int
	asn    string
}

func newRedactor(subject pipeline.Entity, hosts []string) *redactor {
	r := &redactor{keep: map[string]bool{}, names: map[string]string{}, nets: map[netip.Prefix]netip.Prefix{}, things: map[string]string{}, count: map[string]int{}}
	own := ""
	if h := subject.Hostname(); h != "" {
		own = registrable(h)
		r.names[own] = "subject.example"
		_, r.top, _ = strings.Cut(own, ".")
	}
	if subject.Kind == pipeline.KindASN {
		r.asn = strings.TrimPrefix(subject.Value, "AS")
	}
	for _, h := range hosts {
		if name := registrable(h); name != own {
			r.keep[name] = true
		}
	}
	return r
}

func registrable(name string) string {
	name = strings.ToLower(name)
	if r, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return r
	}
	return name
}

var (
	reMail  = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+)`)
	rePhone = regexp.MustCompile(`\+\d{1,3}[.\-\s]?\(?\d[\d\s.\-()]{5,14}\d`)
	reAddr4 = regexp.MustCompile(`\b(\d{1,3}(?:\.\d{1,3}){3})(/\d{1,2})?\b`)
	reAddr6 = regexp.MustCompile(`(?i)\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?:/\d{1,3})?`)
	reBack4 = regexp.MustCompile(`(?i)\b(\d{1,3}(?:\.\d{1,3}){3})(\.in-addr\.arpa|\.origin\.|\.[a-z][a-z0-9-]*\.[a-z][a-z0-9-]+)`) // the last of a block list
	reBack6 = regexp.MustCompile(`(?i)\b((?:[0-9a-f]\.){32})(ip6\.arpa|origin6\.|[a-z][a-z0-9-]*\.[a-z][a-z0-9-]+)`)
	reName  = regexp.MustCompile(`[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)+`)
)

// text redacts a text of any form.
func (r *redactor) text(s string) string {
	s = reMail.ReplaceAllStringFunc(s, r.mail)
	s = rePhone.ReplaceAllStringFunc(s, func(m string) string { return r.number("phone", m, "+1.202555%04d", 100) })
	s = reAddr6.ReplaceAllStringFunc(s, r.address)
	s = reBack6.ReplaceAllStringFunc(s, r.backward)
	s = reBack4.ReplaceAllStringFunc(s, r.backward)
	s = reAddr4.ReplaceAllStringFunc(s, r.address)
	s = reName.ReplaceAllStringFunc(s, r.name)
	s = strings.ReplaceAll(s, done, "")
	if r.asn != "" {
		s = regexp.MustCompile(`\b(AS)?`+r.asn+`\b`).ReplaceAllString(s, "${1}64500")
	}
	return s
}

// thing returns the stand-in of a value of a kind: format has the number.
func (r *redactor) thing(kind, value, format string) string { return r.number(kind, value, format, 1) }

func (r *redactor) number(kind, value, format string, from int) string {
	key := kind + "\x00" + strings.ToLower(strings.TrimSpace(value))
	if r.things[key] == "" {
		r.things[key] = fmt.Sprintf(format, r.count[kind]+from)
		r.count[kind]++
	}
	return r.things[key]
}

// mail keeps the mailboxes of functions, which are nobody's.
func (r *redactor) mail(m string) string {
	local, domain, _ := strings.Cut(m, "@")
	if e, err := pipeline.NewEntity(pipeline.KindEmail, m); err != nil || e.Personal() {
		local = r.thing("mailbox", m, "person%d")
	}
	return local + "@" + r.name(domain)
}

// name keeps the labels below a registrable name, and what is reserved, the
// sources' or no name at all: file.txt.
func (r *redactor) name(m string) string {
	low := strings.ToLower(m)
	suffix, known := publicsuffix.PublicSuffix(low)
	if !known || suffix == low || reserved(low) {
		return m
	}
	own := registrable(low)
	if r.keep[own] {
		return m
	}
	if r.names[own] == "" {
		r.names[own] = fmt.Sprintf("other%d.example", len(r.names))
	}
	out := low[:len(low)-len(own)] + r.names[own]
	if m == strings.ToUpper(m) && m != low {
		return strings.ToUpper(out)
	}
	return out
}

func reserved(name string) bool {
	for _, top := range []string{"example", "test", "invalid", "localhost", "arpa", "example.com", "example.net", "example.org"} {
		if name == top || strings.HasSuffix(name, "."+top) {
			return true
		}
	}
	return false
}

// documentation are the networks that may stand in a fixture.
var documentation = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24")}

// address puts an address or a network into a documentation range: one /24
// (or /64) becomes one other, the last octet stays.
func (r *redactor) address(m string) string {
	text, bits, isNet := strings.Cut(m, "/")
	a, err := netip.ParseAddr(text)
	if err != nil || !a.IsGlobalUnicast() || a.IsPrivate() || a.Is4In6() {
		return m
	}
	out := r.moved(a).String()
	if isNet {
		least := 24
		if a.Is6() {
			least = 48
		}
		n := least
		fmt.Sscan(bits, &n) // a number by the expression
		out += fmt.Sprintf("/%d", max(n, least))
	}
	return out
}

func (r *redactor) moved(a netip.Addr) netip.Addr {
	net := r.network(a)
	if a.Is4() {
		b := net.Addr().As4()
		b[3] = a.As4()[3]
		return netip.AddrFrom4(b)
	}
	b, low := net.Addr().As16(), a.As16()
	copy(b[8:], low[8:])
	return netip.AddrFrom16(b)
}

// network returns the documentation network that stands for the one of a.
func (r *redactor) network(a netip.Addr) netip.Prefix {
	size := 24
	if a.Is6() {
		size = 64
	}
	p, err := a.Prefix(size)
	if err != nil {
		return netip.Prefix{}
	}
	if to, ok := r.nets[p]; ok {
		return to
	}
	var to netip.Prefix
	switch {
	case slices.Contains(documentation, p), netip.MustParsePrefix("2001:db8::/32").Contains(a):
		to = p
	case a.Is6():
		r.count["network"]++
		to = netip.MustParsePrefix(fmt.Sprintf("2001:db8:%x::/64", 0xf000+r.count["network"]))
	default:
		to = r.unused()
	}
	r.nets[p] = to
	return to
}

// unused returns a documentation network that stands for none yet; the last
// stands for all that come when there is none.
func (r *redactor) unused() netip.Prefix {
	for _, d := range documentation {
		taken := false
		for _, to := range r.nets {
			taken = taken || to == d
		}
		if !taken {
			return d
		}
	}
	return documentation[len(documentation)-1]
}

// done marks the labels of an address that was redacted where it stands
// backwards, so that no other expression takes it for one.
const done = "\x00"

// backward redacts the address in a name such as 10.2.0.192.in-addr.arpa.
func (r *redactor) backward(m string) string {
	parts := reBack6.FindStringSubmatch(m)
	if parts == nil {
		parts = reBack4.FindStringSubmatch(m)
	}
	labels := strings.Split(strings.TrimSuffix(parts[1], "."), ".")
	slices.Reverse(labels)
	text := strings.Join(labels, ".")
	if len(labels) == 32 {
		text = ""
		for i, l := range labels {
			if i > 0 && i%4 == 0 {
				text += ":"
			}
			text += l
		}
	}
	a, err := netip.ParseAddr(r.address(text))
	if err != nil {
		return m
	}
	back, err := dns.ReverseAddr(a.String())
	if err != nil {
		return m
	}
	back = strings.TrimSuffix(strings.TrimSuffix(back, "in-addr.arpa."), "ip6.arpa.")
	return strings.ReplaceAll(strings.TrimSuffix(back, "."), ".", done+".") + "." + strings.TrimPrefix(parts[2], ".")
}
