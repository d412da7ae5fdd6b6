package resolver

import (
	"bytes"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A forger answers before the true server does, and gets one thing wrong.
func TestForgedAnswersAreIgnored(t *testing.T) {
	elsewhere, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	forge := func(query []byte, change func(m *dns.Msg)) []byte {
		m := new(dns.Msg)
		m.Unpack(answerTo(t, query))
		m.Answer[0].(*dns.A).A = net.IPv4(203, 0, 113, 66)
		change(m)
		b, _ := m.Pack()
		return b
	}
	cases := map[string]func(c *net.UDPConn, from *net.UDPAddr, query []byte){
		"wrong id": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Id++ }), from)
		},
		"wrong name": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Question[0].Name = "www.other.example." }), from)
		},
		"wrong type": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeAAAA }), from)
		},
		"wrong class": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Question[0].Qclass = dns.ClassCHAOS }), from)
		},
		"wrong peer": func(_ *net.UDPConn, from *net.UDPAddr, q []byte) {
			elsewhere.WriteToUDP(forge(q, func(*dns.Msg) {}), from)
		},
		"a question": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Response = false }), from)
		},
		"no question": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Question = nil }), from)
		},
		"two questions": func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
			c.WriteToUDP(forge(q, func(m *dns.Msg) { m.Question = append(m.Question, m.Question[0]) }), from)
		},
		"short": func(c *net.UDPConn, from *net.UDPAddr, q []byte) { c.WriteToUDP(q[:7], from) },
		"empty": func(c *net.UDPConn, from *net.UDPAddr, q []byte) { c.WriteToUDP(nil, from) },
	}
	for name, forger := range cases {
		t.Run(name, func(t *testing.T) {
			r := open(t, Options{Servers: []netip.AddrPort{raw(t, func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
				forger(c, from, q)
				c.WriteToUDP(answerTo(t, q), from)
			})}})
			res := one(t, r, "www.corp.example")
			mustAnswer(t, res)
			if ip := res.Msg.Answer[0].(*dns.A).A; !ip.Equal(net.IPv4(192, 0, 2, 1)) || res.Tries != 1 {
				t.Errorf("answer %s after %d tries: the forgery counted", ip, res.Tries)
			}
		})
	}
}

// lowering answers with the question in lower case.
func lowering(q []byte, answer []byte) []byte {
	m := new(dns.Msg)
	m.Unpack(q)
	end := headerSize + len(m.Question[0].Name) + 1
	copy(answer[headerSize:end], bytes.ToLower(answer[headerSize:end]))
	return answer
}

func TestServerThatLosesCaseIsAskedInLowerCase(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{raw(t, func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
		c.WriteToUDP(lowering(q, answerTo(t, q)), from)
	})}})
	name := strings.Repeat("long-name-", 6) + ".corp.example" // no chance of a name without an upper-case letter
	res := one(t, r, name)
	mustAnswer(t, res)
	if res.Tries != 4 || !r.servers[0].plain {
		t.Errorf("tries %d, plain %v; want lower case from the fourth", res.Tries, r.servers[0].plain)
	}
	res = one(t, r, name)
	mustAnswer(t, res)
	if res.Tries != 1 {
		t.Errorf("tries %d once it is known", res.Tries)
	}
}

func TestServerThatSometimesLosesCaseIsAskedOverTCP(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := reply(q)
		if name := strings.ToLower(q.Question[0].Name); strings.HasPrefix(name, "mangled") && overUDP(w) {
			m.Question[0].Name = name
		}
		w.WriteMsg(m)
	})}})
	mustAnswer(t, one(t, r, strings.Repeat("a", 60)+".corp.example"))
	for range 3 {
		res := one(t, r, "mangled."+strings.Repeat("a", 60)+".corp.example")
		mustAnswer(t, res)
		if !res.TCP || r.servers[0].plain {
			t.Errorf("over TCP %v, plain %v; want the one and not the other", res.TCP, r.servers[0].plain)
		}
	}
}

func TestCaseIDsAndPortsChange(t *testing.T) {
	var mu sync.Mutex
	names, ids, ports := map[string]bool{}, map[uint16]bool{}, map[int]bool{}
	addr := raw(t, func(c *net.UDPConn, from *net.UDPAddr, q []byte) {
		m := new(dns.Msg)
		m.Unpack(q)
		mu.Lock()
		defer mu.Unlock()
		names[m.Question[0].Name], ids[m.Id], ports[from.Port] = true, true, true
		c.WriteToUDP(answerTo(t, q), from)
	})
	r := open(t, Options{Servers: []netip.AddrPort{addr}})
	for range 50 {
		mustAnswer(t, one(t, r, "randomised.corp.example"))
	}
	r.mu.Lock()
	for _, p := range r.servers[0].ports {
		p.count = portCount
	}
	r.mu.Unlock()
	for range 50 {
		mustAnswer(t, one(t, r, "randomised.corp.example"))
	}
	mu.Lock()
	defer mu.Unlock()
	if len(names) < 90 || len(ids) < 90 || len(ports) < 3 {
		t.Errorf("of 100 questions: %d spellings, %d ids, %d ports", len(names), len(ids), len(ports))
	}
}

func TestUnreadableAnswerIsAskedAgain(t *testing.T) {
	var c counter
	r := open(t, Options{Servers: []netip.AddrPort{raw(t, func(conn *net.UDPConn, from *net.UDPAddr, q []byte) {
		m := new(dns.Msg)
		m.Unpack(q)
		b := answerTo(t, q)
		if c.count(m) == 1 {
			b = b[:len(b)-3]
		}
		conn.WriteToUDP(b, from)
	})}})
	res := one(t, r, "torn.corp.example")
	mustAnswer(t, res)
	if res.Tries != 2 {
		t.Errorf("tries %d, want 2", res.Tries)
	}
}

func TestWait(t *testing.T) {
	for _, c := range []struct {
		srtt, dev time.Duration
		n         int
		known     bool
		want      time.Duration
	}{
		{0, 0, 1, false, firstWait},
		{0, 0, 1, true, leastWait},
		{0, 0, 2, false, 2 * time.Second},
		{20 * time.Millisecond, 5 * time.Millisecond, 1, true, leastWait},
		{300 * time.Millisecond, 50 * time.Millisecond, 1, true, 800 * time.Millisecond},
		{300 * time.Millisecond, 50 * time.Millisecond, 9, true, 2 * time.Second},
	} {
		s := &server{srtt: c.srtt, dev: c.dev}
		if got := s.wait(c.n, 2*time.Second, c.known); got != c.want {
			t.Errorf("%v: waits %s", c, got)
		}
	}
}
