package resolver

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a DNS server on one loopback port, UDP and TCP, until the test
// ends.
func serve(t testing.TB, h dns.HandlerFunc) netip.AddrPort {
	t.Helper()
	for range 20 {
		pc, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", pc.LocalAddr().String())
		if err != nil { // somebody else has the same TCP port
			pc.Close()
			continue
		}
		run(t, &dns.Server{PacketConn: pc, Handler: h})
		run(t, &dns.Server{Listener: l, Handler: h})
		return netip.MustParseAddrPort(pc.LocalAddr().String())
	}
	t.Fatal("no port that is free for UDP and TCP")
	return netip.AddrPort{}
}

func run(t testing.TB, s *dns.Server) {
	up := make(chan struct{})
	s.NotifyStartedFunc = func() { close(up) }
	var wg sync.WaitGroup
	wg.Go(func() { s.ActivateAndServe() })
	<-up
	t.Cleanup(func() { s.Shutdown(); wg.Wait() })
}

// open returns a resolver that is closed when the test ends.
func open(t testing.TB, o Options) *Resolver {
	t.Helper()
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// address answers every A question with 192.0.2.1.
func address(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(reply(q)) }

func reply(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(192, 0, 2, 1)}}
	return m
}

func overUDP(w dns.ResponseWriter) bool { return w.RemoteAddr().Network() == "udp" }

// raw starts a UDP server that sees each query's bytes and answers with
// whatever it likes.
func raw(t testing.TB, h func(c *net.UDPConn, from *net.UDPAddr, query []byte)) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 4096)
		for {
			n, from, err := c.ReadFromUDP(buf)
			if err != nil {
				return
			}
			h(c, from, append([]byte(nil), buf[:n]...))
		}
	})
	t.Cleanup(func() { c.Close(); wg.Wait() })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

// answerTo returns the packed answer to a packed query.
func answerTo(t testing.TB, query []byte) []byte {
	q := new(dns.Msg)
	if err := q.Unpack(query); err != nil {
		t.Error(err)
	}
	b, err := reply(q).Pack()
	if err != nil {
		t.Error(err)
	}
	return b
}

// closedPort returns an address where nobody listens.
func closedPort(t testing.TB) netip.AddrPort {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer pc.Close()
	return netip.MustParseAddrPort(pc.LocalAddr().String())
}

func one(t testing.TB, r *Resolver, name string) Result {
	t.Helper()
	return r.Ask(t.(interface{ Context() context.Context }).Context(), []Question{{Name: name, Type: dns.TypeA}})[0]
}

func mustAnswer(t testing.TB, res Result) {
	t.Helper()
	if res.Err != nil || res.Msg == nil || len(res.Msg.Answer) != 1 {
		t.Fatalf("want one answer, got %v, error %v", res.Msg, res.Err)
	}
}

// counter counts questions by name.
type counter struct {
	mu   sync.Mutex
	seen map[string]int
	all  atomic.Int64
}

func (c *counter) count(q *dns.Msg) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]int{}
	}
	c.all.Add(1)
	n := dns.CanonicalName(q.Question[0].Name)
	c.seen[n]++
	return c.seen[n]
}

var quick = 200 * time.Millisecond // a Timeout for servers that stay silent
