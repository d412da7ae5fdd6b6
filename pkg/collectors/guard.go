package collectors

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"osint/pkg/pipeline"
)

// guard decides which addresses may be dialled: public ones, and for a source the
// one that the operator named as its base. Documentation ranges count as public.
type guard struct {
	all   bool
	named map[string]string // host:port, as asked for, by source
}

// inward are the ranges that no name on the internet has a good reason to
// point at.
var inward = func() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
		"::/96", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "100::/64", "64:ff9b:1::/48",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// cloud are further addresses at which a cloud's machines find what is theirs
// alone.
var cloud = netip.MustParsePrefix("168.63.129.16/32")

func newGuard(o Options) (guard, error) {
	g := guard{all: o.AllowPrivate, named: map[string]string{}}
	bases := maps.Clone(o.Bases)
	if bases == nil {
		bases = map[string]string{}
	}
	maps.Copy(bases, o.Endpoints)
	for name, base := range bases {
		hostport := base
		if u, err := url.Parse(base); err == nil && u.Host != "" {
			hostport = u.Host
			if u.Port() == "" {
				hostport = net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
			}
		}
		if _, _, err := net.SplitHostPort(hostport); err != nil {
			return g, fmt.Errorf("--endpoint %s=%s: want a URL, or HOST:PORT for whois", name, withoutUser(base))
		}
		g.named[name] = strings.ToLower(hostport)
	}
	return g, nil
}

// permits reports whether the operator named host:port for a source. It permits
// nothing to others: what the subject's server leads to is not the operator's wish.
func (g guard) permits(source, hostport string) bool {
	return g.all || g.named[source] != "" && g.named[source] == strings.ToLower(hostport)
}

// judge returns a Failure for an address that leads inward. An IPv4 address
// inside an IPv6 one is judged too.
func (g guard) judge(a netip.Addr) error {
	if g.all {
		return nil
	}
	barred := pipeline.Fail(pipeline.Blocked, fmt.Sprintf("%s is not a public address: --allow-private permits it", a))
	if a.Zone() != "" || cloud.Contains(a.Unmap()) {
		return barred
	}
	for _, x := range append([]netip.Addr{a.Unmap()}, embedded(a)...) {
		for _, p := range inward {
			if p.Contains(x) {
				return barred
			}
		}
	}
	return nil
}

// withoutUser cuts what stands before an @, which may be a password.
func withoutUser(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return "…" + s[i:]
	}
	return s
}

// embedded returns the IPv4 addresses that NAT64, 6to4 and Teredo carry.
func embedded(a netip.Addr) []netip.Addr {
	if !a.Is6() || a.Is4In6() {
		return nil
	}
	b := a.As16()
	four := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	switch {
	case netip.MustParsePrefix("64:ff9b::/96").Contains(a):
		return []netip.Addr{four(12)}
	case b[0] == 0x20 && b[1] == 0x02:
		return []netip.Addr{four(2)}
	case netip.MustParsePrefix("2001::/32").Contains(a):
		x := four(12).As4()
		for i := range x {
			x[i] = ^x[i]
		}
		return []netip.Addr{netip.AddrFrom4(x)}
	}
	return nil
}
