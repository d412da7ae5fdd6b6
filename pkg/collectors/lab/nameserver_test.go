package lab

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

const served = `Name servers

seeds: acme.example

-- dns://acme.example --
@ SOA ns1 hostmaster 7 7200 900 1209600 60
@ NS ns1
@ NS ns2.hoster.example.
@ NS ns3.hoster.example.
@ NS ns4.hoster.example.
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
www A 192.0.2.2
alias CNAME www
away CNAME nothing.hoster.example.
*.wild A 192.0.2.3
sub NS ns1.sub
ns1.sub A 192.0.2.4

-- dns://hoster.example --
ns2 A 198.51.100.2
ns3 A 198.51.100.3
ns4 A 198.51.100.4

-- dns://. --
; what the parent says
acme.example. NS ns1.acme.example.
acme.example. NS ns2.hoster.example.
ns1.acme.example. A 192.0.2.1

-- ns://ns2.hoster.example/acme.example --
serial 6
names ns1.acme.example ns2.hoster.example
transfer allowed
-- ns://ns2.hoster.example/* --
recursion
-- ns://ns3.hoster.example/acme.example --
lame
-- ns://ns4.hoster.example/acme.example --
rcode REFUSED
tcp closed
`

// askServer puts a question to the server that listens at an address.
func (c *client) askServer(network, addr, name string, kind uint16, rd bool) (*dns.Msg, error) {
	c.t.Helper()
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	q.RecursionDesired = rd
	m, _, err := (&dns.Client{Net: network, Timeout: 2 * time.Second}).Exchange(q, c.serverAt(addr))
	return m, err
}

// serverAt returns where the lab serves an address's port 53.
func (c *client) serverAt(addr string) string {
	c.t.Helper()
	for _, r := range c.lab.ConnectTo() {
		if to, ok := strings.CutPrefix(r, addr+":53:"); ok {
			return to
		}
	}
	c.t.Fatalf("nobody serves %s", addr)
	return ""
}

func TestNameServers(t *testing.T) {
	c := serve(t, served, Options{})
	for _, x := range []struct {
		addr, name string
		kind       uint16
		rd         bool
		want       string // flags, rcode, answer, authority
	}{
		{"192.0.2.1", "acme.example", dns.TypeSOA, false, "aa NOERROR [7] []"},
		{"[2001:db8::1]", "acme.example", dns.TypeSOA, false, "aa NOERROR [7] []"},
		{"192.0.2.1", "acme.example", dns.TypeNS, false, "aa NOERROR [ns1.acme.example. ns2.hoster.example. ns3.hoster.example. ns4.hoster.example.] []"},
		{"192.0.2.1", "WWW.acme.example", dns.TypeA, true, "aa NOERROR [192.0.2.2] []"},
		{"192.0.2.1", "alias.acme.example", dns.TypeA, false, "aa NOERROR [WWW] []"},
		{"192.0.2.1", "away.acme.example", dns.TypeA, false, "aa NOERROR [nothing.hoster.example.] []"},
		{"192.0.2.1", "x.wild.acme.example", dns.TypeA, false, "aa NOERROR [192.0.2.3] []"},
		{"192.0.2.1", "none.acme.example", dns.TypeA, false, "aa NXDOMAIN [] [7]"},
		{"192.0.2.1", "x.sub.acme.example", dns.TypeA, false, "NOERROR [] [ns1.sub.acme.example.]"},
		{"192.0.2.1", "hoster.example", dns.TypeA, true, "REFUSED [] []"},
		{"198.51.100.2", "acme.example", dns.TypeSOA, false, "ra aa NOERROR [6] []"},
		{"198.51.100.2", "acme.example", dns.TypeNS, false, "ra aa NOERROR [ns1.acme.example. ns2.hoster.example.] []"},
		{"198.51.100.2", ".", dns.TypeSOA, true, "ra NOERROR [1] []"},
		{"198.51.100.2", ".", dns.TypeSOA, false, "ra REFUSED [] []"},
		{"198.51.100.3", "acme.example", dns.TypeSOA, false, "NOERROR [] [ns.lab.test.]"},
		{"198.51.100.4", "acme.example", dns.TypeSOA, false, "REFUSED [] []"},
		{"203.0.113.253", "acme.example", dns.TypeNS, false, "NOERROR [] [ns1.acme.example. ns2.hoster.example.]"},
		{"203.0.113.253", ".", dns.TypeNS, false, "aa NOERROR [ns.lab.test.] []"},
	} {
		m, err := c.askServer("udp", x.addr, x.name, x.kind, x.rd)
		if err != nil {
			t.Errorf("%s %s: %v", x.addr, x.name, err)
			continue
		}
		got := dns.RcodeToString[m.Rcode] + " " + gist(m.Answer) + " " + gist(m.Ns)
		if m.Authoritative {
			got = "aa " + got
		}
		if m.RecursionAvailable {
			got = "ra " + got
		}
		if x.name == "alias.acme.example" {
			got = strings.Replace(got, "www.acme.example. 192.0.2.2", "WWW", 1)
		}
		if got != x.want {
			t.Errorf("%s %s %s: got %s, want %s", x.addr, x.name, dns.Type(x.kind), got, x.want)
		}
	}
	if m := c.ask("udp", "acme.example", dns.TypeNS); len(m.Answer) != 4 {
		t.Errorf("the resolver goes by the parent: %v", m.Answer)
	}
	if m := c.ask("udp", "ns1.acme.example", dns.TypeA); len(m.Answer) != 1 {
		t.Errorf("glue counts twice: %v", m.Answer)
	}
	if _, err := c.askServer("tcp", "198.51.100.4", "acme.example", dns.TypeSOA, false); err == nil {
		t.Error("a server without TCP answers over it")
	}
	if m, err := c.askServer("udp", "203.0.113.253", "acme.example", dns.TypeNS, false); err != nil || len(m.Extra) != 2 {
		t.Errorf("glue: %v, %v", m, err)
	}
}

// gist is what records say: target, address or serial.
func gist(rrs []dns.RR) string {
	var out []string
	for _, rr := range rrs {
		f := strings.Fields(strings.TrimPrefix(rr.String(), rr.Header().String()))
		switch rr.(type) {
		case *dns.SOA:
			out = append(out, f[2])
		default:
			out = append(out, f[0])
		}
	}
	return "[" + strings.Join(out, " ") + "]"
}

// A zone is handed out from SOA to SOA, with what is delegated; and to nobody
// by a server that does not allow it.
func TestHandingOut(t *testing.T) {
	c := serve(t, served, Options{})
	take := func(addr string) (rrs []dns.RR, err error) {
		in, err := new(dns.Transfer).In(new(dns.Msg).SetAxfr("acme.example."), c.serverAt(addr))
		if err != nil {
			return nil, err
		}
		for e := range in {
			if e.Error != nil {
				return rrs, e.Error
			}
			rrs = append(rrs, e.RR...)
		}
		return rrs, nil
	}
	rrs, err := take("198.51.100.2")
	if err != nil || len(rrs) != 14 || rrs[0].(*dns.SOA).Serial != 6 || rrs[13].(*dns.SOA).Serial != 6 {
		t.Errorf("%d records, %v:\n%v", len(rrs), err, rrs)
	}
	if rrs, err := take("192.0.2.1"); err == nil {
		t.Errorf("handed out to anybody: %v", rrs)
	}
}

func TestBadServerFiles(t *testing.T) {
	for body, want := range map[string]string{
		"-- ns://ns1.acme.example --\n":                                  "want ns://SERVER/ZONE",
		"-- ns://ns1.acme.example/* --\nslow\n":                          "test.txtar:10: unknown directive",
		"-- ns://ns9.acme.example/* --\nlame\n":                          "no zone has an address",
		"-- ns://www.acme.example/other.example --\nlame\n":              "there is no zone other.example.",
		"-- ns://www.acme.example/* --\ntransfer of other.example\n":     "no zone other.example. to hand out",
		"-- ns://www.acme.example/* --\nlame yes\n":                      "lame stands alone",
		"-- ns://www.acme.example/* --\n-- ns://www.acme.example/* --\n": "says already",
		"-- ns://www.acme.example/* --\ntcp open\n":                      "tcp is closed",
		"-- ns://www.acme.example/* --\ntransfer twice\n":                "a transfer is allowed",
		"-- ns://www.acme.example/* --\nrcode SURE\n":                    "unknown rcode",
		"-- ns://www.acme.example/* --\ncut none\n":                      "cut wants a number",
	} {
		world := strings.Replace(small, "Small: a world for one test\n", "Small\n", 1)
		if _, err := Parse("test.txtar", []byte(world+body)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", body, err, want)
		}
	}
}

// port returns the port that the name server at an address listens on.
func (c *client) port(addr string) string {
	_, port, _ := net.SplitHostPort(c.serverAt(addr))
	return port
}
