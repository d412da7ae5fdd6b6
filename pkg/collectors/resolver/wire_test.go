package resolver

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"
)

// The bytes of a query are what the DNS library makes of the same question.
func TestQueryIsWhatTheLibraryReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9_-]{1,20}`), 1, 8).Draw(t, "labels")
		name := strings.Join(labels, ".") + "."
		qtype := rapid.Uint16().Draw(t, "type")
		packed, err := packName(nil, name)
		if err != nil {
			t.Fatal(err)
		}
		mix, edns := rapid.Bool().Draw(t, "mix"), rapid.Bool().Draw(t, "edns")
		q := newQuery(packed, qtype, 4711, mix, edns)
		as := Question{DO: rapid.Bool().Draw(t, "do"), CD: rapid.Bool().Draw(t, "cd")}
		q.mark(as, edns)
		m := new(dns.Msg)
		if err := m.Unpack(q.framed[2:]); err != nil {
			t.Fatal(err)
		}
		got := m.Question[0]
		if !strings.EqualFold(got.Name, name) || got.Qtype != qtype || got.Qclass != dns.ClassINET || m.Id != 4711 || !m.RecursionDesired {
			t.Errorf("asked %v", m)
		}
		if !mix && got.Name != name || q.mixed != (got.Name != name) {
			t.Errorf("%s: mix %v, mixed %v", got.Name, mix, q.mixed)
		}
		if (m.IsEdns0() != nil) != edns || edns && m.IsEdns0().UDPSize() != ednsSize {
			t.Errorf("EDNS0: %v", m.IsEdns0())
		}
		if m.CheckingDisabled != as.CD || edns && m.IsEdns0().Do() != as.DO {
			t.Errorf("asked %v for %+v", m, as)
		}
	})
}

// Whatever comes back, comparing and settling it neither panics nor takes
// another's answer.
func FuzzAnswer(f *testing.F) {
	name, _ := packName(nil, "www.corp.example")
	q := newQuery(name, dns.TypeA, 7, true, true)
	m := new(dns.Msg)
	m.Unpack(q.framed[2:])
	m.Response = true
	m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: m.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(192, 0, 2, 1)}}
	whole, _ := m.Pack()
	f.Add(whole)
	f.Add(whole[:30])
	f.Add(whole[:12])
	f.Add(append(bytes.Clone(whole), 0xc0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerSize {
			return
		}
		like := compare(b, q.question)
		if like == unlike || like == notOurs {
			return
		}
		w := settle(b, q.question)
		if len(w) != len(b) {
			t.Errorf("%d bytes became %d", len(b), len(w))
		}
		if like != headed && !bytes.Contains(w, name) {
			t.Errorf("settled answer %x does not hold the question", w)
		}
	})
}
