package dnssec_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
)

// A source answers questions put with the DO and CD bits, and remembers.
type source struct {
	t       testing.TB
	server  string
	anchors dnssec.Anchors
	now     time.Time
	wire    map[dns.Question][]byte
}

// serve makes a source of a world of the lab.
func serve(t testing.TB, world string) *source {
	t.Helper()
	w, err := lab.Parse("world", []byte("Signed zones\n\nseeds: corp.example\n\n"+strings.TrimLeft(world, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Serve(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return sourceAt(t, l.Resolver().String(), l.TrustAnchor())
}

func sourceAt(t testing.TB, server, anchor string) *source {
	anchors, err := dnssec.ParseAnchors("anchor", anchor)
	if err != nil {
		t.Fatal(err)
	}
	return &source{t, server, anchors, time.Now(), map[dns.Question][]byte{}}
}

// ask returns the answer in wire form.
func (s *source) ask(name string, kind uint16) []byte {
	q := dns.Question{Name: dns.CanonicalName(name), Qtype: kind, Qclass: dns.ClassINET}
	if b := s.wire[q]; b != nil {
		return b
	}
	m := new(dns.Msg).SetQuestion(q.Name, kind)
	m.SetEdns0(4096, true)
	m.CheckingDisabled = true
	b, err := m.Pack()
	if err != nil {
		s.t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", s.server, 5*time.Second)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	c := &dns.Conn{Conn: conn}
	if _, err := c.Write(b); err != nil {
		s.t.Fatal(err)
	}
	got := make([]byte, dns.MaxMsgSize)
	n, err := c.Read(got)
	if err != nil {
		s.t.Fatal(err)
	}
	s.wire[q] = got[:n]
	return s.wire[q]
}

func read(name string, kind uint16, wire []byte) *dnssec.Answer {
	m := new(dns.Msg)
	if err := m.Unpack(wire); err != nil {
		return nil
	}
	return &dnssec.Answer{Name: dns.CanonicalName(name), Type: kind, Rcode: m.Rcode, Answer: m.Answer, Ns: m.Ns}
}

func (s *source) validator() *dnssec.Validator {
	return &dnssec.Validator{Anchors: s.anchors, Now: s.now,
		Get: func(name string, kind uint16) *dnssec.Answer { return read(name, kind, s.ask(name, kind)) }}
}

func (s *source) judge(name string, kind uint16) dnssec.Verdict {
	return s.validator().Judge(read(name, kind, s.ask(name, kind)))
}

const zones = `
-- dns://example --
@ NS ns
ns A 203.0.113.1
mixed A 203.0.113.2

-- dnssec://example --

-- dns://corp.example --
@ NS ns
@ A 192.0.2.1
@ MX 10 mx
ns A 192.0.2.53
www CNAME corp.example.
out CNAME www.plain.example.
off CNAME www.expired.example.
*.dev A 192.0.2.2
fixed.dev A 192.0.2.3
a.b.c TXT "deep"

-- dnssec://corp.example --
algorithm ED25519

-- dns://hashed.example --
@ NS ns
@ A 192.0.2.1
ns A 192.0.2.53
*.dev A 192.0.2.2
a.b.c TXT "deep"
sub NS ns.sub
ns.sub A 192.0.2.54

-- dnssec://hashed.example --
algorithm RSASHA256
bits 1024
nsec3 5 ab12

-- dns://sub.hashed.example --
@ NS ns
ns A 192.0.2.54

-- dns://opt.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://opt.example --
nsec3
opt-out

-- dns://low.opt.example --
@ NS ns
@ A 192.0.2.1
ns A 192.0.2.53

-- dns://plain.example --
@ NS ns
@ A 192.0.2.1
www A 192.0.2.1
ns A 192.0.2.53

-- dns://island.plain.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://island.plain.example --

-- dns://nods.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://nods.example --
ds none

-- dns://expired.example --
@ NS ns
ns A 192.0.2.53
www A 192.0.2.1

-- dnssec://expired.example --
signatures from -40d to -1d

-- dns://forged.example --
@ NS ns
@ MX 10 ns
ns A 192.0.2.53

-- dnssec://forged.example --
forged MX

-- dns://early.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://early.example --
signatures from +2d to +9d

-- dns://stale.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://stale.example --
ds stale

-- dns://bare.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://bare.example --
keys none

-- dns://strange.example --
@ NS ns
ns A 192.0.2.53
@ DS 4711 12 3 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

-- dns://many.example --
@ NS ns
ns A 192.0.2.53

-- dnssec://many.example --
nsec3 600
`

func TestVerdicts(t *testing.T) {
	s := serve(t, zones)
	for _, c := range []struct {
		name   string
		kind   uint16
		want   dnssec.State
		reason string
	}{
		{".", dns.TypeSOA, dnssec.Secure, ""},
		{"example.", dns.TypeNS, dnssec.Secure, ""},
		{"corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"corp.example.", dns.TypeDS, dnssec.Secure, ""},
		{"corp.example.", dns.TypeDNSKEY, dnssec.Secure, ""},
		{"corp.example.", dns.TypeAAAA, dnssec.Secure, ""},
		{"www.corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"www.corp.example.", dns.TypeMX, dnssec.Secure, ""},
		{"x.dev.corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"y.x.dev.corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"x.dev.corp.example.", dns.TypeTXT, dnssec.Secure, ""},
		{"b.c.corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"none.corp.example.", dns.TypeA, dnssec.Secure, ""},
		{"none.example.", dns.TypeA, dnssec.Secure, ""},
		{"out.corp.example.", dns.TypeA, dnssec.Insecure, "delegates it and proves"},
		{"off.corp.example.", dns.TypeA, dnssec.Bogus, "expired at"},
		{"hashed.example.", dns.TypeA, dnssec.Secure, ""},
		{"hashed.example.", dns.TypeNSEC3PARAM, dnssec.Secure, ""},
		{"hashed.example.", dns.TypeMX, dnssec.Secure, ""},
		{"x.dev.hashed.example.", dns.TypeA, dnssec.Secure, ""},
		{"x.dev.hashed.example.", dns.TypeTXT, dnssec.Secure, ""},
		{"b.c.hashed.example.", dns.TypeA, dnssec.Secure, ""},
		{"x.y.none.hashed.example.", dns.TypeA, dnssec.Secure, ""},
		{"sub.hashed.example.", dns.TypeNS, dnssec.Insecure, "delegates it"},
		{"low.opt.example.", dns.TypeA, dnssec.Insecure, "opt-out"},
		{"plain.example.", dns.TypeA, dnssec.Insecure, "example. delegates it and proves"},
		{"none.plain.example.", dns.TypeA, dnssec.Insecure, ""},
		{"island.plain.example.", dns.TypeSOA, dnssec.Insecure, ""},
		{"nods.example.", dns.TypeSOA, dnssec.Insecure, ""},
		{"expired.example.", dns.TypeSOA, dnssec.Bogus, "DNSKEY of expired.example. expired at"},
		{"forged.example.", dns.TypeNS, dnssec.Secure, ""},
		{"forged.example.", dns.TypeMX, dnssec.Bogus, "is not of its data"},
		{"early.example.", dns.TypeSOA, dnssec.Bogus, "is not valid yet"},
		{"stale.example.", dns.TypeSOA, dnssec.Bogus, "none of its keys is the one"},
		{"bare.example.", dns.TypeSOA, dnssec.Bogus, "has a DS record and no keys"},
		{"strange.example.", dns.TypeSOA, dnssec.Insecure, "not known here"},
		{"none.many.example.", dns.TypeA, dnssec.Insecure, "more than 500 iterations"},
	} {
		if v := s.judge(c.name, c.kind); v.State != c.want || !strings.Contains(v.Reason, c.reason) || v.State != dnssec.Secure && v.Zone == "" {
			t.Errorf("%s %s: %+v, want %s (%s)", c.name, dns.Type(c.kind), v, c.want, c.reason)
		}
	}
}

// Without the root's own keys nothing can be said; with others' everything is
// forged.
func TestAnchorsDecide(t *testing.T) {
	s := serve(t, zones)
	s.anchors = dnssec.RootAnchors()
	if v := s.judge("corp.example.", dns.TypeA); v.State != dnssec.Bogus || v.Zone != "." || !strings.Contains(v.Reason, "trust anchor") {
		t.Errorf("by the real root's keys: %+v", v)
	}
	v := s.validator()
	v.Get = func(string, uint16) *dnssec.Answer { return nil }
	if got := v.Zone("corp.example."); got.State != dnssec.Indeterminate {
		t.Errorf("nothing answered: %+v", got.Verdict)
	}
}

// What is taken out or left aside never makes an answer better.
func TestAnswersLackingAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	for _, c := range []struct {
		name string
		kind uint16
		lose uint16 // records of this type, from the answer itself
		want dnssec.State
	}{
		{"corp.example.", dns.TypeA, dns.TypeRRSIG, dnssec.Bogus},
		{"none.corp.example.", dns.TypeA, dns.TypeNSEC, dnssec.Bogus},
		{"none.hashed.example.", dns.TypeA, dns.TypeNSEC3, dnssec.Bogus},
		{"x.dev.corp.example.", dns.TypeA, dns.TypeNSEC, dnssec.Bogus},
		{"x.dev.hashed.example.", dns.TypeA, dns.TypeNSEC3, dnssec.Bogus},
		{"www.corp.example.", dns.TypeA, dns.TypeA, dnssec.Indeterminate},
	} {
		a := read(c.name, c.kind, s.ask(c.name, c.kind))
		without := func(rrs []dns.RR) (kept []dns.RR) {
			for _, rr := range rrs {
				if rr.Header().Rrtype != c.lose {
					kept = append(kept, rr)
				}
			}
			return kept
		}
		a.Answer, a.Ns = without(a.Answer), without(a.Ns)
		if v := s.validator().Judge(a); v.State != c.want {
			t.Errorf("%s %s without %s: %+v, want %s", c.name, dns.Type(c.kind), dns.Type(c.lose), v, c.want)
		}
	}
	a := read("none.corp.example.", dns.TypeA, s.ask("none.corp.example.", dns.TypeA))
	a.Ns = nil
	if v := s.validator().Judge(a); v.State != dnssec.Indeterminate {
		t.Errorf("a denial without anything: %+v", v)
	}
	for _, c := range []struct {
		name string
		kind uint16
		want dnssec.State
	}{
		{"corp.example.", dns.TypeDNSKEY, dnssec.Indeterminate},
		{"corp.example.", dns.TypeDS, dnssec.Indeterminate},
		{".", dns.TypeDNSKEY, dnssec.Indeterminate},
	} {
		v := s.validator()
		get := v.Get
		v.Get = func(name string, kind uint16) *dnssec.Answer {
			if name == c.name && kind == c.kind {
				return nil
			}
			return get(name, kind)
		}
		if got := v.Zone("corp.example."); got.State != c.want {
			t.Errorf("nobody answered %s %s: %+v", c.name, dns.Type(c.kind), got.Verdict)
		}
	}
}
