package collectors

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// ConnectTo says: instead of Host:Port, connect to Addr. An entry that names
// a host takes effect before the name is resolved, and permits its address.
// One with an empty host applies to whatever address was about to be dialled,
// after the guard has judged that address: a wildcard lifts no guard. An
// empty port matches any.
type ConnectTo struct {
	Host, Port string
	Addr       string // host:port; an empty half keeps what was asked for
}

// ParseConnectTo reads HOST:PORT:ADDR:PORT as curl means it; IPv6 addresses
// stand in brackets.
func ParseConnectTo(s string) (ConnectTo, error) {
	var parts []string
	for rest := s; len(parts) < 4; {
		var part string
		if strings.HasPrefix(rest, "[") {
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				break
			}
			part, rest = rest[1:end], rest[end+1:]
			rest = strings.TrimPrefix(rest, ":")
		} else if len(parts) == 3 {
			part, rest = rest, ""
		} else {
			var ok bool
			if part, rest, ok = strings.Cut(rest, ":"); !ok {
				break
			}
		}
		parts = append(parts, part)
	}
	if len(parts) != 4 || strings.ContainsAny(s, "@/ ") || !portOrNone(parts[1]) || !portOrNone(parts[3]) || strings.ContainsAny(parts[0]+parts[2], "[]") {
		return ConnectTo{}, fmt.Errorf("--connect-to %q: want HOST:PORT:ADDR:PORT, such as ::127.0.0.1:8443 or www.example.com:443:192.0.2.1:443", s)
	}
	return ConnectTo{Host: strings.ToLower(parts[0]), Port: parts[1], Addr: net.JoinHostPort(parts[2], parts[3])}, nil
}

func portOrNone(s string) bool { return s == "" || isPort(s) }

// String returns the entry as ParseConnectTo reads it.
func (c ConnectTo) String() string {
	host, port, _ := net.SplitHostPort(c.Addr)
	return bracket(c.Host) + ":" + c.Port + ":" + bracket(host) + ":" + port
}

func bracket(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// to returns where to go instead of host:port, if the entry matches.
func (c ConnectTo) to(host, port string) (string, bool) {
	if c.Host != "" && !strings.EqualFold(c.Host, host) || c.Port != "" && c.Port != port {
		return "", false
	}
	h, p, _ := net.SplitHostPort(c.Addr)
	if h == "" {
		h = host
	}
	if p == "" {
		p = port
	}
	return net.JoinHostPort(h, p), true
}

// staysHere reports whether what is sent to an address does not leave this
// machine: its host is a loopback address, or is led to one.
func (n *Net) staysHere(u *url.URL) bool {
	host, port, err := net.SplitHostPort(hostOf(u))
	if err != nil || n.o.Proxy != nil {
		return false
	}
	for _, named := range []bool{true, false} {
		if to, _, ok := n.led(named, port, host); ok {
			host, _, _ = net.SplitHostPort(to)
			break
		}
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// inward reports whether the options lead every question to this machine, as
// those of a lab do.
func (o Options) inward() bool {
	all := false
	for _, c := range o.ConnectTo {
		host, _, _ := net.SplitHostPort(c.Addr)
		if a, err := netip.ParseAddr(host); err != nil || !a.IsLoopback() {
			return false
		}
		all = all || c.Host == "" && c.Port == ""
	}
	return all && len(o.Endpoints) == 0 && o.Proxy == nil && len(o.Resolvers) > 0 &&
		!slices.ContainsFunc(o.Resolvers, func(r netip.AddrPort) bool { return !r.Addr().IsLoopback() })
}
