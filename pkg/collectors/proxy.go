package collectors

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"

	"osint/pkg/pipeline"
)

// proxyPorts are the schemes of --proxy with their usual ports.
var proxyPorts = map[string]string{"http": "80", "https": "443", "socks5": "1080"}

func checkProxy(u *url.URL) error {
	if u != nil && (proxyPorts[u.Scheme] == "" || u.Hostname() == "") {
		return fmt.Errorf("--proxy %s: want http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT", u.Redacted())
	}
	return nil
}

func proxyAddr(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = proxyPorts[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// throughProxy opens a connection to an address through the proxy. The proxy
// is given the address that the guard has judged, never a name: it might
// resolve it to another. That the proxy fails says nothing of the server
// behind it.
func (n *Net) throughProxy(ctx context.Context, addr string) (conn net.Conn, err error) {
	if n.o.Proxy.Scheme == "socks5" {
		conn, err = n.throughSocks(ctx, addr)
	} else {
		conn, err = n.throughHTTP(ctx, addr)
	}
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, pipeline.Fail(pipeline.Unreachable, "proxy "+proxyAddr(n.o.Proxy)+": "+err.Error())
}

func (n *Net) throughSocks(ctx context.Context, addr string) (net.Conn, error) {
	var auth *proxy.Auth
	if user := n.o.Proxy.User; user != nil {
		secret, _ := user.Password()
		auth = &proxy.Auth{User: user.Username(), Password: secret}
	}
	d, err := proxy.SOCKS5("tcp", proxyAddr(n.o.Proxy), auth, proxyDialer{n})
	if err != nil {
		return nil, err
	}
	if d, ok := d.(proxy.ContextDialer); ok {
		return d.DialContext(ctx, "tcp", addr)
	}
	return nil, errors.New("the proxy library can't be cancelled")
}

func (n *Net) throughHTTP(ctx context.Context, addr string) (net.Conn, error) {
	conn, err := proxyDialer{n}.DialContext(ctx, "tcp", "")
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	tunnel, err := n.tunnel(ctx, conn, addr)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return tunnel, nil
}

// tunnel asks an HTTP proxy for a connection.
func (n *Net) tunnel(ctx context.Context, conn net.Conn, addr string) (net.Conn, error) {
	u := n.o.Proxy
	if u.Scheme == "https" {
		c := tls.Client(conn, &tls.Config{ServerName: u.Hostname(), RootCAs: n.o.Roots, MinVersion: tls.VersionTLS12})
		if err := c.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		conn = c
	}
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{"User-Agent": {n.o.UserAgent}}}
	if u.User != nil {
		secret, _ := u.User.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+secret)))
	}
	if err := ask.Write(conn); err != nil {
		return nil, err
	}
	in := bufio.NewReader(io.LimitReader(conn, maxHeader))
	answer, err := http.ReadResponse(in, ask)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	if in.Buffered() > 0 {
		return nil, errors.New("it spoke before the server could")
	}
	return conn, nil
}

// proxyDialer dials the proxy itself, whatever address it is given. The
// operator named it, so the guard is not asked.
type proxyDialer struct{ n *Net }

func (d proxyDialer) Dial(network, addr string) (net.Conn, error) {
	return d.DialContext(d.n.ctx, network, addr)
}

func (d proxyDialer) DialContext(ctx context.Context, _, _ string) (conn net.Conn, err error) {
	host, port, err := net.SplitHostPort(proxyAddr(d.n.o.Proxy))
	if err != nil {
		return nil, err
	}
	addrs, err := d.n.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		if conn, err = new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort(a.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
