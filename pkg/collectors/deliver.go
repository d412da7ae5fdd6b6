package collectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// deliverTime bounds one delivery, in all.
const deliverTime = 10 * time.Second

// Deliver sends a document of ours to where the operator said, such as a
// gateway of metrics. It is no question: it has no source, no pace, no cache,
// and is no exchange of a case. It passes the proxy; a --connect-to that names
// the host leads it, one for any host does not. The address may be a private
// one, because the operator named it: this once, for no question of a run can
// get there by it. No redirect is followed; an answer other than 2xx is an
// error, and so is none within ten seconds.
func (n *Net) Deliver(ctx context.Context, method string, to *url.URL, contentType string, body []byte) error {
	if to.User != nil || to.Scheme != "http" && to.Scheme != "https" || to.Hostname() == "" {
		return fmt.Errorf("deliver: %s is no plain http or https URL", to.Redacted())
	}
	ctx, stop := context.WithTimeout(ctx, deliverTime)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, method, to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", n.o.UserAgent)
	transport := n.transport(lane{verify: true}) // of its own: what it opens is not for questions
	transport.DialContext = func(ctx context.Context, _, addr string) (net.Conn, error) { return n.dialNamed(ctx, addr) }
	transport.DisableKeepAlives = true
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("deliver to %s: %w", to.Host, failure(ctx, err))
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 512))
	switch {
	case answer.StatusCode/100 == 2:
		return nil
	case err == nil && len(bytes.TrimSpace(said)) > 0:
		first, _, _ := strings.Cut(string(bytes.TrimSpace(said)), "\n")
		err = errors.New(first)
	default:
		err = errors.New(http.StatusText(answer.StatusCode))
	}
	return fmt.Errorf("deliver to %s: it answered %d: %w", to.Host, answer.StatusCode, err)
}

// dialNamed opens a connection to host:port that the operator named: no guard
// is asked.
func (n *Net) dialNamed(ctx context.Context, hostport string) (net.Conn, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(n.ctx, stop)()
	if host, port, err := net.SplitHostPort(hostport); err == nil {
		if to, _, ok := n.led(true, port, host); ok {
			hostport = to
		}
	}
	conn, err := n.connect(ctx, hostport)
	if err != nil {
		return nil, err
	}
	return n.hold(conn)
}
