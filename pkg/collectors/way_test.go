package collectors

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// closedPort returns an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// The guard judges an IPv4 address the same in every dress.
func TestGuardSeesThroughDress(t *testing.T) {
	g := guard{}
	rapid.Check(t, func(t *rapid.T) {
		v4 := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4"))
		var nat, six, mapped [16]byte
		copy(nat[:], []byte{0, 0x64, 0xff, 0x9b})
		copy(nat[12:], v4[:])
		copy(six[:], []byte{0x20, 0x02})
		copy(six[2:], v4[:])
		copy(mapped[10:], []byte{0xff, 0xff})
		copy(mapped[12:], v4[:])
		want := g.judge(netip.AddrFrom4(v4)) == nil
		for _, b := range [][16]byte{nat, six, mapped} {
			if a := netip.AddrFrom16(b); (g.judge(a) == nil) != want {
				t.Errorf("%s is judged otherwise than %s", a, netip.AddrFrom4(v4))
			}
		}
	})
	for _, s := range []string{"169.254.169.254", "fd00:ec2::254", "168.63.129.16", "::127.0.0.1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "255.255.255.255"} {
		if outcomeOf(g.judge(netip.MustParseAddr(s))) != pipeline.Blocked {
			t.Errorf("%s may be dialled", s)
		}
	}
}

// An entry of --connect-to that names a host but gives none changes the port
// and permits nothing; one that gives a name is resolved as any name.
func TestConnectToNames(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	n := netTo(t, "", func(o *Options) {
		o.ConnectTo = []ConnectTo{{Host: "inward.example", Addr: ":" + port}, {Host: "given.example", Port: "80", Addr: "localhost:" + port}}
	})
	for u, want := range map[string]pipeline.Outcome{"http://inward.example/": pipeline.Blocked, "http://given.example/": ""} {
		v, _ := view(n, pipeline.Spec{})
		if _, err := v.HTTP(t.Context(), Request{URL: u}); outcomeOf(err) != want {
			t.Errorf("%s: %v", u, err)
		}
	}
}

// That the proxy is away says nothing of the server behind it; what goes
// through it is an address that was judged, never a name.
func TestProxy(t *testing.T) {
	away := netTo(t, "", func(o *Options) { o.ConnectTo, o.Proxy = nil, &url.URL{Scheme: "http", Host: closedPort(t)} })
	v, _ := view(away, pipeline.Spec{Source: pipeline.Source{Family: "target"}})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); Absent(err) || outcomeOf(err) != pipeline.Unreachable {
		t.Errorf("proxy away: %v", err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "through") }))
	defer s.Close()
	var asked atomic.Value
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept(l, func(c net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			c.Close()
			return
		}
		asked.Store(r.Method + " " + r.Host)
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		up, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			c.Close()
			return
		}
		go func() { io.Copy(up, c); up.Close() }()
		go func() { io.Copy(c, up); c.Close() }()
	})
	n := netTo(t, "", func(o *Options) { o.ConnectTo, o.Proxy = nil, &url.URL{Scheme: "http", Host: l.Addr().String()} })
	v, _ = view(n, pipeline.Spec{})
	if a, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); err != nil || string(a.Body) != "through" {
		t.Errorf("%v", err)
	}
	if got := asked.Load(); got != "CONNECT 203.0.113.1:80" {
		t.Errorf("the proxy was asked for %v", got)
	}
	v, _ = view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://inward.example/"}); outcomeOf(err) != pipeline.Blocked {
		t.Errorf("inward, through the proxy: %v", err)
	}
	if err := n.Deliver(t.Context(), http.MethodPut, &url.URL{Scheme: "http", Host: "a.example:9091", Path: "/"}, "text/plain", nil); err != nil || asked.Load() != "CONNECT 203.0.113.1:9091" {
		t.Errorf("a delivery: %v; the proxy was asked for %v", err, asked.Load())
	}
}

// That a name has no address is certain only if every answer says so.
func TestGather(t *testing.T) {
	none := resolver.Result{Msg: new(dns.Msg)}
	failed := resolver.Result{Err: resolver.ErrTimeout}
	refused := resolver.Result{Msg: &dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeServerFailure}}}
	for _, c := range []struct {
		answers []resolver.Result
		certain bool
	}{{[]resolver.Result{none, none}, true}, {[]resolver.Result{none, failed}, false}, {[]resolver.Result{failed, none}, false}, {[]resolver.Result{refused, none}, false}} {
		_, _, err := gather(c.answers)
		if errors.Is(err, errNoAddress) != c.certain {
			t.Errorf("%+v: %v", c.answers, err)
		}
	}
}

// Close breaks off what is on its way.
func TestClose(t *testing.T) {
	arrived := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, _ := view(n, pipeline.Spec{Source: pipeline.Source{Family: "target"}})
	ended := make(chan error)
	go func() { _, err := v.HTTP(context.Background(), Request{URL: "http://a.example/"}); ended <- err }()
	<-arrived
	n.Close()
	if err := <-ended; err == nil {
		t.Error("answered after the end")
	}
	if _, err := v.Lookup(t.Context(), Question{Name: "a.example", Type: dns.TypeA}); err == nil {
		t.Error("asked after the end")
	}
}

// The record's clock may stand still; waits go by the machine's.
func TestFrozenClock(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.Now = func() time.Time { return day } })
	v, r := view(n, pipeline.Spec{Source: pipeline.Source{Interval: 20 * time.Millisecond}})
	for range 3 {
		if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.xs) != 3 || !r.xs[2].At.Equal(day) || r.xs[2].Elapsed <= 0 {
		t.Errorf("%+v", r.xs)
	}
}

// The wish of one of the subject's servers to be left alone binds that server.
func TestOneServersWish(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "busy.example" {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	target := pipeline.Source{Name: "target", Family: "target"}
	for _, c := range []struct {
		host string
		want pipeline.Outcome
		sent int
	}{{"busy.example", pipeline.RateLimited, 1}, {"busy.example", pipeline.RateLimited, 0}, {"calm.example", "", 1}} {
		v, r := view(n, pipeline.Spec{Source: target})
		if _, err := v.HTTP(t.Context(), Request{URL: "http://" + c.host + "/"}); outcomeOf(err) != c.want || len(r.xs) != c.sent {
			t.Errorf("%s: %v, %d sent", c.host, err, len(r.xs))
		}
	}
	if wait, err := n.Take(target); wait != 0 || err != nil {
		t.Errorf("the others wait too: %v %v", wait, err)
	}
}

// A turn is good for one request; that of a task that asked nothing is given
// back.
func TestTurns(t *testing.T) {
	n := netTo(t, "127.0.0.1:1", nil)
	s := pipeline.Source{Name: "slow", Base: "https://slow.example", Interval: time.Hour, Daily: 2}
	take := func() time.Duration {
		wait, err := n.Take(s)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	if take() != 0 || take() == 0 {
		t.Fatal("one turn an hour")
	}
	n.view(pipeline.Spec{Source: s}, pipeline.Task{}, new(record)).close()
	n.Done(s, pipeline.Empty)
	if take() != 0 {
		t.Error("the turn was not given back")
	}
	v := n.view(pipeline.Spec{Source: s}, pipeline.Task{}, new(record))
	if err := v.take(t.Context(), "slow.example:443"); err != nil {
		t.Errorf("the first request has the task's turn: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := v.take(ctx, "slow.example:443"); outcomeOf(err) != pipeline.Timeout {
		t.Errorf("a page for which there is no time: %v", err)
	}
}

// What a collector can't read says nothing of its source's health. A trial
// that fails doubles the cool-down.
func TestBreakerTrial(t *testing.T) {
	now := time.Now()
	p := newPace("", "", func() time.Time { return now })
	s := pipeline.Source{Name: "ill", Base: "https://ill.example", Slots: 4}
	for range 3 * trips {
		p.done(s, pipeline.Malformed)
	}
	if wait, err := p.take(s); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	for range trips {
		p.done(s, pipeline.Timeout)
	}
	p.done(s, pipeline.Timeout) // was under way: no worse
	now = now.Add(coolDown)
	if wait, err := p.take(s); wait != 0 || err != nil {
		t.Fatalf("no trial: %v", err)
	}
	if wait, err := p.take(s); wait == 0 || err != nil {
		t.Errorf("a second one tries: %v %v", wait, err)
	}
	p.done(s, pipeline.Timeout)
	now = now.Add(coolDown)
	if _, err := p.take(s); outcomeOf(err) != pipeline.Skipped {
		t.Errorf("cooled down as fast as before: %v", err)
	}
	now = now.Add(coolDown)
	p.take(s)
	p.done(s, pipeline.Empty)
	if wait, err := p.take(s); wait != 0 || err != nil {
		t.Errorf("well again: %v %v", wait, err)
	}
}

// A state folder that can't be used costs the sharing, not the run.
func TestUsageWithoutItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := netTo(t, "127.0.0.1:1", func(o *Options) { o.StateDir = file })
	s := pipeline.Source{Name: "slow", Interval: time.Hour}
	if wait, err := n.Take(s); wait != 0 || err != nil {
		t.Error(wait, err)
	}
	if wait, err := n.Take(s); wait == 0 || err != nil {
		t.Error("not even kept for this process")
	}
	if !strings.Contains(n.Warning(), "not shared") {
		t.Errorf("warning %q", n.Warning())
	}
	good := netTo(t, "127.0.0.1:1", func(o *Options) { o.StateDir = t.TempDir() })
	good.Take(s)
	if w := good.Warning(); w != "" {
		t.Error(w)
	}
}
