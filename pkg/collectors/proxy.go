package collectors

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/net/proxy"
)

// throughProxy opens a connection to addr through an HTTP or SOCKS proxy.
func throughProxy(ctx context.Context, p *url.URL, addr string) (net.Conn, error) {
	if p.Scheme == "socks5" {
		d, err := proxy.FromURL(p, new(net.Dialer))
		if err != nil {
			return nil, err
		}
		if d, ok := d.(proxy.ContextDialer); ok {
			return d.DialContext(ctx, "tcp", addr)
		}
		return nil, errors.New("the proxy library can't be cancelled")
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", proxyAddr(p))
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	head := http.Header{}
	if p.User != nil {
		secret, _ := p.User.Password()
		head.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.User.Username()+":"+secret)))
	}
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: head}
	if err := ask.Write(conn); err != nil {
		conn.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	in := bufio.NewReaderSize(conn, 4096)
	answer, err := http.ReadResponse(in, ask)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("proxy: %w", err)
	}
	if answer.StatusCode != http.StatusOK || in.Buffered() > 0 {
		conn.Close()
		return nil, fmt.Errorf("proxy answered %s", answer.Status)
	}
	return conn, nil
}
