package dnssec_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"osint/pkg/collectors/dnssec"
)

// One byte changed anywhere, in the answer or in what proves it, and an
// answer is either not believed or says what it said.
func TestForgeriesAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	asked := []dns.Question{
		{Name: "corp.example.", Qtype: dns.TypeA}, {Name: "x.dev.corp.example.", Qtype: dns.TypeA}, {Name: "www.corp.example.", Qtype: dns.TypeMX},
		{Name: "none.corp.example.", Qtype: dns.TypeA}, {Name: "hashed.example.", Qtype: dns.TypeMX}, {Name: "x.dev.hashed.example.", Qtype: dns.TypeA},
		{Name: "none.hashed.example.", Qtype: dns.TypeA},
	}
	for _, q := range asked {
		if v := s.judge(q.Name, q.Qtype); v.State != dnssec.Secure {
			t.Fatalf("%s: %+v", q.Name, v)
		}
	}
	wires := slices.SortedFunc(maps.Keys(s.wire), func(a, b dns.Question) int { return strings.Compare(a.String(), b.String()) })
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SampledFrom(asked).Draw(t, "question")
		forged := rapid.SampledFrom(wires).Draw(t, "answer")
		wire := bytes.Clone(s.wire[forged])
		i := rapid.IntRange(0, len(wire)-1).Draw(t, "byte")
		wire[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "change"))
		v := s.validator()
		v.Get = func(name string, kind uint16) *dnssec.Answer {
			if name == forged.Name && kind == forged.Qtype {
				return read(name, kind, wire)
			}
			return read(name, kind, s.ask(name, kind))
		}
		a, honest := v.Get(q.Name, q.Qtype), read(q.Name, q.Qtype, s.ask(q.Name, q.Qtype))
		if a == nil {
			return
		}
		if got := v.Judge(a); got.State == dnssec.Secure && saying(a) != saying(honest) {
			t.Fatalf("byte %d of %s %s: believed\n%s\nwhere it was\n%s", i, forged.Name, dns.Type(forged.Qtype), saying(a), saying(honest))
		}
	})
}

// saying is what an answer says of the name asked: its records there and
// along its aliases, without times to live and case; or that there is none,
// and whether there is the name.
func saying(a *dnssec.Answer) string {
	var lines []string
	for _, name := range dnssec.Owners(a) {
		for _, rr := range a.Answer {
			if h := rr.Header(); (h.Rrtype == a.Type || h.Rrtype == dns.TypeCNAME) && h.Class == dns.ClassINET && strings.EqualFold(h.Name, name) {
				rr = dns.Copy(rr)
				rr.Header().Ttl = 0
				lines = append(lines, strings.ToLower(rr.String()))
			}
		}
	}
	slices.Sort(lines)
	if len(lines) == 0 {
		return dns.RcodeToString[a.Rcode]
	}
	return strings.Join(slices.Compact(lines), "\n")
}

// Whatever comes back, judging it ends, and nothing is believed that no key
// has signed.
func FuzzJudge(f *testing.F) {
	s := serve(f, zones)
	for _, q := range []dns.Question{{Name: "x.dev.hashed.example.", Qtype: dns.TypeA}, {Name: "none.corp.example.", Qtype: dns.TypeA}, {Name: "corp.example.", Qtype: dns.TypeDS}} {
		f.Add(s.ask(q.Name, q.Qtype))
	}
	f.Add(s.ask(".", dns.TypeDNSKEY))
	anchors := dnssec.RootAnchors()
	f.Fuzz(func(t *testing.T, wire []byte) {
		v := &dnssec.Validator{Anchors: anchors, Now: s.now,
			Get: func(name string, kind uint16) *dnssec.Answer { return read(name, kind, wire) }}
		for _, kind := range []uint16{dns.TypeA, dns.TypeDS, dns.TypeDNSKEY} {
			if a := v.Get("corp.example.", kind); a != nil && v.Judge(a).State == dnssec.Secure {
				t.Errorf("believed: %v", a)
			}
		}
	})
}
