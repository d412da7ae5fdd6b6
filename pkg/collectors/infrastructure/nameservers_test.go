package infrastructure

import (
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// answer makes a reply of flags ("aa", "ra"), a code, and the records of its
// answer section.
func answer(t *testing.T, kind uint16, code int, flags string, records ...string) *collectors.Reply {
	t.Helper()
	r := &collectors.Reply{Exchange: "x1", Name: "acme.example", Type: kind, Rcode: code, AA: strings.Contains(flags, "aa"), RA: strings.Contains(flags, "ra")}
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		r.Answer = append(r.Answer, rr)
	}
	return r
}

const (
	acmeStart = "acme.example. 60 IN SOA ns1.acme.example. root.acme.example. 7 1 1 1 1"
	acmeNS    = "acme.example. 60 IN NS ns1.acme.example."
	rootStart = ". 60 IN SOA ns.lab.test. root.lab.test. 1 1 1 1 1"
)

func TestLameness(t *testing.T) {
	soa := func(code int, flags string, records ...string) *collectors.Reply {
		return answer(t, dns.TypeSOA, code, flags, records...)
	}
	for name, c := range map[string]struct {
		x    sighting
		lame string
		over string
	}{
		"silent":                       {sighting{}, "", ""},
		"serves":                       {sighting{soa: soa(0, "aa", acmeStart), tcp: soa(0, "aa", acmeStart)}, "", "udp tcp"},
		"serves over TCP alone":        {sighting{tcp: soa(0, "aa", acmeStart)}, "", "tcp"},
		"has it from a cache":          {sighting{soa: soa(0, "ra", acmeStart)}, "is not authoritative", ""},
		"points elsewhere":             {sighting{soa: soa(0, "")}, "is not authoritative", ""},
		"has the zone above":           {sighting{soa: soa(0, "aa")}, "has no such zone", ""},
		"says there is none":           {sighting{soa: soa(dns.RcodeNameError, "aa")}, "NXDOMAIN", ""},
		"refuses":                      {sighting{soa: soa(dns.RcodeRefused, "")}, "REFUSED", ""},
		"failed once":                  {sighting{soa: soa(dns.RcodeServerFailure, "")}, "", ""},
		"failed every time":            {sighting{soa: soa(dns.RcodeServerFailure, ""), tcp: soa(dns.RcodeServerFailure, "")}, "SERVFAIL", ""},
		"failed, and told its servers": {sighting{soa: soa(dns.RcodeServerFailure, ""), tcp: soa(dns.RcodeServerFailure, ""), ns: answer(t, dns.TypeNS, 0, "aa", acmeNS)}, "", ""},
		"does not understand":          {sighting{soa: soa(dns.RcodeFormatError, ""), tcp: soa(dns.RcodeRefused, "")}, "", ""},
		"the start of another zone":    {sighting{soa: soa(0, "aa", rootStart)}, "has no such zone", ""},
	} {
		start, over := c.x.start("acme.example")
		if (start != nil) != (c.over != "") || over != c.over {
			t.Errorf("%s: serves it over %q, want %q", name, over, c.over)
		}
		if got := c.x.lameness("acme.example"); start == nil && got != c.lame {
			t.Errorf("%s: %q, want %q", name, got, c.lame)
		}
	}
}

// Recursion is proved by what a server had to find out, and by nothing less.
func TestRecursion(t *testing.T) {
	for name, c := range map[string]struct {
		r          *collectors.Reply
		open, told bool
	}{
		"silent":                     {nil, false, false},
		"refuses":                    {answer(t, dns.TypeSOA, dns.RcodeRefused, "ra"), false, true},
		"does not offer it":          {answer(t, dns.TypeSOA, 0, "", rootStart), false, true},
		"found it out":               {answer(t, dns.TypeSOA, 0, "ra", rootStart), true, true},
		"says so, and finds nothing": {answer(t, dns.TypeSOA, 0, "ra"), false, false},
		"tried, and failed":          {answer(t, dns.TypeSOA, dns.RcodeServerFailure, "ra"), false, false},
		"serves that zone too":       {answer(t, dns.TypeSOA, 0, "ra aa", rootStart), false, false},
	} {
		if open, told := recursion(c.r, "."); open != c.open || told != c.told {
			t.Errorf("%s: open %v, told %v", name, open, told)
		}
	}
}

// A machine without IPv6 learns nothing of an IPv6 address, and misses
// nothing; silence of an IPv4 address is missed.
func TestNoWayIsNoGap(t *testing.T) {
	gone := collectors.ErrNoRoute
	for addr, gaps := range map[string]int{"2001:db8::1": 0, "192.0.2.1": 2} {
		x := &sighting{server: collectors.NameServer{Name: "ns1.acme.example", Addr: netip.MustParseAddr(addr)}, errs: [4]error{gone, gone, gone, gone}}
		s := &survey{zone: "acme.example"}
		said := 0
		x.tell(func(pipeline.Observation) { said++ }, s)
		if len(s.gaps) != gaps || said != 0 {
			t.Errorf("%s: %d gaps, %d said", addr, len(s.gaps), said)
		}
	}
}

func TestNameSetIsBounded(t *testing.T) {
	var names []string
	for i := range 5000 {
		names = append(names, strings.Repeat(string(rune('a'+i%26)), 1+i%60)+".example")
	}
	if set := nameSet(names); !strings.HasSuffix(set, " more") || len(strings.Fields(set)) != mostNamed+3 || set != nameSet(append(names, names...)) {
		t.Errorf("%d bytes: …%s", len(set), set[len(set)-40:])
	}
	if got := nameSet([]string{"b.example", "a.example", "b.example"}); got != "a.example b.example" {
		t.Error(got)
	}
}

// Whatever servers answer, what is said of them fits the table of relations,
// is text, and no server both serves the zone and does not.
func FuzzNameServerAnswers(f *testing.F) {
	m := new(dns.Msg).SetQuestion("acme.example.", dns.TypeSOA)
	for _, flags := range []bool{false, true} {
		m.Authoritative, m.RecursionAvailable = flags, flags
		for _, s := range []string{acmeStart, acmeNS, rootStart} {
			rr, _ := dns.NewRR(s)
			m.Answer, m.Ns = append(m.Answer, rr), append(m.Ns, rr)
		}
		b, _ := m.Pack()
		f.Add(b, b)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		reply := func(kind uint16, b []byte) *collectors.Reply {
			m := new(dns.Msg)
			if m.Unpack(b) != nil {
				return nil
			}
			return &collectors.Reply{Exchange: "x1", Type: kind, Rcode: m.Rcode, AA: m.Authoritative, RA: m.RecursionAvailable, Answer: m.Answer, Ns: m.Ns, Extra: m.Extra}
		}
		x := &sighting{server: collectors.NameServer{Name: "ns1.acme.example", Addr: netip.MustParseAddr("192.0.2.1")},
			soa: reply(dns.TypeSOA, a), tcp: reply(dns.TypeSOA, b), ns: reply(dns.TypeNS, b), open: reply(dns.TypeSOA, a)}
		s := &survey{zone: "acme.example", parent: ".", delegation: reply(dns.TypeNS, b), sightings: []*sighting{x}}
		said := map[pipeline.Predicate]int{}
		_ = s.tell(func(o pipeline.Observation) {
			o.Subject = pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
			said[o.Predicate]++
			if err := pipeline.CheckRelation(&o); err != nil {
				t.Error(err)
			}
			for key, v := range o.Value.(map[string]any) {
				if text, ok := v.(string); ok && (!utf8.ValidString(text) || len(text) > 64<<10) {
					t.Errorf("%s: %q", key, text)
				}
			}
		})
		if said["serves-zone"] > 1 || said["open-recursion"] > 1 || said["parent-delegation"] > 1 {
			t.Errorf("said %v", said)
		}
		if s.delegation != nil {
			glue(s.delegation, "ns1.acme.example")
		}
	})
}
