package collectors

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"osint/pkg/pipeline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is a task's Out, and its memory for a second attempt.
type record struct {
	mu     sync.Mutex
	xs     []pipeline.Exchange
	bodies []string
}

func (r *record) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.ID = pipeline.ExchangeID(fmt.Sprint("x", len(r.xs)))
	x.Bytes = len(body)
	r.xs, r.bodies = append(r.xs, x), append(r.bodies, string(body))
	return x, nil
}
func (r *record) Observed(pipeline.Observation) {}

// outcomes returns "outcome status" of every exchange.
func (r *record) outcomes() (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.xs {
		out = append(out, fmt.Sprintf("%s %d", x.Outcome, x.Status))
	}
	return out
}

func digest(q string) string { s := sha256.Sum256([]byte(q)); return hex.EncodeToString(s[:8]) }

// resolve runs a DNS server whose names all point at 203.0.113.1, but for
// "inward", "gone" and "loop".
func resolve(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{PacketConn: conn, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		addr := "203.0.113.1"
		switch name := strings.ToLower(q.Question[0].Name); {
		case strings.HasPrefix(name, "inward."):
			addr = "169.254.169.254"
		case strings.HasPrefix(name, "gone."):
			m.Rcode = dns.RcodeNameError
		}
		if q.Question[0].Qtype == dns.TypeA && m.Rcode == 0 {
			m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.ParseIP(addr)}}
		}
		w.WriteMsg(m)
	})}
	ready := make(chan struct{})
	s.NotifyStartedFunc = func() { close(ready) }
	go s.ActivateAndServe()
	<-ready
	t.Cleanup(func() { s.Shutdown() })
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

// netTo returns a Net for which every address leads to the server.
func netTo(t *testing.T, server string, change func(*Options)) *Net {
	t.Helper()
	o := Options{Resolvers: []netip.AddrPort{resolve(t)}, ConnectTo: []ConnectTo{{Addr: server}}}
	if change != nil {
		change(&o)
	}
	n, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	n.unpaced = false // as on the internet
	t.Cleanup(func() { n.Close() })
	return n
}

// view returns a View and the record it writes to.
func view(n *Net, s pipeline.Spec) (*View, *record) {
	r := new(record)
	if s.Source.Name == "" {
		s.Source.Name = "test"
	}
	e, _ := pipeline.ParseEntity("acme.example")
	return &View{net: n, spec: s, out: r,
		task: pipeline.Task{Case: "c-test", Subject: e, Ruling: pipeline.Ruling{Keep: pipeline.KeepRaw}, Digest: digest}}, r
}

// accept hands every connection that comes to serve, until l is closed.
func accept(l net.Listener, serve func(net.Conn)) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serve(c)
		}
	}()
}

func outcomeOf(err error) pipeline.Outcome {
	var f *pipeline.Failure
	if errors.As(err, &f) {
		return f.Outcome
	}
	return ""
}

func TestHTTPStatuses(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/html":
			io.WriteString(w, "<html>busy")
		case "/cut":
			io.WriteString(w, strings.Repeat("x", 100))
		case "/json":
			io.WriteString(w, `{"ok":true}`)
		default:
			var code int
			fmt.Sscanf(r.URL.Path, "/%d", &code)
			w.WriteHeader(code)
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	for path, want := range map[string]pipeline.Outcome{
		"/json": "", "/404": "", "/401": pipeline.Unauthorized, "/402": pipeline.QuotaExceeded, "/403": pipeline.Blocked,
		"/400": pipeline.Malformed, "/500": pipeline.Unreachable, "/html": pipeline.Malformed,
	} {
		v, r := view(n, pipeline.Spec{})
		_, err := v.HTTP(t.Context(), Request{URL: "http://www.acme.example" + path, Accept: "json"})
		if outcomeOf(err) != want || len(r.xs) != 1 {
			t.Errorf("%s: %v, %d exchanges", path, err, len(r.xs))
		}
	}
	v, _ := view(n, pipeline.Spec{})
	a, err := v.HTTP(t.Context(), Request{URL: "http://www.acme.example/cut", MaxBytes: 10})
	if err != nil || !a.Truncated || len(a.Body) != 10 {
		t.Errorf("cut: %v %+v", err, a)
	}
}

// A source that fails is asked again, at most three times, each try on
// record; the subject's own server is not.
func TestRetries(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked%3 != 0 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, r := view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); err != nil {
		t.Error(err)
	}
	if got := fmt.Sprint(r.outcomes()); got != "[ok 502 ok 502 ok 200]" {
		t.Error(got)
	}
	for asks, want := range map[bool]string{true: "[ok 502 ok 502 ok 200]", false: "[ok 502]"} { // a POST may do something
		asked = 0
		v, r = view(n, pipeline.Spec{})
		v.HTTP(t.Context(), Request{Method: http.MethodPost, URL: "http://a.example/", Body: []byte("x=1"), Asks: asks})
		if got := fmt.Sprint(r.outcomes()); got != want {
			t.Errorf("a POST that asks, %t: %s", asks, got)
		}
	}
	v, r = view(n, pipeline.Spec{Source: pipeline.Source{Name: "target", Family: "target"}})
	v.HTTP(t.Context(), Request{URL: "http://a.example/", AnyStatus: true})
	if len(r.xs) != 1 {
		t.Errorf("the subject was asked %d times", len(r.xs))
	}
}

// Nothing inward is ever dialled: not by name, not by address, not by a
// redirect; a wildcard --connect-to lifts no guard.
func TestGuard(t *testing.T) {
	touched := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "inward") || strings.HasPrefix(r.Host, "1") || strings.HasPrefix(r.Host, "[") {
			touched = true
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	for _, u := range []string{"http://inward.example/", "http://127.0.0.1/", "http://[::1]/", "http://10.1.2.3/", "http://[::ffff:127.0.0.1]/",
		"http://[64:ff9b::7f00:1]/", "http://[2002:a00:1::]/", "http://0.0.0.0/", "http://100.64.0.1/", "http://[fe80::1]/", "http://localhost/",
		"http://a.example/?to=http://169.254.169.254/latest", "http://a.example/?to=http://inward.example/"} {
		v, r := view(n, pipeline.Spec{})
		if _, err := v.HTTP(t.Context(), Request{URL: u}); outcomeOf(err) != pipeline.Blocked {
			t.Errorf("%s: %v", u, err)
		}
		if last := r.xs[len(r.xs)-1]; last.Outcome != pipeline.Blocked {
			t.Errorf("%s: recorded as %s", u, last.Outcome)
		}
	}
	if touched {
		t.Error("an inward address was reached")
	}
	for _, a := range []string{"192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "8.8.8.8"} {
		if err := n.guard.judge(netip.MustParseAddr(a)); err != nil {
			t.Error(err)
		}
	}
	v, _ := view(n, pipeline.Spec{})
	if _, err := v.Whois(t.Context(), "127.0.0.1:4343", "acme.example"); outcomeOf(err) != pipeline.Blocked {
		t.Errorf("whois: %v", err)
	}
	v, _ = view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/?to=http://a.example/?to=x"}); err == nil {
		t.Error("redirects without an end")
	}
	named := netTo(t, "", func(o *Options) {
		o.ConnectTo = []ConnectTo{{Host: "inward.example", Addr: s.Listener.Addr().String()}}
	})
	v, _ = view(named, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://inward.example/", NoFollow: true}); err != nil {
		t.Errorf("an address that was named is permitted: %v", err)
	}
}

// What the operator named for one source is dialled for that source alone, though
// a redirect of the subject's server, or another source's, leads there, and though
// a connection to it is open.
func TestGuardOfBases(t *testing.T) {
	var asked []string
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/new", http.StatusFound)
		}
	}))
	defer inside.Close()
	at := inside.Listener.Addr().String()
	for _, named := range []func(*Options){
		func(o *Options) { o.Bases = map[string]string{"misp": inside.URL} },
		func(o *Options) { o.Endpoints = map[string]string{"misp": inside.URL} },
		func(o *Options) { o.Endpoints = map[string]string{"misp": at} },
	} {
		asked = nil
		outside := httptest.NewServer(http.RedirectHandler(inside.URL+"/led", http.StatusFound))
		defer outside.Close()
		n := netTo(t, "", func(o *Options) {
			o.ConnectTo = []ConnectTo{{Host: "www.acme.example", Addr: outside.Listener.Addr().String()}}
			named(o)
		})
		own, _ := view(n, pipeline.Spec{Source: pipeline.Source{Name: "misp"}})
		if _, err := own.HTTP(t.Context(), Request{URL: inside.URL + "/moved"}); err != nil {
			t.Errorf("its own source: %v", err)
		}
		target := pipeline.Source{Name: "target", Family: "target"}
		for _, s := range []pipeline.Source{target, {Name: "other"}, {}} {
			for _, u := range []string{inside.URL + "/straight", "http://www.acme.example/"} {
				v, _ := view(n, pipeline.Spec{Source: s})
				if _, err := v.HTTP(t.Context(), Request{URL: u}); outcomeOf(err) != pipeline.Blocked {
					t.Errorf("%s of source %q: %v", u, s.Name, err)
				}
			}
		}
		v, _ := view(n, pipeline.Spec{Source: target})
		if _, err := v.Whois(t.Context(), at, "acme.example"); outcomeOf(err) != pipeline.Blocked {
			t.Errorf("whois: %v", err)
		}
		if _, err := v.TLS(t.Context(), "127.0.0.1", inside.Listener.Addr().(*net.TCPAddr).Port, nil); outcomeOf(err) != pipeline.Blocked {
			t.Errorf("tls: %v", err)
		}
		if got := strings.Join(asked, " "); got != "/moved /new" {
			t.Errorf("the inside was asked %s", got)
		}
	}
}

// Absent tells "nobody there" from "out of reach".
func TestAbsent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	n := netTo(t, closed, nil)
	for _, u := range []string{"http://gone.example/", "http://a.example/"} {
		v, _ := view(n, pipeline.Spec{Source: pipeline.Source{Family: "target"}})
		if _, err := v.HTTP(t.Context(), Request{URL: u}); !Absent(err) || outcomeOf(err) != pipeline.Unreachable {
			t.Errorf("%s: %v", u, err)
		}
	}
	if Absent(pipeline.Fail(pipeline.Unreachable, "x")) || Absent(nil) {
		t.Error("everything is absent")
	}
}

// A gzip bomb and an endless body end within their bounds.
func TestBombs(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 200 {
				if _, err := z.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
			return
		}
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	for _, path := range []string{"/bomb", "/endless"} {
		v, r := view(n, pipeline.Spec{})
		a, err := v.HTTP(t.Context(), Request{URL: "http://a.example" + path, MaxBytes: 1 << 20})
		if err != nil || !a.Truncated || len(a.Body) != 1<<20 || r.xs[0].Bytes > 2<<20 {
			t.Errorf("%s: %v", path, err)
		}
	}
	v, _ := view(n, pipeline.Spec{Ceiling: pipeline.Ceiling{Bytes: 1000}})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/endless", MaxBytes: 2000}); outcomeOf(err) != pipeline.Partial {
		t.Errorf("over the ceiling: %v", err)
	}
}

// An answer is served from the cache within its time, asked for again with
// its validator after it, and reaches the disk only where it may.
func TestCache(t *testing.T) {
	asked := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.Header.Get("If-None-Match")]++
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, `{"planted":"ada.plumtree@acme.example"}`)
	}))
	defer s.Close()
	dir, now := t.TempDir(), time.Now()
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.CacheDir = dir; o.Now = func() time.Time { return now } })
	emits := []pipeline.Category{pipeline.Contact}
	get := func(keep pipeline.Keep) *record {
		v, r := view(n, pipeline.Spec{Emits: emits, Source: pipeline.Source{TTL: time.Hour}})
		v.task.Ruling.Keep = keep
		a, err := v.HTTP(t.Context(), Request{URL: "http://a.example/x", Accept: "json"})
		if err != nil || !strings.Contains(string(a.Body), "planted") {
			t.Fatal(err)
		}
		return r
	}
	get(pipeline.KeepSealed)
	if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) != 0 {
		t.Error("a sealed answer reached the disk")
	}
	emits = nil // the answer holds more than is said
	get(pipeline.KeepRaw)
	if r := get(pipeline.KeepRaw); r.xs[0].Cached || len(r.xs[0].Excess) == 0 {
		t.Errorf("an answer beyond the manifest serves again: %+v", r.xs[0])
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) != 0 {
		t.Error("an answer beyond the manifest reached the disk")
	}
	emits = []pipeline.Category{pipeline.Contact}
	get(pipeline.KeepRaw)
	now = now.Add(30 * time.Minute)
	if r := get(pipeline.KeepRaw); !r.xs[0].Cached || now.Sub(r.xs[0].At) < 29*time.Minute {
		t.Errorf("cached %v, age %v", r.xs[0].Cached, now.Sub(r.xs[0].At))
	}
	now = now.Add(time.Hour)
	if r := get(pipeline.KeepRaw); r.xs[0].Cached || r.xs[0].Status != http.StatusNotModified {
		t.Errorf("after its time: %+v", r.xs[0])
	}
	if asked[""] != 4 || asked[`"v1"`] != 1 {
		t.Errorf("asked %v", asked)
	}
}

// A second attempt reads back what was answered, and sends nothing.
func TestReadBack(t *testing.T) {
	asked := 0
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Add("Set-Cookie", "a=b; Secure")
		w.Header().Add("Set-Cookie", "c=d")
		http.Redirect(w, r, "/done", http.StatusFound)
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	spec := pipeline.Spec{Source: pipeline.Source{Name: "target", Family: "target"}}
	v, r := view(n, spec)
	first, err := v.HTTP(t.Context(), Request{URL: "https://a.example/", AnyStatus: true, NoFollow: true})
	if err != nil {
		t.Fatal(err)
	}
	shake, err := v.TLS(t.Context(), "a.example", 443, new(tls.Config))
	if err != nil {
		t.Fatal(err)
	}
	before := asked
	again, r2 := view(n, spec)
	again.task.Answered = func(q string) (pipeline.Exchange, []byte, bool) {
		for i, x := range r.xs {
			if x.Question == q {
				return x, []byte(r.bodies[i]), true
			}
		}
		return pipeline.Exchange{}, nil, false
	}
	second, err := again.HTTP(t.Context(), Request{URL: "https://a.example/", AnyStatus: true, NoFollow: true})
	if err != nil || second.Status != first.Status || second.URL != first.URL || fmt.Sprint(second.Header) != fmt.Sprint(first.Header) || string(second.Body) != string(first.Body) {
		t.Errorf("%v\n%+v\n%+v", err, first, second)
	}
	reshake, err := again.TLS(t.Context(), "a.example", 443, new(tls.Config))
	if err != nil || reshake.Addr != shake.Addr || reshake.State.Version != shake.State.Version || !reshake.State.PeerCertificates[0].Equal(shake.State.PeerCertificates[0]) {
		t.Errorf("handshake: %v", err)
	}
	if asked != before || len(r2.xs) != 0 {
		t.Errorf("asked %d times more, %d exchanges", asked-before, len(r2.xs))
	}
}

// What is asked of a person stands in no locator.
func TestLocators(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, r := view(n, pipeline.Spec{})
	v.task.Ruling.Keep = pipeline.KeepSealed
	v.HTTP(t.Context(), Request{URL: "http://a.example/p?q=ada"})
	v.task.Subject, _ = pipeline.ParseEntity("ada@acme.example")
	v.HTTP(t.Context(), Request{URL: "http://a.example/ada@acme.example?q=1"})
	v.Whois(t.Context(), "w.example", "ada@acme.example")
	v.Lookup(t.Context(), Question{Name: "ada.acme.example", Type: dns.TypeA})
	for _, x := range r.xs {
		if strings.Contains(x.Locator, "ada") || strings.Contains(x.Error, "ada") {
			t.Errorf("%s %s", x.Locator, x.Error)
		}
	}
	if len(r.xs) != 4 || r.xs[0].Locator != "http://a.example/p?…" {
		t.Errorf("%d exchanges: %+v", len(r.xs), r.xs)
	}
}

func TestWhois(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept(l, func(c net.Conn) {
		b := make([]byte, 100)
		k, _ := c.Read(b)
		switch q := strings.TrimSpace(string(b[:k])); q {
		case "big.example":
			c.Write(make([]byte, 1<<20))
		case "latin.example":
			c.Write([]byte("owner: M\xfcller"))
		default: // a referral as the last line, without a newline
			io.WriteString(c, "domain: "+q+"\r\nwhois: 127.0.0.1:1")
		}
		c.Close()
	})
	n := netTo(t, l.Addr().String(), nil)
	for query, want := range map[string]string{"acme.example": "whois: 127.0.0.1:1", "latin.example": "Müller"} {
		v, r := view(n, pipeline.Spec{})
		a, err := v.Whois(t.Context(), "whois.example", query)
		if err != nil || !strings.Contains(string(a.Body), want) || len(r.xs) != 1 {
			t.Errorf("%s: %v %s", query, err, a.Body)
		}
	}
	v, _ := view(n, pipeline.Spec{})
	if _, err := v.Whois(t.Context(), "whois.example", "big.example"); outcomeOf(err) != pipeline.Malformed {
		t.Errorf("big: %v", err)
	}
}

func TestLookup(t *testing.T) {
	n := netTo(t, "127.0.0.1:1", nil)
	v, r := view(n, pipeline.Spec{})
	got, err := v.Lookup(t.Context(), Question{Name: "A.Example.", Type: dns.TypeA}, Question{Name: "gone.example", Type: dns.TypeA}, Question{Name: "a.example", Type: dns.TypeTXT})
	if err != nil || len(got[0].Records()) != 1 || !got[1].Denied() || got[1].Rcode != dns.RcodeNameError || !got[2].Denied() {
		t.Errorf("%v %+v", err, got)
	}
	if len(r.xs) != 3 || r.xs[0].Locator != "dns:a.example?type=A" {
		t.Errorf("%+v", r.xs)
	}
	v, r = view(n, pipeline.Spec{})
	got, err = v.Lookup(t.Context(), Question{Name: ".", Type: dns.TypeDNSKEY}, Question{Name: "a.example", Type: dns.TypeA, DO: true, CD: true})
	if err != nil || got[0].Name != "." || len(got[1].Records()) != 1 {
		t.Errorf("%v %+v", err, got)
	}
	plain := v.dnsQuestion(Question{Name: "a.example", Type: dns.TypeA})
	if x := r.xs[1]; x.Locator != "dns:a.example?type=A&do=1&cd=1" || x.Question == plain {
		t.Errorf("taken for a plain question: %+v", x)
	}
	v, _ = view(n, pipeline.Spec{Ceiling: pipeline.Ceiling{Requests: 1}})
	if _, err := v.Lookup(t.Context(), Question{Name: "a.example", Type: dns.TypeA}, Question{Name: "b.example", Type: dns.TypeA}); outcomeOf(err) != pipeline.Partial {
		t.Errorf("over the ceiling: %v", err)
	}
}

// A refusal is an answer; silence is not.
func TestHandshake(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	s.StartTLS()
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, r := view(n, pipeline.Spec{})
	h, err := v.TLS(t.Context(), "a.example", 443, &tls.Config{MinVersion: tls.VersionTLS13})
	if err != nil || h.Err == nil || r.xs[0].Outcome != pipeline.OK {
		t.Errorf("refused: %v %+v", err, h)
	}
	h, err = v.TLS(t.Context(), "a.example", 443, &tls.Config{MaxVersion: tls.VersionTLS12})
	if err != nil || h.Err != nil || h.State.Version != tls.VersionTLS12 || h.Addr != "203.0.113.1:443" {
		t.Errorf("accepted: %v %+v", err, h)
	}
}

// A hybrid key exchange is offered only to whom it is asked of; which one was
// agreed on is kept with the answer.
func TestHandshakeGroup(t *testing.T) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	for _, c := range []struct {
		offer []tls.CurveID
		want  tls.CurveID
	}{{nil, tls.X25519}, {[]tls.CurveID{tls.X25519MLKEM768, tls.X25519}, tls.X25519MLKEM768}, {[]tls.CurveID{tls.CurveP384}, tls.CurveP384}} {
		v, _ := view(netTo(t, s.Listener.Addr().String(), nil), pipeline.Spec{})
		h, err := v.TLS(t.Context(), "a.example", 443, &tls.Config{CurvePreferences: c.offer})
		if err != nil || h.Err != nil || h.State.CurveID != c.want {
			t.Errorf("%v: %v, %+v", c.offer, err, h)
		}
	}
}

func TestPaceIsTheMachines(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	clock := func() time.Time { return now }
	two := [2]*pace{}
	for i := range two {
		two[i] = newPace(dir, "", clock)
	}
	s := pipeline.Source{Name: "slow", Base: "https://x", Interval: time.Second, Daily: 3, Slots: 10}
	if wait, err := two[0].take(s); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if wait, err := two[1].take(s); wait != time.Second || err != nil {
		t.Errorf("another process at the same moment: %v %v", wait, err)
	}
	for range 2 {
		now = now.Add(time.Second)
		if wait, err := two[1].take(s); wait != 0 || err != nil {
			t.Errorf("%v %v", wait, err)
		}
	}
	now = now.Add(time.Second)
	if _, err := two[0].take(s); outcomeOf(err) != pipeline.QuotaExceeded {
		t.Errorf("a fourth today: %v", err)
	}
	now = now.Add(24 * time.Hour)
	if wait, err := two[0].take(s); wait != 0 || err != nil {
		t.Errorf("tomorrow: %v %v", wait, err)
	}
	os.WriteFile(filepath.Join(dir, "usage.db"), []byte("{torn"), 0o600)
	now = now.Add(time.Second)
	if _, err := two[0].take(s); err != nil {
		t.Errorf("torn: %v", err)
	}
}

func TestSlotsBreakerRetryAfter(t *testing.T) {
	now := time.Now()
	p := newPace("", "", func() time.Time { return now })
	s := pipeline.Source{Name: "one", Base: "https://x", Slots: 1}
	p.take(s)
	if wait, _ := p.take(s); wait == 0 {
		t.Error("a second slot of one")
	}
	for range trips {
		p.done(s, pipeline.Unreachable)
	}
	if _, err := p.take(s); outcomeOf(err) != pipeline.Skipped || !strings.Contains(err.Error(), "breaker") {
		t.Errorf("after %d failures: %v", trips, err)
	}
	now = now.Add(coolDown)
	if wait, err := p.take(s); wait != 0 || err != nil {
		t.Errorf("after the cool-down one may try: %v", err)
	}
	p.done(s, pipeline.OK)
	p.leaveAlone(s, "x:443", time.Minute)
	if _, err := p.take(s); outcomeOf(err) != pipeline.RateLimited {
		t.Errorf("left alone: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	if err := p.next(ctx, s, "x:443", false); outcomeOf(err) != pipeline.RateLimited {
		t.Errorf("a further page: %v", err)
	}
}

func TestParseConnectTo(t *testing.T) {
	for _, s := range []string{"::127.0.0.1:8443", "www.example.com:443:192.0.2.1:8443", ":443:[::1]:8443", "a.example:::80"} {
		c, err := ParseConnectTo(s)
		if err != nil || c.String() != s {
			t.Errorf("%s: %v %v", s, c, err)
		}
	}
	for _, s := range []string{"", "a:b", "a:1:b:2:c", "[::1:443:a:1"} {
		if c, err := ParseConnectTo(s); err == nil {
			t.Errorf("%q taken as %+v", s, c)
		}
	}
}

// What a case kept for itself goes with it; what serves everybody stays.
func TestForget(t *testing.T) {
	c := newCache("", "")
	for _, key := range []string{casePrefix("c-1") + "a", casePrefix("c-1") + "b", casePrefix("c-10") + "a", everybody + "a"} {
		c.put(key, &kept{Body: []byte("x")}, false, 0)
	}
	c.forget(casePrefix("c-1"))
	if len(c.held) != 2 || c.get(casePrefix("c-10")+"a", false) == nil || c.get(everybody+"a", false) == nil {
		t.Errorf("%d answers are held", len(c.held))
	}
	c.forget("")
	if c.size != 0 || c.order.Len() != 0 {
		t.Errorf("%d bytes are counted of nothing", c.size)
	}
}

// Many small answers do not take more room than a few big ones.
func TestCacheCountsWhatSurroundsAnAnswer(t *testing.T) {
	c := newCache("", "")
	for i := range 200_000 {
		c.hold(fmt.Sprint(i), &kept{})
	}
	if n := c.order.Len(); n > maxCached/512 || len(c.held) != n {
		t.Errorf("%d answers are held", n)
	}
}
