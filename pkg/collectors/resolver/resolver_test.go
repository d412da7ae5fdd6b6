package resolver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
)

func TestAskReturnsResultsInOrder(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		switch name := strings.ToLower(q.Question[0].Name); {
		case strings.HasPrefix(name, "gone"):
			m.Rcode = dns.RcodeNameError
		case strings.HasPrefix(name, "empty"):
		default:
			m = reply(q)
		}
		w.WriteMsg(m)
	})}})
	res := r.Ask(t.Context(), []Question{
		{Name: "www.corp.example", Type: dns.TypeA}, {Name: "gone.corp.example.", Type: dns.TypeA},
		{Name: "empty.corp.example", Type: dns.TypeAAAA}, {Name: strings.Repeat("x", 64) + ".example", Type: dns.TypeA}, {Name: "", Type: dns.TypeA}})
	mustAnswer(t, res[0])
	if res[0].Tries != 1 || res[0].TCP || res[0].Elapsed <= 0 {
		t.Errorf("one try over UDP expected: %+v", res[0])
	}
	if got := res[0].Msg.Question[0].Name; got != "www.corp.example." {
		t.Errorf("question %q shows the letters as we mixed them", got)
	}
	if got := res[0].Msg.Answer[0].Header().Name; got != "www.corp.example." {
		t.Errorf("owner %q shows the letters as we mixed them", got)
	}
	if res[1].Msg == nil || res[1].Msg.Rcode != dns.RcodeNameError {
		t.Errorf("NXDOMAIN is an answer: %+v", res[1])
	}
	if res[2].Msg == nil || res[2].Msg.Rcode != dns.RcodeSuccess || len(res[2].Msg.Answer) != 0 {
		t.Errorf("NODATA is an answer: %+v", res[2])
	}
	for _, bad := range res[3:] {
		if bad.Err == nil || bad.Tries != 0 {
			t.Errorf("what is no name is not asked: %+v", bad)
		}
	}
}

// No server hears of a hidden service of Tor.
func TestHiddenServicesAreNotAskedFor(t *testing.T) {
	var asked counter
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		asked.count(q)
		w.WriteMsg(reply(q))
	})}})
	for name, want := range map[string]bool{"shop.onion": true, "www.Shop.ONION.": true, "onion": true, "onion.example": false, "redonion": false} {
		res := r.Ask(t.Context(), []Question{{Name: name, Type: dns.TypeA}})[0]
		if errors.Is(res.Err, ErrHidden) != want || want && res.Tries != 0 {
			t.Errorf("%s: %+v", name, res)
		}
	}
	if n := asked.all.Load(); n != 2 {
		t.Errorf("the server was asked %d times, want 2", n)
	}
}

func TestEqualAnswersHaveEqualBytes(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, address)}})
	a, b := one(t, r, "same.corp.example"), one(t, r, "SAME.corp.example.")
	mustAnswer(t, a)
	mustAnswer(t, b)
	if string(a.Wire) != string(b.Wire) {
		t.Errorf("two bodies for one answer:\n%x\n%x", a.Wire, b.Wire)
	}
}

func TestQuestionsGoOutTogether(t *testing.T) {
	const n = 120
	waiting := make(chan struct{}, n)
	all := make(chan struct{})
	r := open(t, Options{Timeout: 20 * time.Second, Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		waiting <- struct{}{}
		if len(waiting) == n { // nobody is answered before the last has asked
			close(all)
		}
		<-all
		w.WriteMsg(reply(q))
	})}})
	qs := make([]Question, n)
	for i := range qs {
		qs[i] = Question{Name: fmt.Sprintf("h%d.corp.example", i), Type: dns.TypeA}
	}
	for _, res := range r.Ask(t.Context(), qs) {
		mustAnswer(t, res)
	}
}

func TestLostQuestionsArePutAgain(t *testing.T) {
	var c counter
	r := open(t, Options{Timeout: quick, Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if c.count(q) >= 3 {
			w.WriteMsg(reply(q))
		}
	})}})
	res := one(t, r, "lossy.corp.example")
	mustAnswer(t, res)
	if res.Tries != 3 {
		t.Errorf("tries %d, want 3", res.Tries)
	}
}

func TestSilenceIsAnErrorAfterBoundedTries(t *testing.T) {
	var c counter
	r := open(t, Options{Timeout: 50 * time.Millisecond, Tries: 3, Servers: []netip.AddrPort{serve(t, func(_ dns.ResponseWriter, q *dns.Msg) { c.count(q) })}})
	res := one(t, r, "silent.corp.example")
	if !errors.Is(res.Err, ErrTimeout) || res.Msg != nil {
		t.Errorf("want ErrTimeout, got %v", res.Err)
	}
	if n := c.all.Load(); n < 2 || n > 3 || int(n) != res.Tries { // two where the server counts as dead by then
		t.Errorf("asked %d times, told %d, want at most 3", n, res.Tries)
	}
}

func TestRefusedSocketIsSaid(t *testing.T) {
	r := open(t, Options{Timeout: quick, Tries: 2, Servers: []netip.AddrPort{closedPort(t)}})
	if res := one(t, r, "nobody.corp.example"); !errors.Is(res.Err, syscall.ECONNREFUSED) {
		t.Errorf("want connection refused, got %v", res.Err)
	}
}

func TestSlowServerIsWaitedFor(t *testing.T) {
	var c counter
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if c.count(q) == 1 { // the answer to the first try comes after the second went out
			time.Sleep(leastWait + firstWait)
			w.WriteMsg(reply(q))
		}
	})}})
	res := one(t, r, "slow.corp.example")
	mustAnswer(t, res)
	if res.Tries < 2 {
		t.Errorf("tries %d: the late answer to the first try should count though a second went out", res.Tries)
	}
}

func TestTruncatedAnswersAreFetchedOverTCP(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := reply(q)
		if overUDP(w) {
			m.Answer, m.Truncated = nil, true
		}
		w.WriteMsg(m)
	})}})
	qs := make([]Question, 300) // more than a server takes on one connection
	for i := range qs {
		qs[i] = Question{Name: fmt.Sprintf("big%d.corp.example", i), Type: dns.TypeA}
	}
	for _, res := range r.Ask(t.Context(), qs) {
		mustAnswer(t, res)
		if !res.TCP {
			t.Fatal("answer did not come over TCP")
		}
	}
}

func TestServerThatHangsUpAfterEachAnswer(t *testing.T) {
	addr := raw(t, func(c *net.UDPConn, from *net.UDPAddr, query []byte) {
		b := answerTo(t, query)
		b[2] |= 0x02
		c.WriteToUDP(b, from)
	})
	l, err := net.Listen("tcp", addr.String())
	if err != nil {
		t.Skipf("port %d is taken for TCP: not tried", addr.Port())
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			dc := &dns.Conn{Conn: c}
			if q, err := dc.ReadMsg(); err == nil {
				dc.WriteMsg(reply(q))
			}
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c) // until the client hangs up too: a reset would take the answer with it
			c.Close()
		}
	})
	defer wg.Wait()
	defer l.Close()
	r := open(t, Options{Servers: []netip.AddrPort{addr}})
	qs := make([]Question, 12) // more than the tries one question has
	for i := range qs {
		qs[i] = Question{Name: fmt.Sprintf("big%d.corp.example", i), Type: dns.TypeA}
	}
	for _, res := range r.Ask(t.Context(), qs) {
		mustAnswer(t, res)
	}
}

func TestTruncationWithoutTCPIsAnError(t *testing.T) {
	addr := raw(t, func(c *net.UDPConn, from *net.UDPAddr, query []byte) {
		b := answerTo(t, query)
		b[2] |= 0x02
		c.WriteToUDP(b, from)
	})
	r := open(t, Options{Timeout: quick, Tries: 2, Servers: []netip.AddrPort{addr}})
	if res := one(t, r, "big.corp.example"); res.Err == nil || res.Msg != nil {
		t.Errorf("half an answer is none: %+v", res)
	}
}

func TestEDNSIsOfferedAndGivenUp(t *testing.T) {
	var offered, bare atomic.Bool
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if o := q.IsEdns0(); o != nil {
			offered.Store(o.UDPSize() == 1232)
			w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeFormatError))
			return
		}
		bare.Store(true)
		w.WriteMsg(reply(q))
	})}})
	mustAnswer(t, one(t, r, "old.corp.example"))
	if !offered.Load() || !bare.Load() {
		t.Errorf("offered 1232: %v, then asked without: %v", offered.Load(), bare.Load())
	}
}

func TestServerFailureIsAskedElsewhereOnce(t *testing.T) {
	var broken, healthy counter
	fail := func(c *counter) dns.HandlerFunc {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			c.count(q)
			w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeServerFailure))
		}
	}
	a := serve(t, fail(&broken))
	t.Run("another knows", func(t *testing.T) {
		r := open(t, Options{Servers: []netip.AddrPort{a, serve(t, func(w dns.ResponseWriter, q *dns.Msg) { healthy.count(q); address(w, q) })}})
		for i := range 6 {
			mustAnswer(t, one(t, r, fmt.Sprintf("h%d.corp.example", i)))
		}
		if broken.all.Load() == 0 || healthy.all.Load() != 6 {
			t.Errorf("broken asked %d times, healthy %d, want some and 6", broken.all.Load(), healthy.all.Load())
		}
	})
	t.Run("nobody knows", func(t *testing.T) {
		var c, d counter
		r := open(t, Options{Servers: []netip.AddrPort{serve(t, fail(&c)), serve(t, fail(&d))}})
		res := one(t, r, "bogus.corp.example")
		if res.Err != nil || res.Msg.Rcode != dns.RcodeServerFailure || res.Tries != 2 {
			t.Errorf("want SERVFAIL after two tries: %+v", res)
		}
		if c.all.Load() != 1 || d.all.Load() != 1 {
			t.Errorf("asked %d and %d times, want once each", c.all.Load(), d.all.Load())
		}
	})
}

func TestDeadServerIsLeftAlone(t *testing.T) {
	var dead counter
	d := serve(t, func(_ dns.ResponseWriter, q *dns.Msg) { dead.count(q) })
	r := open(t, Options{Timeout: quick, Servers: []netip.AddrPort{d, serve(t, address)}})
	for range 2 {
		qs := make([]Question, 40)
		for i := range qs {
			qs[i] = Question{Name: fmt.Sprintf("h%d.corp.example", i), Type: dns.TypeA}
		}
		for _, res := range r.Ask(t.Context(), qs) {
			mustAnswer(t, res)
		}
	}
	if n := dead.all.Load(); n == 0 || n > 22 {
		t.Errorf("the dead server was asked %d times of 80; want no more than half of the first 40 and a probe", n)
	}
}

func TestRefusingServerIsLeftAlone(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{closedPort(t), serve(t, address)}})
	for i := range 10 {
		mustAnswer(t, one(t, r, fmt.Sprintf("h%d.corp.example", i)))
	}
}

func TestCancelledContextEndsAskAndEach(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := open(t, Options{Timeout: time.Minute, Servers: []netip.AddrPort{serve(t, func(dns.ResponseWriter, *dns.Msg) { cancel() })}})
	for _, res := range r.Ask(ctx, []Question{{Name: "a.corp.example", Type: dns.TypeA}, {Name: "b.corp.example", Type: dns.TypeA}}) {
		if !errors.Is(res.Err, context.Canceled) {
			t.Errorf("want the context's error, got %v", res.Err)
		}
	}
	again, stop := context.WithCancel(t.Context())
	defer stop()
	taken, told := 0, 0
	err := r.Each(again, func() (Question, bool) {
		if taken++; taken == 100 {
			stop()
		}
		return Question{Name: fmt.Sprintf("h%d.corp.example", taken), Type: dns.TypeA}, true
	},
		func(_ Question, res Result) {
			told++
			if !errors.Is(res.Err, context.Canceled) {
				t.Errorf("want the context's error, got %v", res.Err)
			}
		})
	if !errors.Is(err, context.Canceled) || taken != told {
		t.Errorf("error %v; %d questions taken, %d told of", err, taken, told)
	}
}

func TestCloseEndsWhatIsOnItsWay(t *testing.T) {
	var r *Resolver
	asked := make(chan struct{}, 1)
	r = open(t, Options{Timeout: time.Minute, Servers: []netip.AddrPort{serve(t, func(dns.ResponseWriter, *dns.Msg) {
		asked <- struct{}{}
	})}})
	done := make(chan Result)
	go func() { done <- one(t, r, "late.corp.example") }()
	<-asked
	r.Close()
	if res := <-done; !errors.Is(res.Err, ErrClosed) {
		t.Errorf("want ErrClosed, got %v", res.Err)
	}
	if res := one(t, r, "later.corp.example"); !errors.Is(res.Err, ErrClosed) {
		t.Errorf("want ErrClosed, got %v", res.Err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	for _, o := range []Options{{}, {Servers: []netip.AddrPort{{}}}, {Servers: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:0")}}} {
		if _, err := New(o); err == nil {
			t.Errorf("New(%v) accepted", o.Servers)
		}
	}
}

func TestReadConf(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resolv.conf")
	os.WriteFile(path, []byte("# comment\nnameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch corp.example\n"), 0o600)
	got, err := readConf(path)
	if err != nil || fmt.Sprint(got) != "[192.0.2.53:53 [2001:db8::53]:53]" {
		t.Errorf("got %v, %v", got, err)
	}
	os.WriteFile(path, []byte("search corp.example\n"), 0o600)
	if _, err := readConf(path); err == nil || !strings.Contains(err.Error(), "--resolver") {
		t.Errorf("no server: %v", err)
	}
	if _, err := readConf(path + "x"); err == nil || !strings.Contains(err.Error(), "--resolver") {
		t.Errorf("no file: %v", err)
	}
}

// A server is asked for what it knows itself, or over TCP alone, if that is
// what it is asked for.
func TestIterativeAndTCP(t *testing.T) {
	addr := serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := reply(q)
		m.RecursionAvailable = q.RecursionDesired
		w.WriteMsg(m)
	})
	for _, c := range []struct{ iterative, tcp bool }{{false, false}, {true, false}, {true, true}} {
		res := one(t, open(t, Options{Servers: []netip.AddrPort{addr}, Iterative: c.iterative, TCP: c.tcp}), "www.corp.example")
		mustAnswer(t, res)
		if res.Msg.RecursionAvailable == c.iterative || res.TCP != c.tcp || res.Tries != 1 {
			t.Errorf("%+v: RD %v, over TCP %v, %d tries", c, res.Msg.RecursionAvailable, res.TCP, res.Tries)
		}
	}
}
