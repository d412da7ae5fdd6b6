package collectors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

const (
	dialTimeout = 8 * time.Second
	nameTTL     = time.Minute // how long a name resolved for dialling is remembered
	maxDials    = 3           // addresses of one name that are tried
)

// resolved is what a name pointed at.
type resolved struct {
	addrs []netip.Addr
	at    time.Time
}

// trail is the way a connection took: the address that the name gave, before
// any --connect-to. net/http may still dial when its request has been given
// up, so it has a lock.
type trail struct {
	mu   sync.Mutex
	addr string // ip:port as resolved
}

func (t *trail) take(addr string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.addr = addr
}

// peer returns the address; "" if it never came so far.
func (t *trail) peer() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.addr
}

func (t *trail) String() string {
	if addr := t.peer(); addr != "" {
		return "peer " + addr
	}
	return ""
}

// dial opens a TCP connection to host:port, resolving and judging it. t, if
// not nil, is told the way it took.
func (n *Net) dial(ctx context.Context, hostport string, t *trail) (net.Conn, error) {
	if t == nil {
		t = new(trail)
	}
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, err.Error())
	}
	for _, c := range n.o.ConnectTo {
		if c.Host == "" {
			continue
		}
		if to, ok := c.to(host, port); ok {
			t.take(hostport)
			return n.connect(ctx, to)
		}
	}
	addrs, err := n.resolve(ctx, host, hostport)
	if err != nil {
		return nil, err
	}
	var last error
	for _, a := range addrs[:min(len(addrs), maxDials)] {
		to := netip.AddrPortFrom(a, portNumber(port)).String()
		t.take(to)
		conn, err := n.connect(ctx, n.lead(a.String(), port, to))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}

// lead applies the wildcards to an address that was judged.
func (n *Net) lead(host, port, to string) string {
	for _, c := range n.o.ConnectTo {
		if c.Host == "" {
			if led, ok := c.to(host, port); ok {
				return led
			}
		}
	}
	return to
}

// resolve returns the addresses of a host, IPv4 first, every one of them
// judged: a name with one inward address is refused whole.
func (n *Net) resolve(ctx context.Context, host, hostport string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		if n.guard.permits(hostport) {
			return []netip.Addr{a}, nil
		}
		return []netip.Addr{a}, n.guard.judge(a)
	}
	addrs, err := n.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	if n.guard.permits(hostport) {
		return addrs, nil
	}
	for _, a := range addrs {
		if err := n.guard.judge(a); err != nil {
			return nil, pipeline.Fail(pipeline.Blocked, fmt.Sprintf("%s points at %s, which is not a public address: --allow-private permits it", host, a))
		}
	}
	return addrs, nil
}

// addresses asks the resolvers for a name's addresses, once a minute.
func (n *Net) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	known, ok := n.found[host]
	n.mu.Unlock()
	if ok && n.now().Sub(known.at) < nameTTL {
		return known.addrs, nil
	}
	if host == "localhost" { // never asked of a resolver
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	var addrs []netip.Addr
	failed := errNoAddress
	for _, r := range n.dns.Ask(ctx, []resolver.Question{{Name: host, Type: dns.TypeA}, {Name: host, Type: dns.TypeAAAA}}) {
		if r.Err != nil {
			failed = r.Err
			continue
		}
		if r.Msg.Rcode != dns.RcodeSuccess && r.Msg.Rcode != dns.RcodeNameError {
			failed = errors.New(dns.RcodeToString[r.Msg.Rcode])
		}
		for _, rr := range r.Msg.Answer {
			switch rr := rr.(type) {
			case *dns.A:
				if a, ok := netip.AddrFromSlice(rr.A.To4()); ok {
					addrs = append(addrs, a)
				}
			case *dns.AAAA:
				if a, ok := netip.AddrFromSlice(rr.AAAA); ok {
					addrs = append(addrs, a.Unmap())
				}
			}
		}
	}
	if len(addrs) == 0 {
		return nil, failure(ctx, fmt.Errorf("resolve %s: %w", host, failed))
	}
	slices.SortStableFunc(addrs, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	n.mu.Lock()
	n.found[host] = resolved{addrs, n.now()}
	n.mu.Unlock()
	return addrs, nil
}

// connect opens the connection, through the proxy if there is one.
func (n *Net) connect(ctx context.Context, addr string) (net.Conn, error) {
	ctx, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	var conn net.Conn
	var err error
	if n.o.Proxy != nil {
		conn, err = throughProxy(ctx, n.o.Proxy, addr)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", addr)
	}
	if err != nil {
		return nil, failure(ctx, fmt.Errorf("connect to %s: %w", addr, err))
	}
	return conn, nil
}

// absent is the failure of a name that does not exist, or of a port where
// nobody listens. Of a source it says that the source is out of reach; of the
// subject's own server it is the answer that there is none.
type absent struct{ *pipeline.Failure }

func (a absent) Unwrap() error { return a.Failure }

// Absent reports whether an error says for certain that there is no such
// server.
func Absent(err error) bool {
	var a absent
	return errors.As(err, &a)
}

// failure gives an error of the network its outcome. A Failure stays what it
// is.
func failure(ctx context.Context, err error) error {
	var f *pipeline.Failure
	var slow net.Error
	var gone absent
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone):
		return gone
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.Canceled):
		return pipeline.Fail(pipeline.Cancelled, "broken off")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, resolver.ErrTimeout), errors.As(err, &slow) && slow.Timeout():
		return pipeline.Fail(pipeline.Timeout, err.Error())
	}
	f = pipeline.Fail(pipeline.Unreachable, plain(err))
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, errNoAddress) {
		return absent{f}
	}
	return f
}

// plain is an error's text without this machine's ports, which differ from
// run to run.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Source != nil {
		return op.Op + ": " + op.Err.Error()
	}
	return err.Error()
}

// errNoAddress is the resolvers' word that a name has no address.
var errNoAddress = errors.New("no such name, or no address")

func portNumber(s string) uint16 {
	p, err := net.LookupPort("tcp", s)
	if err != nil {
		return 0
	}
	return uint16(p)
}
