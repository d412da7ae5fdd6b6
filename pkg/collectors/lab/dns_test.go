package lab

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const zones = `Zones

seeds: acme.example

-- dns://acme.example --
@ SOA ns1 hostmaster 7 7200 900 1209600 60
@ NS ns1
@ MX 0 .
ns1 A 192.0.2.1
www CNAME web.other.example.
gone CNAME nothing.other.example.
outside CNAME www.elsewhere.test.
ring CNAME ring2
ring2 CNAME ring
*.wild TXT "any"
fixed.wild A 192.0.2.2
deep.below.ent A 192.0.2.3
big TXT ( {{repeat 20 "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789" }} )

-- dns://other.example --
web A 192.0.2.9
web AAAA 2001:db8::9

-- host://broken.acme.example --
dns rcode SERVFAIL
-- host://lossy.acme.example --
dns loss 1/2
-- host://mute.acme.example --
dns silent
-- host://cut.acme.example --
dns truncate
`

func TestResolver(t *testing.T) {
	c := serve(t, zones, Options{})
	for _, x := range []struct {
		name   string
		kind   uint16
		rcode  int
		answer string // owner TYPE, …
		soa    string
	}{
		{"ns1.acme.example", dns.TypeA, 0, "ns1.acme.example. A", ""},
		{"NS1.Acme.Example", dns.TypeA, 0, "NS1.Acme.Example. A", ""},
		{"ns1.acme.example", dns.TypeTXT, 0, "", "acme.example."},
		{"ent.acme.example", dns.TypeA, 0, "", "acme.example."},
		{"example", dns.TypeA, 0, "", "."},
		{"nothing.acme.example", dns.TypeA, 3, "", "acme.example."},
		{"acme.test", dns.TypeA, 3, "", "."},
		{"www.acme.example", dns.TypeA, 0, "www.acme.example. CNAME, web.other.example. A", ""},
		{"www.acme.example", dns.TypeTXT, 0, "www.acme.example. CNAME", "other.example."},
		{"www.acme.example", dns.TypeCNAME, 0, "www.acme.example. CNAME", ""},
		{"gone.acme.example", dns.TypeA, 3, "gone.acme.example. CNAME", "other.example."},
		{"outside.acme.example", dns.TypeA, 3, "outside.acme.example. CNAME", "."},
		{"ring.acme.example", dns.TypeA, 2, "", ""},
		{"x.wild.acme.example", dns.TypeTXT, 0, "x.wild.acme.example. TXT", ""},
		{"y.x.wild.acme.example", dns.TypeTXT, 0, "y.x.wild.acme.example. TXT", ""},
		{"x.wild.acme.example", dns.TypeA, 0, "", "acme.example."},
		{"fixed.wild.acme.example", dns.TypeTXT, 0, "", "acme.example."},
		{"x.fixed.wild.acme.example", dns.TypeTXT, 3, "", "acme.example."},
		{"wild.acme.example", dns.TypeTXT, 0, "", "acme.example."},
		{"acme.example", dns.TypeANY, 0, "acme.example. HINFO", ""},
		{"acme.example", dns.TypeMX, 0, "acme.example. MX", ""},
		{"broken.acme.example", dns.TypeA, 2, "", ""},
		{"below.broken.acme.example", dns.TypeA, 2, "", ""},
	} {
		m := c.ask("udp", x.name, x.kind)
		var answer []string
		for _, rr := range m.Answer {
			answer = append(answer, rr.Header().Name+" "+dns.TypeToString[rr.Header().Rrtype])
		}
		soa := ""
		for _, rr := range m.Ns {
			if s, ok := rr.(*dns.SOA); ok {
				soa = s.Hdr.Name
				if s.Hdr.Ttl > s.Minttl {
					t.Errorf("%s: the denial may be kept for %d s, longer than %d", x.name, s.Hdr.Ttl, s.Minttl)
				}
			}
		}
		got, want := fmt.Sprintf("%d %v %s", m.Rcode, answer, soa), fmt.Sprintf("%d [%s] %s", x.rcode, strings.ReplaceAll(x.answer, ",", ""), x.soa)
		if got != want {
			t.Errorf("%s %s: got %s, want %s", x.name, dns.TypeToString[x.kind], got, want)
		}
		if m.AuthenticatedData || !m.RecursionAvailable || m.Question[0].Name != dns.Fqdn(x.name) {
			t.Errorf("%s: AD %v, RA %v, question %v", x.name, m.AuthenticatedData, m.RecursionAvailable, m.Question[0])
		}
	}
}

func TestLargeAnswers(t *testing.T) {
	c := serve(t, zones, Options{})
	if m := c.ask("udp", "big.acme.example", dns.TypeTXT); !m.Truncated {
		t.Errorf("1,800 bytes over UDP without TC: %d bytes", m.Len())
	}
	if m := c.ask("tcp", "big.acme.example", dns.TypeTXT); m.Truncated || len(m.Answer) != 1 {
		t.Errorf("over TCP: %v", m)
	}
	if m := c.ask("udp", "cut.acme.example", dns.TypeTXT); m.Truncated {
		t.Error("a denial was truncated")
	}
	q := new(dns.Msg).SetQuestion("big.acme.example.", dns.TypeTXT)
	q.SetEdns0(4096, true)
	m, _, err := new(dns.Client).Exchange(q, c.lab.Resolver().String())
	if err != nil || !m.Truncated || m.IsEdns0() == nil {
		t.Errorf("with EDNS: %v, %v", m, err)
	}
}

func TestRefusedQuestions(t *testing.T) {
	c := serve(t, zones, Options{})
	for name, change := range map[string]func(*dns.Msg){
		"REFUSED": func(q *dns.Msg) { q.Question[0].Qtype = dns.TypeAXFR },
		"NOTIMP":  func(q *dns.Msg) { q.Opcode = dns.OpcodeNotify },
	} {
		q := new(dns.Msg).SetQuestion("acme.example.", dns.TypeA)
		change(q)
		m, _, err := (&dns.Client{Net: "tcp"}).Exchange(q, c.lab.Resolver().String())
		if err != nil || dns.RcodeToString[m.Rcode] != name {
			t.Errorf("want %s, got %v, %v", name, m, err)
		}
	}
}

func TestLossAndSilence(t *testing.T) {
	c := serve(t, zones, Options{})
	try := func(name string) bool {
		q := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeA)
		_, _, err := (&dns.Client{Timeout: 100 * time.Millisecond}).Exchange(q, c.lab.Resolver().String())
		if slow, ok := err.(net.Error); err != nil && (!ok || !slow.Timeout()) {
			t.Error(err)
		}
		return err == nil
	}
	if try("lossy.acme.example") || !try("lossy.acme.example") || try("lossy.acme.example") {
		t.Error("loss 1/2 is not: the first of every two")
	}
	if try("mute.acme.example") || try("below.mute.acme.example") {
		t.Error("a silent name was answered")
	}
}
