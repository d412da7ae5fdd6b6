package lab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// small is a world to which a test adds its files.
const small = `Small: a world for one test

seeds: acme.example

-- dns://acme.example --
@ A 192.0.2.1
www A 192.0.2.2
empty A 192.0.2.3
`

// client speaks with a lab as any program would: through its routes.
type client struct {
	t     *testing.T
	lab   *Lab
	roots *x509.CertPool
}

func serve(t *testing.T, world string, o Options) *client {
	t.Helper()
	w, err := Parse("test.txtar", []byte(world))
	if err != nil {
		t.Fatal(err)
	}
	return serveWorld(t, w, o)
}

func serveWorld(t *testing.T, w *World, o Options) *client {
	t.Helper()
	l, err := w.Serve(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &client{t, l, x509.NewCertPool()}
	if !c.roots.AppendCertsFromPEM(l.CA()) {
		t.Fatal("the CA is no PEM")
	}
	return c
}

// route returns where the lab serves host:port, as --connect-to has it.
func (c *client) route(host, port string) string {
	for _, r := range c.lab.ConnectTo() {
		f := strings.SplitN(r, ":", 3)
		if (f[0] == "" || f[0] == host) && (f[1] == "" || f[1] == port) {
			return f[2]
		}
	}
	c.t.Fatalf("no route to %s:%s", host, port)
	return ""
}

func (c *client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, _ := net.SplitHostPort(addr)
	return new(net.Dialer).DialContext(ctx, network, c.route(host, port))
}

// http returns a client that verifies certificates and follows nothing.
func (c *client) http() *http.Client {
	tr := &http.Transport{DialContext: c.dial, TLSClientConfig: &tls.Config{RootCAs: c.roots}, DisableKeepAlives: true}
	return &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// get returns the response, closed, and its whole body.
func (c *client) get(url string) (*http.Response, string) {
	c.t.Helper()
	resp, body, err := c.try(url)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, body
}

func (c *client) try(url string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), "GET", url, nil)
	if err != nil {
		return nil, "", err
	}
	resp, err := c.http().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp, string(b), err
}

// ask puts a DNS question, over UDP unless told otherwise.
func (c *client) ask(network, name string, kind uint16) *dns.Msg {
	c.t.Helper()
	q := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	m, _, err := (&dns.Client{Net: network}).Exchange(q, c.lab.Resolver().String())
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

func (c *client) whois(server, query string) (string, error) {
	conn, err := c.dial(c.t.Context(), "tcp", server+":43")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, query+"\r\n"); err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(conn, 1<<20))
	return string(b), err
}

func TestAllListenersAreOnLoopback(t *testing.T) {
	for _, name := range Names() {
		w, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		c := serveWorld(t, w, Options{})
		if a := c.lab.Resolver().Addr().String(); a != "127.0.0.1" {
			t.Errorf("%s: the resolver is at %s", name, a)
		}
		for _, r := range c.lab.ConnectTo() {
			if !strings.Contains(r, ":127.0.0.1:") {
				t.Errorf("%s: the route %s leads elsewhere", name, r)
			}
		}
	}
}

func TestEveryOtherPortIsClosed(t *testing.T) {
	c := serve(t, small+"-- https://www.acme.example/ --\n\nhello\n", Options{})
	for _, addr := range []string{"acme.example:25", "www.acme.example:80", "www.acme.example:8443", "empty.acme.example:80", "empty.acme.example:443"} {
		if conn, err := c.dial(t.Context(), "tcp", addr); err == nil {
			conn.Close()
			t.Errorf("%s took a connection", addr)
		}
	}
}

// Whatever a client is in the middle of, Close ends it and leaves nothing;
// TestMain looks for what is left.
func TestCloseEndsWhatHangs(t *testing.T) {
	c := serve(t, small+`
-- dns://. --
whois.registry.test. A 192.0.2.4
-- http(s)://www.acme.example/drip --
drip 20ms
endless

x
-- http(s)://www.acme.example/silent --
silent

-- http(s)://www.acme.example/slow --
latency 1h

-- host://acme.example --
tls silent
-- whois://whois.registry.test/* --
-- host://whois.registry.test --
silent
`, Options{})
	ended := make(chan string, 6)
	hangs := map[string]func(){
		"drip":   func() { c.try("http://www.acme.example/drip") },
		"silent": func() { c.try("https://www.acme.example/silent") },
		"slow":   func() { c.try("http://www.acme.example/slow") },
		"tls":    func() { c.try("https://acme.example/") },
		"whois":  func() { c.whois("whois.registry.test", "x") },
		"tcp": func() {
			conn, err := net.Dial("tcp", c.lab.Resolver().String())
			if err != nil {
				return
			}
			io.Copy(io.Discard, conn)
			conn.Close()
		},
	}
	for name, f := range hangs {
		go func() { f(); ended <- name }()
	}
	for i := 0; len(c.lab.Log()) < 6; i++ {
		if i == 5000 {
			for _, r := range c.lab.Log() {
				t.Logf("%s %s %s", r.Service, r.Host, r.Question)
			}
			t.Fatal("not all were asked")
		}
		time.Sleep(time.Millisecond)
	}
	if err := c.lab.Close(); err != nil {
		t.Error(err)
	}
	for range hangs {
		<-ended
	}
	if err := c.lab.Close(); err != nil {
		t.Error("closed twice:", err)
	}
}

func TestEndOfContextCloses(t *testing.T) {
	w, err := Open("silent")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l, err := w.Serve(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if conn, err := net.Dial("tcp", l.Resolver().String()); err == nil {
		conn.Close()
		t.Error("the resolver still listens")
	}
}

func TestLogSaysWhatWasAsked(t *testing.T) {
	c := serve(t, small+"-- https://www.acme.example/a --\n\nhello\n", Options{})
	c.ask("udp", "WWW.acme.example", dns.TypeAAAA)
	c.get("https://www.acme.example/a?b=c")
	var got []string
	for _, r := range c.lab.Log() {
		got = append(got, r.Service+" "+r.Host+" "+r.Question)
	}
	want := "dns www.acme.example AAAA|tls www.acme.example handshake|https www.acme.example GET /a?b=c"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("got %s\nwant %s", s, want)
	}
	if ua := c.lab.Log()[2].Header.Get("User-Agent"); !strings.HasPrefix(ua, "Go-http-client") {
		t.Errorf("User-Agent %q", ua)
	}
}

// Whatever is asked, the answer takes the latency; over TLS the handshake
// pays for it.
func TestLatency(t *testing.T) {
	const latency = 150 * time.Millisecond
	c := serve(t, small+"-- dns://. --\nwhois.registry.test. A 192.0.2.4\n-- http(s)://www.acme.example/ --\n\nhello\n-- whois://whois.registry.test/* --\nhello\n", Options{Latency: latency})
	for name, f := range map[string]func(){
		"dns":   func() { c.ask("udp", "acme.example", dns.TypeA) },
		"http":  func() { c.get("http://www.acme.example/") },
		"https": func() { c.get("https://www.acme.example/") },
		"whois": func() { c.whois("whois.registry.test", "x") },
	} {
		began := time.Now()
		f()
		if took := time.Since(began); took < latency {
			t.Errorf("%s took %v, less than the latency", name, took)
		}
	}
}
