package lab

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// nobody is a port of this machine where nothing listens.
const nobody = "127.0.0.1:1"

// closed returns the routes to the subjects' hosts that serve nothing at a
// port. All hosts share the lab's ports, so that without these a host without
// a web server would be a host that hangs up. A name that leads inward gets
// none: naming a host permits its address.
func (l *Lab) closed() (routes []string) {
	for _, name := range l.hostnames() {
		if !l.ofSubject(name) {
			continue
		}
		http, https := l.serves(name)
		switch {
		case !http && !https:
			routes = append(routes, name+"::"+nobody)
		case !http:
			routes = append(routes, name+":80:"+nobody)
		case !https:
			routes = append(routes, name+":443:"+nobody)
		}
	}
	return routes
}

// hostnames returns the names that lead to public addresses.
func (l *Lab) hostnames() (names []string) {
	for _, owner := range slices.Sorted(maps.Keys(l.tree.records)) {
		name := strings.TrimSuffix(owner, ".")
		if !strings.ContainsAny(name, `_*\`) && l.tree.public(name) {
			names = append(names, name)
		}
	}
	return names
}

// serves reports at which of the web's ports a host listens.
func (l *Lab) serves(name string) (http, https bool) {
	h := l.host(name)
	return l.site("http", name) != nil, l.site("https", name) != nil || h != nil && h.tls.given
}

// closedAddresses returns the routes to the web's ports of addresses at which
// no host serves anything: for who comes without a name.
func (l *Lab) closedAddresses() (routes []string) {
	var addrs []netip.Addr
	open := map[string]bool{}
	note := func(name string, addrs []netip.Addr) {
		http, https := l.serves(name)
		for _, a := range addrs {
			open[route(a, "80")] = open[route(a, "80")] || http
			open[route(a, "443")] = open[route(a, "443")] || https
		}
	}
	for _, name := range l.hostnames() {
		at := l.tree.addresses(name)
		addrs = append(addrs, at...)
		note(name, at)
	}
	for key := range l.world.sites {
		_, host, _ := strings.Cut(key, "://")
		if a, err := netip.ParseAddr(host); err == nil {
			note(host, []netip.Addr{a})
		} else if !strings.HasPrefix(host, "*.") {
			note(host, l.tree.addresses(host))
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	for _, a := range slices.Compact(addrs) {
		for _, port := range []string{"80", "443"} {
			if !open[route(a, port)] && l.world.speakers[speakerAt(a, port)] == nil {
				routes = append(routes, route(a, port)+":"+nobody)
			}
		}
	}
	return routes
}

// ofSubject reports whether a name is a seed or lies below one.
func (l *Lab) ofSubject(name string) bool {
	for at := dns.CanonicalName(name); at != "."; at = parent(at) {
		if l.seeds[at] {
			return true
		}
	}
	return false
}

// reserved are the ranges that documentation may use.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
}

// public reports whether a name has addresses, and all in reserved ranges.
func (t *tree) public(name string) bool {
	addrs := t.addresses(name)
	inward := func(a netip.Addr) bool {
		return !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return len(addrs) > 0 && !slices.ContainsFunc(addrs, inward)
}

// addresses returns what a name leads to, by whatever aliases.
func (t *tree) addresses(name string) (addrs []netip.Addr) {
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		m := new(dns.Msg)
		t.resolve(m, dns.Question{Name: dns.Fqdn(name), Qtype: kind, Qclass: dns.ClassINET})
		for _, rr := range m.Answer {
			var ip []byte
			switch rr := rr.(type) {
			case *dns.A:
				ip = rr.A
			case *dns.AAAA:
				ip = rr.AAAA
			}
			if a, ok := netip.AddrFromSlice(ip); ok {
				addrs = append(addrs, a.Unmap())
			}
		}
	}
	return addrs
}
