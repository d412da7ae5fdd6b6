package collectors

import (
	"bytes"
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
// protocol would follow one to any host. A longer answer than 256 KiB is
// Malformed, a server that hangs up without a word RateLimited, as many do.
//
// The question goes out as the library puts it: spaces and dots at its ends
// are dropped, a bare number is an AS number, and whois.arin.net is told what
// sort of thing is asked about, unless the question has flags of its own.
func (v *View) Whois(ctx context.Context, server, query string) (*Answer, error) {
	server = strings.ToLower(strings.TrimSpace(server))
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(strings.Trim(strings.TrimSuffix(server, "."), "[]"), "43")
	}
	query = strings.Trim(strings.TrimSpace(query), ".")
	if query == "" || strings.ContainsAny(query, "\r\n") {
		return nil, pipeline.Fail(pipeline.Malformed, "a WHOIS question is one line")
	}
	question := v.digest("whois", server, query)
	if x, body, ok := v.recall(question); ok {
		if !x.Outcome.Answered() {
			return nil, pipeline.Fail(x.Outcome, x.Error)
		}
		return whoisAnswer(x, server, body), nil
	}
	if err := v.take(ctx, server); err != nil {
		return nil, err
	}
	x := pipeline.Exchange{Operation: "query", Question: question, Locator: "whois://" + server + "/" + query, At: v.net.now()}
	if v.task.Subject.Personal() {
		x.Locator = "whois://" + server + "/…"
	}
	way, began := new(trail), time.Now()
	body, failed := v.askWhois(ctx, server, query, way)
	x.Elapsed, x.Detail = time.Since(began), way.String()
	x.Outcome, x.Error = outcome(failed)
	x, err := v.record(x, body)
	if err != nil {
		return nil, err
	}
	v.weigh(len(body))
	if failed != nil {
		return nil, failed
	}
	return whoisAnswer(x, server, body), nil
}

// askWhois opens the connection and judges what came over it. Some servers
// say why they refuse, and cut the connection: what they said is the answer.
func (v *View) askWhois(ctx context.Context, server, query string, way *trail) ([]byte, error) {
	limited, stop := within(ctx)
	defer stop()
	conn, err := v.net.dial(limited, v.spec.Source.Name, server, way)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(limited, func() { conn.Close() })()
	c := &whoisConn{Conn: conn, left: int(v.bound(maxWhois)) + 1}
	err = speakWhois(c, server, query)
	switch got := c.got.Bytes(); {
	case limited.Err() != nil:
		return nil, failure(ctx, fmt.Errorf("read answer, of which %d bytes came: %w", len(got), limited.Err()))
	case c.left <= 0:
		return got[:len(got)-1], pipeline.Fail(pipeline.Malformed, fmt.Sprintf("an answer of more than %d bytes", len(got)-1))
	case len(bytes.TrimSpace(got)) > 0:
		return got, nil
	case err != nil:
		return nil, failure(ctx, err)
	}
	return nil, pipeline.Fail(pipeline.RateLimited, "the server answered nothing")
}

// speakWhois lets the library put the question over a connection of ours, and
// survives its panics. Statistics, which would change every answer, are off,
// and so are referrals.
func speakWhois(conn net.Conn, server, query string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the WHOIS library panicked: %v", p))
		}
	}()
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return err
	}
	if strings.Contains(query, " ") {
		host = "server.invalid" // no server that the library has own ideas about
	}
	c := whois.NewClient().SetDialer(whoisDialer{conn}).SetTimeout(time.Hour).SetDisableStats(true).SetDisableReferral(true)
	_, err = c.Whois(query, host)
	return err
}

// whoisDialer gives the library the connection that was made for it,
// whichever server it thinks right: it would put a question without a dot to
// IANA's.
type whoisDialer struct{ conn net.Conn }

func (d whoisDialer) Dial(string, string) (net.Conn, error) { return d.conn, nil }

// whoisConn bounds what the library reads, keeps it as it came, and leaves
// deadlines to the context.
type whoisConn struct {
	net.Conn
	left int
	got  bytes.Buffer
}

func (c *whoisConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	c.got.Write(p[:n])
	return n, err
}

func (c *whoisConn) SetDeadline(time.Time) error      { return nil }
func (c *whoisConn) SetReadDeadline(time.Time) error  { return nil }
func (c *whoisConn) SetWriteDeadline(time.Time) error { return nil }

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
