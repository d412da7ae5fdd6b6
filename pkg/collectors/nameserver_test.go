package collectors

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// authority runs a name server on one loopback port, UDP and TCP, and returns
// the port.
func authority(t *testing.T, h dns.HandlerFunc) string {
	t.Helper()
	for range 20 {
		udp, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err != nil {
			udp.Close()
			continue
		}
		for _, s := range []*dns.Server{{PacketConn: udp, Handler: h}, {Listener: tcp, Handler: h}} {
			var wg sync.WaitGroup
			up := make(chan struct{})
			s.NotifyStartedFunc = func() { close(up) }
			wg.Go(func() { s.ActivateAndServe() })
			<-up
			t.Cleanup(func() { s.Shutdown(); wg.Wait() })
		}
		_, port, _ := net.SplitHostPort(udp.LocalAddr().String())
		return port
	}
	t.Fatal("no port that is free for UDP and TCP")
	return ""
}

// rr parses a record.
func rr(t *testing.T, s string) dns.RR {
	t.Helper()
	r, err := dns.NewRR(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const apex = "acme.example. 300 IN SOA ns1.acme.example. hostmaster.acme.example. 7 3600 600 86400 300"

// ns1 is a server whose address leads nowhere without --connect-to.
var ns1 = NameServer{Name: "ns1.acme.example", Addr: netip.MustParseAddr("192.0.2.53")}

// ledTo returns a Net where an entry of --connect-to leads to a port of
// loopback.
func ledTo(t *testing.T, host, port string, change func(*Options)) *Net {
	t.Helper()
	return netTo(t, "", func(o *Options) {
		o.ConnectTo = []ConnectTo{{Host: host, Port: dnsPort, Addr: net.JoinHostPort("127.0.0.1", port)}}
		if change != nil {
			change(o)
		}
	})
}

// A question to a server has RD only if it is to ask others; what it says of
// itself comes through; the answer can be read back without it.
func TestInquire(t *testing.T) {
	soa := rr(t, apex)
	port := authority(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Authoritative, m.RecursionAvailable = true, q.RecursionDesired
		m.Answer = []dns.RR{soa}
		if q.Question[0].Qtype == dns.TypeTXT && w.RemoteAddr().Network() == "udp" {
			m.Truncated, m.Answer = true, nil
		}
		w.WriteMsg(m)
	})
	for _, host := range []string{"ns1.acme.example", "192.0.2.53", ""} {
		n := ledTo(t, host, port, nil)
		v, r := view(n, pipeline.Spec{})
		for _, c := range []struct {
			q       Inquiry
			ra      bool
			locator string
			detail  string
		}{
			{Inquiry{Question: Question{Name: "Acme.example.", Type: dns.TypeSOA}}, false, "dns://192.0.2.53/acme.example?type=SOA", "peer 192.0.2.53:53"},
			{Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}, Recurse: true}, true, "dns://192.0.2.53/acme.example?type=SOA", "peer 192.0.2.53:53"},
			{Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}, TCP: true}, false, "dns://192.0.2.53/acme.example?type=SOA", "peer 192.0.2.53:53, over TCP"},
			{Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeTXT}}, false, "dns://192.0.2.53/acme.example?type=TXT", "peer 192.0.2.53:53, over TCP, put 2 times"},
			{Inquiry{Question: Question{Name: ".", Type: dns.TypeSOA}}, false, "dns://192.0.2.53/.?type=SOA", "peer 192.0.2.53:53"},
		} {
			got, err := v.Inquire(t.Context(), ns1, c.q)
			if err != nil || !got.AA || got.RA != c.ra || len(got.Answer) != 1 {
				t.Errorf("%v by %q: %+v, %v", c.q, host, got, err)
				continue
			}
			if x := r.xs[len(r.xs)-1]; x.Locator != c.locator || x.Detail != c.detail || x.Outcome != pipeline.OK {
				t.Errorf("%v: recorded as %q, %q", c.q, x.Locator, x.Detail)
			}
		}
		if xs := r.xs; xs[0].Question == xs[1].Question || xs[0].Question == xs[2].Question {
			t.Error("different questions have one digest")
		}
		again, silent := view(ledTo(t, host, "1", nil), pipeline.Spec{})
		again.task.Answered = r.answered
		got, err := again.Inquire(t.Context(), ns1, Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}, Recurse: true})
		if err != nil || !got.AA || !got.RA || len(got.Answer) != 1 || len(silent.xs) != 0 {
			t.Errorf("read back: %+v, %v, %d asked", got, err, len(silent.xs))
		}
	}
}

// answered reads back what was recorded.
func (r *record) answered(question string) (pipeline.Exchange, []byte, bool) {
	i := slices.IndexFunc(r.xs, func(x pipeline.Exchange) bool { return x.Question == question && x.Bytes > 0 })
	if i < 0 {
		return pipeline.Exchange{}, nil, false
	}
	return r.xs[i], []byte(r.bodies[i]), true
}

// A server that points inward is not asked, by name or address, unless
// somebody names it; the silent, the closed and the garbled are told apart.
func TestInquireOutcomes(t *testing.T) {
	loop := []byte{0, 0, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, 4, 'a', 'c', 'm', 'e', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 6, 0, 1, 0xc0, 30, 0, 6, 0, 1}
	silent, wrongID := authority(t, func(dns.ResponseWriter, *dns.Msg) {}), authority(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Id++
		w.WriteMsg(m)
	})
	refuses := authority(t, func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeRefused)) })
	torn := authority(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if w.RemoteAddr().Network() == "tcp" {
			w.Write([]byte{0})
			w.Close()
			return
		}
		m := new(dns.Msg).SetReply(q)
		m.Truncated = true
		w.WriteMsg(m)
	})
	garbled := authority(t, func(w dns.ResponseWriter, q *dns.Msg) {
		b, _ := q.Pack()
		w.Write(append(append(b[:2:2], loop[2:12]...), append(b[12:30:30], loop[30:]...)...))
	})
	for name, c := range map[string]struct {
		port string
		want pipeline.Outcome
	}{
		"refuses": {refuses, ""}, "silent": {silent, pipeline.Timeout}, "another id": {wrongID, pipeline.Timeout},
		"closed": {"1", pipeline.Unreachable}, "never whole": {torn, pipeline.Unreachable}, "pointers in a loop": {garbled, pipeline.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, r := view(ledTo(t, "192.0.2.53", c.port, nil), pipeline.Spec{})
			_, err := v.Inquire(t.Context(), ns1, Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}})
			if outcomeOf(err) != c.want || len(r.xs) != 1 || (name == "closed") != Absent(err) {
				t.Errorf("%v, %v", err, r.outcomes())
			}
		})
	}
	direct := netTo(t, "", func(o *Options) { o.ConnectTo = nil })
	for _, s := range []NameServer{{Addr: netip.MustParseAddr("127.0.0.1")}, {Addr: netip.MustParseAddr("10.0.0.1")}, {Name: "inward.example"}} {
		v, _ := view(direct, pipeline.Spec{})
		_, err := v.Inquire(t.Context(), s, Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}})
		_, err2 := v.Transfer(t.Context(), s, "acme.example", 0)
		if outcomeOf(err) != pipeline.Blocked || outcomeOf(err2) != pipeline.Blocked {
			t.Errorf("%v: %v, %v", s, err, err2)
		}
	}
	v, r := view(ledTo(t, "192.0.2.53", refuses, nil), pipeline.Spec{Ceiling: pipeline.Ceiling{Requests: 1}})
	for _, want := range []pipeline.Outcome{"", pipeline.Partial} {
		if _, err := v.Inquire(t.Context(), ns1, Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}}); outcomeOf(err) != want {
			t.Errorf("over the ceiling: %v", err)
		}
	}
	if len(r.xs) != 1 {
		t.Errorf("%d asked", len(r.xs))
	}
}

// Through a proxy a server is asked over TCP; nothing passes it by.
func TestInquireThroughProxy(t *testing.T) {
	asked := make(chan string, 8)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept(l, func(c net.Conn) {
		b := make([]byte, 512)
		n, _ := c.Read(b)
		line, _, _ := strings.Cut(string(b[:n]), "\r\n")
		asked <- line
		c.Close()
	})
	n := netTo(t, "", func(o *Options) { o.ConnectTo, o.Proxy = nil, &url.URL{Scheme: "http", Host: l.Addr().String()} })
	v, _ := view(n, pipeline.Spec{})
	if v.UDP() {
		t.Error("UDP passes a proxy")
	}
	if _, err := v.Inquire(t.Context(), ns1, Inquiry{Question: Question{Name: "acme.example", Type: dns.TypeSOA}}); outcomeOf(err) != pipeline.Unreachable || Absent(err) {
		t.Errorf("a proxy that hangs up: %v", err)
	}
	if got := <-asked; got != "CONNECT 192.0.2.53:53 HTTP/1.1" {
		t.Errorf("the proxy was asked %q", got)
	}
}

// A machine without a way to an address says nothing of who has it.
func TestNoRoute(t *testing.T) {
	for errno, want := range map[syscall.Errno]bool{syscall.ENETUNREACH: true, syscall.EADDRNOTAVAIL: true, syscall.ECONNREFUSED: false, syscall.EHOSTUNREACH: false} {
		err := failure(t.Context(), fmt.Errorf("socket: %w", &net.OpError{Op: "dial", Net: "udp", Err: os.NewSyscallError("connect", errno)}))
		again := failure(t.Context(), fmt.Errorf("asked twice: %w", err))
		if errors.Is(again, ErrNoRoute) != want || outcomeOf(again) != pipeline.Unreachable || Absent(again) != (errno == syscall.ECONNREFUSED) {
			t.Errorf("%v: %v", errno, again)
		}
	}
}
