package resolver

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// Read in brief, an answer says what it says read whole.
func FuzzBrief(f *testing.F) {
	const name = "www.corp.example"
	packed, err := packName(nil, name)
	if err != nil {
		f.Fatal(err)
	}
	q := newQuery(packed, dns.TypeA, 7, false, true)
	soa, _ := dns.NewRR("corp.example. 60 IN SOA ns1.corp.example. hostmaster.corp.example. 1 3600 600 86400 60")
	for _, change := range []func(m *dns.Msg){
		func(m *dns.Msg) {},
		func(m *dns.Msg) { m.Rcode, m.Answer, m.Ns = dns.RcodeNameError, nil, []dns.RR{soa} },
		func(m *dns.Msg) { m.Answer = nil },
		func(m *dns.Msg) { m.SetEdns0(1232, false) },
		func(m *dns.Msg) { m.Answer = nil; m.SetEdns0(1232, false); m.Rcode = dns.RcodeBadVers },
		func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure },
		func(m *dns.Msg) { m.Authoritative, m.AuthenticatedData, m.Truncated = true, true, true },
	} {
		m := new(dns.Msg)
		m.SetQuestion(name+".", dns.TypeA)
		m.Id, m.Response = 7, true
		m.Answer = []dns.RR{
			&dns.CNAME{Hdr: dns.RR_Header{Name: name + ".", Rrtype: dns.TypeCNAME, Class: dns.ClassINET}, Target: "Host.example."},
			&dns.A{Hdr: dns.RR_Header{Name: "Host.example.", Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(192, 0, 2, 1)}}
		change(m)
		wire, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < headerSize || compare(b, q.question) != same {
			return
		}
		full := new(dns.Msg)
		wrong := full.Unpack(settle(b, q.question))
		m, err := briefly(bytes.Clone(b), Question{Name: name, Type: dns.TypeA}, q.question)
		if wrong != nil || m == nil && err == nil {
			return // an answer that nobody reads, or one that is read whole
		}
		if err != nil {
			t.Fatalf("in brief: %v, and whole it can be read", err)
		}
		full.Opcode, full.Zero = m.Opcode, m.Zero // nobody asks
		if full.MsgHdr != m.MsgHdr || fmt.Sprint(full.Question) != fmt.Sprint(m.Question) || fmt.Sprint(full.Answer) != fmt.Sprint(m.Answer) {
			t.Fatalf("in brief\n%v\nwhole\n%v", m, full)
		}
	})
}

// A name packed the short way is as the library packs it.
func FuzzPackName(f *testing.F) {
	for _, s := range []string{"www.corp.example", "WWW.corp.example.", ".", "a..b", "_sip._tcp.x", "a\\.b.c", "\\065b", strings.Repeat("x", 64), strings.Repeat("ab.", 84) + "x", "b\xfccher.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got, ok := packPlain(nil, name)
		if !ok || strings.ToLower(name) != asciiLower(name) { // letters beyond ASCII have their own capitals
			return
		}
		var buf [256]byte
		n, err := dns.PackDomainName(asciiLower(dns.Fqdn(name)), buf[:], 0, nil, false)
		if err != nil || !bytes.Equal(got, buf[:n]) {
			t.Fatalf("%q: %x, the library %x, %v", name, got, buf[:n], err)
		}
	})
}

func asciiLower(s string) string {
	b := []byte(s)
	lowerAll(b)
	return string(b)
}

// Each tells in brief what Ask tells whole, failures and all.
func TestEachIsBrief(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := reply(q)
		soa, _ := dns.NewRR("corp.example. 60 IN SOA ns1.corp.example. h.corp.example. 1 2 3 4 5")
		m.Ns = []dns.RR{soa}
		switch strings.ToLower(strings.SplitN(q.Question[0].Name, ".", 2)[0]) {
		case "gone":
			m.Answer, m.Rcode = nil, dns.RcodeNameError
		case "empty":
			m.Answer = nil
		case "broken":
			m.Answer, m.Rcode = nil, dns.RcodeServerFailure
		case "big":
			if overUDP(w) {
				m.Answer, m.Truncated = nil, true
			}
		}
		m.SetEdns0(1232, false)
		w.WriteMsg(m)
	})}})
	names := []string{"www.corp.example", "GONE.corp.example", "empty.corp.example", "broken.corp.example", "big.corp.example"}
	var qs []Question
	for _, n := range names {
		qs = append(qs, Question{Name: n, Type: dns.TypeA})
	}
	whole := map[string]Result{}
	for i, res := range r.Ask(t.Context(), qs) {
		whole[names[i]] = res
	}
	next := 0
	r.Each(t.Context(), func() (Question, bool) {
		if next == len(qs) {
			return Question{}, false
		}
		next++
		return qs[next-1], true
	}, func(q Question, res Result) {
		w := whole[q.Name]
		if res.Err != nil || w.Err != nil {
			t.Fatalf("%s: %v, %v", q, res.Err, w.Err)
		}
		if res.Wire != nil || len(res.Msg.Ns)+len(res.Msg.Extra) > 0 || len(w.Wire) == 0 || len(w.Msg.Ns) == 0 {
			t.Errorf("%s: %v, whole %v", q, res.Msg, w.Msg)
		}
		if res.Msg.MsgHdr != w.Msg.MsgHdr || fmt.Sprint(res.Msg.Question, res.Msg.Answer) != fmt.Sprint(w.Msg.Question, w.Msg.Answer) || res.TCP != w.TCP {
			t.Errorf("%s: in brief %v, whole %v", q, res.Msg, w.Msg)
		}
	})
}
