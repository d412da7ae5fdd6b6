package collectors

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// Answers that are none end as Malformed, within their bounds.
func TestGarbledAnswers(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			io.WriteString(w, "???")
		case "/notgzip":
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "this is not packed at all")
		case "/corrupt":
			w.Header().Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			io.WriteString(z, strings.Repeat("corrupt me ", 100))
			z.Close()
			data := b.Bytes()
			data[len(data)-5] ^= 0xff
			w.Write(data)
		case "/members":
			w.Header().Set("Content-Encoding", "gzip")
			var b bytes.Buffer
			gzip.NewWriter(&b).Close()
			for {
				if _, err := w.Write(bytes.Repeat(b.Bytes(), 1000)); err != nil {
					return
				}
			}
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeader))
		case "/json":
			io.WriteString(w, `{"cut": tru`)
		case "/challenge":
			w.Header().Set("Cf-Mitigated", "challenge")
			io.WriteString(w, "<html><title>Just a moment...</title>")
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	for path, want := range map[string]pipeline.Outcome{"/br": pipeline.Malformed, "/notgzip": pipeline.Malformed, "/corrupt": pipeline.Malformed,
		"/members": "", "/header": pipeline.Malformed, "/json": pipeline.Malformed, "/challenge": pipeline.Blocked} {
		v, r := view(n, pipeline.Spec{})
		q := Request{URL: "http://a.example" + path, Accept: "json", MaxBytes: 1000}
		if path == "/members" {
			q.Accept = ""
		}
		a, err := v.HTTP(t.Context(), q)
		if outcomeOf(err) != want || len(r.xs) != 1 || path == "/members" && (err != nil || !a.Truncated) {
			t.Errorf("%s: %v, %d exchanges", path, err, len(r.xs))
		}
	}
	v, _ := view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "https://a.example/"}); outcomeOf(err) != pipeline.Malformed {
		t.Errorf("no TLS there: %v", err)
	}
}

// A credential goes to no other host, and stands in no record.
func TestCredentials(t *testing.T) {
	const secret = "s3cret-value"
	seen := map[string]string{}
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Host] = r.Header.Get("X-Api-Key")
		mu.Unlock()
		if r.Host == "a.example" {
			http.Redirect(w, r, "http://b.example/?key="+secret, http.StatusFound)
		}
	}))
	defer s.Close()
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, r := view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/?key=" + secret, Header: http.Header{"x-api-key": {secret}}}); err != nil {
		t.Fatal(err)
	}
	if seen["a.example"] != secret || seen["b.example"] != "" {
		t.Errorf("sent %v", seen)
	}
	for i, x := range r.xs {
		if want := []string{"X-Api-Key", "key"}[i]; x.Credential != want {
			t.Errorf("exchange %d says that it carried its credential in %q, not in %q", i, x.Credential, want)
		}
		if line, _ := json.Marshal(x); bytes.Contains(line, []byte(secret)) {
			t.Errorf("on record: %s", line)
		}
	}
}

// Whoever asks for what another is asking for waits for the answer. What is
// not everybody's is known within its case only, and not at all where there is
// no case.
func TestCacheIsShared(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		io.WriteString(w, "{}")
	}))
	defer s.Close()
	dir := t.TempDir()
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.CacheDir = dir })
	get := func(n *Net, c string, keep pipeline.Keep) {
		v, _ := view(n, pipeline.Spec{Source: pipeline.Source{TTL: time.Hour}})
		v.task.Case, v.task.Ruling.Keep = c, keep
		if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); err != nil {
			t.Error(err)
		}
	}
	expect := func(more int32, what string) {
		t.Helper()
		if got := asked.Swap(0); got != more {
			t.Errorf("%s: asked %d times, want %d", what, got, more)
		}
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { get(n, "c-1", pipeline.KeepRaw) })
	}
	all.Wait()
	expect(1, "ten at once")
	get(n, "c-1", pipeline.KeepSealed)
	get(n, "c-1", pipeline.KeepSealed)
	expect(1, "sealed, twice in one case")
	get(n, "c-2", pipeline.KeepSealed)
	expect(1, "sealed, in another case")
	get(n, "", pipeline.KeepSealed)
	get(n, "", pipeline.KeepSealed)
	expect(2, "sealed, without a case")
	again := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.CacheDir, o.Resolvers = dir, n.o.Resolvers })
	get(again, "c-3", pipeline.KeepRaw)
	expect(0, "the next process")
	elsewhere := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.CacheDir = dir })
	get(elsewhere, "c-3", pipeline.KeepRaw)
	expect(1, "another internet")
	elsewhere.cache.prune(time.Now().Add(time.Hour + afterwards + time.Minute))
	if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) != 0 {
		t.Errorf("%d files outlive their use", len(files))
	}
}

// The cache's memory is bounded.
func TestCacheForgets(t *testing.T) {
	c := newCache("", "")
	for i := range 5 {
		c.put(string(rune('a'+i)), &kept{Body: make([]byte, maxCached/3)}, false, 0)
	}
	if c.size > maxCached || c.get("a", false) != nil || c.get("e", false) == nil {
		t.Errorf("%d bytes", c.size)
	}
}

// Replies of a service in DNS serve again as long as they hold.
func TestLookupAgain(t *testing.T) {
	now := time.Now()
	n := netTo(t, "127.0.0.1:1", func(o *Options) { o.Now = func() time.Time { return now } })
	ask := func() pipeline.Exchange {
		v, r := view(n, pipeline.Spec{Source: pipeline.Source{TTL: time.Hour, Base: "a.example"}})
		got, err := v.Lookup(t.Context(), Question{Name: "a.example", Type: dns.TypeA})
		if err != nil || len(got[0].Records()) != 1 {
			t.Fatal(err)
		}
		return r.xs[0]
	}
	if x := ask(); x.Cached {
		t.Error("cached before it was asked")
	}
	if x := ask(); !x.Cached || !x.At.Equal(now) {
		t.Errorf("%+v", x)
	}
	if now = now.Add(time.Minute + time.Second); ask().Cached { // its record holds for a minute
		t.Error("served after its time")
	}
}

// A request that never left costs nothing; one that did is charged to the
// task and to the budget.
func TestCost(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	paid := pipeline.Spec{Source: pipeline.Source{PriceUSD: 0.4, Family: "target"}, Ceiling: pipeline.Ceiling{CostUSD: 1, Requests: 9}}
	away := netTo(t, closedPort(t), func(o *Options) { o.BudgetUSD = 1 })
	v, r := view(away, paid)
	v.HTTP(t.Context(), Request{URL: "http://a.example/"})
	if r.xs[0].Cost != 0 || away.spent > 1e-9 {
		t.Errorf("nobody there: cost %v, spent %v", r.xs[0].Cost, away.spent)
	}
	n := netTo(t, s.Listener.Addr().String(), func(o *Options) { o.BudgetUSD = 1 })
	v, r = view(n, paid)
	for _, want := range []pipeline.Outcome{"", "", pipeline.Partial} {
		if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); outcomeOf(err) != want {
			t.Errorf("want %q: %v", want, err)
		}
	}
	if r.xs[0].Cost != 0.4 {
		t.Errorf("cost %v", r.xs[0].Cost)
	}
	v, _ = view(n, paid)
	if _, err := v.HTTP(t.Context(), Request{URL: "http://a.example/"}); outcomeOf(err) != pipeline.Skipped {
		t.Errorf("over the budget: %v", err)
	}
}

// The question goes to the server asked, byte for byte, whatever the library
// thinks of it; what comes is kept as it came.
func TestWhoisGoesWhereItIsSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asked := make(chan string, 10)
	accept(l, func(c net.Conn) {
		b := make([]byte, 100)
		k, _ := c.Read(b)
		q := string(b[:k])
		asked <- q
		switch {
		case strings.HasPrefix(q, "reset"):
			io.WriteString(c, "Number of allowed queries exceeded.\r\n")
			time.Sleep(10 * time.Millisecond) // what was sent arrives before the reset
			c.(*net.TCPConn).SetLinger(0)
		case strings.HasPrefix(q, "drip"):
			go func() {
				for {
					if _, err := c.Write([]byte(".")); err != nil {
						c.Close()
						return
					}
					time.Sleep(time.Millisecond)
				}
			}()
			return
		case strings.HasPrefix(q, "silent"):
		default:
			io.WriteString(c, "\r\n  kept as it came \r\n\r\n")
		}
		c.Close()
	})
	n := netTo(t, l.Addr().String(), nil)
	for q, want := range map[string]string{"com": "com\r\n", "n + 192.0.2.1": "n + 192.0.2.1\r\n", "-T dn,ace acme.example.": "-T dn,ace acme.example\r\n", "192.0.2.1": "n + 192.0.2.1\r\n"} {
		v, r := view(n, pipeline.Spec{})
		_, err := v.Whois(t.Context(), "whois.arin.net", q)
		if got := <-asked; err != nil || got != want || r.bodies[0] != "\r\n  kept as it came \r\n\r\n" {
			t.Errorf("%q went out as %q: %v", q, got, err)
		}
	}
	v, _ := view(n, pipeline.Spec{})
	if a, err := v.Whois(t.Context(), "w.example", "reset.example"); err != nil || !strings.Contains(string(a.Body), "exceeded") {
		t.Errorf("reset: %v", err)
	}
	v, _ = view(n, pipeline.Spec{})
	if _, err := v.Whois(t.Context(), "w.example", "silent.example"); outcomeOf(err) != pipeline.RateLimited {
		t.Errorf("silent: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	v, r := view(n, pipeline.Spec{})
	if _, err := v.Whois(ctx, "w.example", "drip.example"); outcomeOf(err) != pipeline.Timeout || r.bodies[0] != "" || ctx.Err() != nil {
		t.Errorf("drip: %v, the task's time %v", err, ctx.Err())
	}
	for _, bad := range []string{"", " . ", "a\r\nb"} {
		v, r := view(n, pipeline.Spec{})
		if _, err := v.Whois(t.Context(), "w.example", bad); outcomeOf(err) != pipeline.Malformed || len(r.xs) != 0 {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// What Go can't parse is Malformed, and no panic: a certificate with a
// negative serial number, a server that speaks no TLS.
func TestHandshakeOddities(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a.example"},
		NotAfter: time.Now().Add(time.Hour)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, pub, key)
	if err != nil {
		t.Fatal(err)
	}
	der = bytes.Replace(der, []byte{2, 1, 1, 0x30}, []byte{2, 1, 0xff, 0x30}, 1)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept(l, func(c net.Conn) {
		c.(*tls.Conn).Handshake()
		c.Close()
	})
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for name, addr := range map[string]string{"negative serial": l.Addr().String(), "no TLS": plain.Listener.Addr().String()} {
		v, r := view(netTo(t, addr, nil), pipeline.Spec{})
		_, err := v.TLS(t.Context(), "a.example", 443, nil)
		if outcomeOf(err) != pipeline.Malformed || len(r.xs) != 1 || r.xs[0].Outcome != pipeline.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	sure := httptest.NewTLSServer(http.NotFoundHandler())
	defer sure.Close()
	v, _ := view(netTo(t, sure.Listener.Addr().String(), nil), pipeline.Spec{})
	if h, err := v.TLS(t.Context(), "192.0.2.7", 443, nil); err != nil || h.Addr != "192.0.2.7:443" || len(h.State.PeerCertificates) == 0 {
		t.Errorf("an address and no configuration: %v", err)
	}
}

// The pages of a server behind a broken certificate are the subject's; of a
// source they are nobody's.
func TestBrokenCertificates(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "page") }))
	defer s.Close()
	s.Config.ErrorLog = nil
	n := netTo(t, s.Listener.Addr().String(), nil)
	v, r := view(n, pipeline.Spec{Source: pipeline.Source{Name: "target", Family: "target"}})
	if a, err := v.HTTP(t.Context(), Request{URL: "https://a.example/"}); err != nil || !strings.HasPrefix(a.Doubt, "certificate not trusted") || !strings.Contains(r.xs[0].Detail, a.Doubt) || !strings.Contains(r.xs[0].Detail, "peer 203.0.113.1:443") {
		t.Errorf("%v %q", err, r.xs[0].Detail)
	}
	v, _ = view(n, pipeline.Spec{})
	if _, err := v.HTTP(t.Context(), Request{URL: "https://a.example/", Method: http.MethodPost}); outcomeOf(err) != pipeline.Unreachable || !strings.Contains(err.Error(), "not trusted") {
		t.Errorf("a source: %v", err)
	}
}

// A binding fills in what is left empty and takes nothing that proves nothing.
func TestBind(t *testing.T) {
	n := netTo(t, "127.0.0.1:1", nil)
	subject, err := pipeline.ParseEntity("acme.example")
	if err != nil {
		t.Fatal(err)
	}
	spec := pipeline.Spec{Name: "dns", Source: pipeline.Source{Name: "dns"}, Origin: "zone", Grade: pipeline.Own}
	collect := func(f func(x pipeline.ExchangeID, emit Emit)) *Trial {
		return Try(t.Context(), n, Entry{Spec: spec, Collect: func(ctx context.Context, v *View, e pipeline.Entity, emit Emit) error {
			got, err := v.Lookup(ctx, Question{Name: e.Value, Type: dns.TypeA})
			if err != nil {
				return err
			}
			f(got[0].Exchange, emit)
			return nil
		}}, subject)
	}
	good := collect(func(x pipeline.ExchangeID, emit Emit) {
		emit(pipeline.Observation{Predicate: "zone-serial", Value: 7, Exchanges: []pipeline.ExchangeID{x}})
	})
	if good.Err != nil || len(good.Observations) != 1 || len(good.Exchanges) != 1 || len(good.Bytes) != 1 {
		t.Fatalf("%+v", good)
	}
	o := good.Observations[0]
	if o.Collector != "dns" || o.Source != "dns" || o.Origin != "zone" || o.Grade != pipeline.Own || o.Subject != subject || o.Asked != subject ||
		o.Category != pipeline.Technical || o.Value != 7.0 || !o.At.Equal(good.Exchanges[0].At) {
		t.Errorf("%+v", o)
	}
	for name, bad := range map[string]pipeline.Observation{
		"no exchange": {Predicate: "zone-serial", Value: 7}, "not ours": {Predicate: "zone-serial", Value: 7, Exchanges: []pipeline.ExchangeID{"x-other"}},
		"no form": {Predicate: "zone-serial", Value: func() {}},
	} {
		got := collect(func(x pipeline.ExchangeID, emit Emit) {
			if name == "no form" {
				bad.Exchanges = []pipeline.ExchangeID{x}
			}
			emit(bad)
		})
		if outcomeOf(got.Err) != pipeline.Malformed || len(got.Observations) != 0 {
			t.Errorf("%s: %v", name, got.Err)
		}
	}
	own := Try(t.Context(), n, Entry{Spec: spec, Collect: func(context.Context, *View, pipeline.Entity, Emit) error { return context.DeadlineExceeded }}, subject)
	if outcomeOf(own.Err) != pipeline.Timeout {
		t.Errorf("a bare deadline: %v", own.Err)
	}
	odd := errors.New("odd")
	if got := Try(t.Context(), n, Entry{Spec: spec, Collect: func(context.Context, *View, pipeline.Entity, Emit) error { return odd }}, subject); !errors.Is(got.Err, odd) {
		t.Errorf("an error of its own: %v", got.Err)
	}
}

// What is kept of an answer reads back as it was, whatever it holds.
func FuzzReadBack(f *testing.F) {
	f.Add(200, "Server", "nginx", []byte("body"), false)
	f.Add(404, "Set-Cookie", "a=b; Secure", []byte("\r\n\r\n"), true)
	f.Add(599, "X-Osint-Truncated", "no", []byte{0, 0xff}, false)
	f.Fuzz(func(t *testing.T, status int, name, value string, body []byte, cut bool) {
		k := &kept{Status: 100 + (status&0x7fffffff)%500, URL: "https://a.example/", Header: http.Header{}, Body: body}
		if cut {
			k.Doubt = "certificate not trusted: x509: \r\n"
		}
		if name = http.CanonicalHeaderKey(name); isToken(name) && !strings.HasPrefix(name, "X-Osint-") && strings.TrimSpace(value) == value && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			k.Header.Set(name, value)
		}
		a, err := readBack(pipeline.Exchange{}, write(k, cut), k.URL)
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != k.Status || a.Truncated != cut || !bytes.Equal(a.Body, body) || len(a.Header) != len(k.Header) || a.Header.Get(name) != k.Header.Get(name) ||
			a.Doubt != strings.TrimSpace(k.Doubt) {
			t.Errorf("%+v became %+v", k, a)
		}
	})
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	})
}

// No bytes make a handshake's reader panic.
func FuzzHandshake(f *testing.F) {
	f.Add([]byte("{\"addr\":\"192.0.2.1:443\",\"version\":772}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("{\"addr\":\"192.0.2.1:443\",\"error\":\"alert\"}\n"))
	f.Fuzz(func(t *testing.T, kept []byte) {
		if h, err := handshake(pipeline.Exchange{}, kept); err == nil && h == nil {
			t.Error("neither a handshake nor an error")
		}
	})
}

// An entry of --connect-to that is taken is written as it is read.
func FuzzParseConnectTo(f *testing.F) {
	for _, s := range []string{"::127.0.0.1:8443", "a.example:443:[2001:db8::1]:80", ":::", "[::1]:1:b:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseConnectTo(s)
		if err != nil {
			return
		}
		if again, err := ParseConnectTo(c.String()); err != nil || again != c {
			t.Errorf("%q became %q: %v", s, c, err)
		}
	})
}
