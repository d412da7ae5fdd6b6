package collectors

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/likexian/whois"

	"osint/pkg/pipeline"
)

// maxWhois bounds a WHOIS answer, in bytes.
const maxWhois = 256 << 10

// Whois asks a WHOIS server (host or host:port) one question and returns its
// answer as UTF-8. It follows no referral: the library that speaks the
// protocol would follow one to any host.
func (v *View) Whois(ctx context.Context, server, query string) (*Answer, error) {
	server = strings.ToLower(strings.TrimSuffix(server, "."))
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "43")
	}
	question := v.digest("whois", server, query)
	if x, body, ok := v.recall(question); ok {
		return whoisAnswer(x, server, body), nil
	}
	if err := v.take(ctx); err != nil {
		return nil, err
	}
	way := new(trail)
	began := v.net.now()
	text, failed := v.askWhois(ctx, server, query, way)
	x := pipeline.Exchange{Operation: "whois", Question: question, Locator: "whois://" + server + "/" + query,
		At: began, Elapsed: v.net.now().Sub(began), Detail: way.String()}
	if v.task.Subject.Personal() {
		x.Locator = "whois://" + server + "/…"
	}
	x.Outcome, x.Error = outcome(failed)
	x, err := v.record(x, text)
	if err != nil {
		return nil, err
	}
	if failed == nil {
		failed = v.weigh(len(text))
	}
	if failed != nil {
		return nil, failed
	}
	return whoisAnswer(x, server, text), nil
}

// askWhois lets the library speak through a dialer that resolves, judges,
// bounds and cancels, and survives its panics.
func (v *View) askWhois(ctx context.Context, server, query string, way *trail) (text []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			text, err = nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the WHOIS library panicked: %v", p))
		}
	}()
	d := &whoisDialer{ctx: ctx, net: v.net, way: way}
	defer d.stop()
	c := whois.NewClient().SetDialer(d).SetTimeout(20 * time.Second).SetDisableStats(true).SetDisableReferral(true)
	got, err := c.Whois(query, server)
	if d.failed != nil {
		return nil, failure(ctx, d.failed)
	}
	if err != nil && got == "" {
		return nil, failure(ctx, err)
	}
	if d.cut {
		return []byte(got), pipeline.Fail(pipeline.Malformed, fmt.Sprintf("an answer of more than %d bytes", maxWhois))
	}
	return []byte(got), nil
}

// whoisDialer is what the library dials through.
type whoisDialer struct {
	ctx    context.Context
	net    *Net
	way    *trail
	failed error
	cut    bool
	stops  []func() bool
}

func (d *whoisDialer) Dial(_, addr string) (net.Conn, error) {
	conn, err := d.net.dial(d.ctx, addr, d.way)
	if err != nil {
		d.failed = err
		return nil, err
	}
	d.stops = append(d.stops, context.AfterFunc(d.ctx, func() { conn.Close() }))
	return &boundedConn{Conn: conn, left: maxWhois, cut: &d.cut}, nil
}

func (d *whoisDialer) stop() {
	for _, s := range d.stops {
		s()
	}
}

// boundedConn ends after so many bytes.
type boundedConn struct {
	net.Conn
	left int
	cut  *bool
}

func (b *boundedConn) Read(p []byte) (int, error) {
	if b.left <= 0 {
		*b.cut = true
		return 0, io.EOF
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func whoisAnswer(x pipeline.Exchange, server string, body []byte) *Answer {
	return &Answer{Exchange: x.ID, Status: 200, Body: utf8Text(body), URL: "whois://" + server, At: x.At,
		Hops: []Hop{{URL: "whois://" + server, Status: 200, Exchange: x.ID}}}
}

// utf8Text reads bytes that are not UTF-8 as Latin-1, the other encoding that
// WHOIS servers use.
func utf8Text(b []byte) []byte {
	if utf8.Valid(b) {
		return b
	}
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return []byte(string(r))
}
