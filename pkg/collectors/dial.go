package collectors

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"osint/pkg/pipeline"
)

const (
	dialTimeout = 8 * time.Second
	maxDials    = 3 // addresses of one name that are tried
)

// trail is the way a connection took: the address that the name gave, before
// any --connect-to. It is empty while there is no connection.
type trail struct {
	addr string // ip:port as resolved
}

func (t *trail) String() string {
	if t == nil || t.addr == "" {
		return ""
	}
	return "peer " + t.addr
}

// dial opens a TCP connection to host:port for a source, resolving and judging it.
// Its addresses are tried one after the other, in a fixed order. t, if not nil, is
// told the way it took. Errors hold a Failure.
func (n *Net) dial(ctx context.Context, source, hostport string, t *trail) (net.Conn, error) {
	if t == nil {
		t = new(trail)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(n.ctx, stop)()
	host, port, err := net.SplitHostPort(hostport)
	if err != nil || !isPort(port) {
		return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%.80q is not host:port", hostport))
	}
	permitted, named := n.guard.permits(source, hostport), false
	if to, gives, ok := n.led(true, port, host); ok {
		named, permitted = true, permitted || gives
		host, port, _ = net.SplitHostPort(to)
	}
	addrs, err := n.judged(ctx, host, permitted)
	if err != nil {
		return nil, err
	}
	var failed error
	for _, a := range addrs[:min(len(addrs), maxDials)] {
		to := net.JoinHostPort(a.String(), port)
		meant := to
		if wild, _, ok := n.led(false, port, a.String()); ok && !named {
			to = wild
		}
		conn, err := n.connect(ctx, to)
		if err == nil {
			t.addr = meant
			return n.hold(conn)
		}
		if failed == nil || Absent(failed) { // it is not there only if it is at none of them
			failed = err
		}
	}
	return nil, failed
}

// led returns where the first entry of --connect-to that matches one of a
// server's hosts leads, of those that name a host or of those that name none;
// and whether the entry gives the host itself.
func (n *Net) led(named bool, port string, hosts ...string) (to string, gives, ok bool) {
	for _, c := range n.o.ConnectTo {
		if (c.Host != "") != named {
			continue
		}
		for _, host := range hosts {
			if to, ok := c.to(host, port); ok {
				own, _, _ := net.SplitHostPort(c.Addr)
				return to, own != "", true
			}
		}
	}
	return "", false, false
}

// judged returns the addresses of a host that may be dialled. A name with one
// address that leads inward is refused whole: it can't be what it seems.
func (n *Net) judged(ctx context.Context, host string, permitted bool) ([]netip.Addr, error) {
	addrs, err := n.addresses(ctx, host)
	if err != nil || permitted {
		return addrs, err
	}
	for _, a := range addrs {
		if err := n.guard.judge(a); err != nil {
			if host == a.String() {
				return nil, err
			}
			return nil, pipeline.Fail(pipeline.Blocked, fmt.Sprintf("%s points at %s, which is not a public address: --allow-private permits it", host, a))
		}
	}
	return addrs, nil
}

// connect opens a connection to an address or a name that the operator gave,
// through the proxy if there is one.
func (n *Net) connect(ctx context.Context, hostport string) (conn net.Conn, err error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, err.Error())
	}
	addrs, err := n.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range addrs[:min(len(addrs), maxDials)] {
		if conn, err = n.open(ctx, net.JoinHostPort(a.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, failure(ctx, fmt.Errorf("connect to %s: %w", hostport, err))
}

// open opens one connection, through the proxy if there is one.
func (n *Net) open(ctx context.Context, addr string) (net.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	if n.o.Proxy != nil {
		return n.throughProxy(ctx, addr)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", addr)
}

// An openConn is a connection that ends with the Net.
type openConn struct {
	net.Conn
	net *Net
}

func (c *openConn) Close() error {
	c.net.mu.Lock()
	delete(c.net.live, c)
	c.net.mu.Unlock()
	return c.Conn.Close()
}

// hold notes an open connection, or closes it if the Net is closed already.
func (n *Net) hold(conn net.Conn) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ctx.Err() != nil {
		conn.Close()
		return nil, pipeline.Fail(pipeline.Cancelled, "the way out is closed")
	}
	c := &openConn{conn, n}
	n.live[c] = true
	return c, nil
}

// hangUp closes every open connection.
func (n *Net) hangUp() {
	n.mu.Lock()
	open := n.live
	n.live = map[*openConn]bool{}
	n.mu.Unlock()
	for c := range open {
		c.Conn.Close()
	}
}

func isPort(s string) bool {
	p, err := strconv.ParseUint(s, 10, 16)
	return err == nil && p > 0
}
