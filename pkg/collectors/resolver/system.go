package resolver

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/miekg/dns"
)

// System returns the servers that /etc/resolv.conf names.
func System() ([]netip.AddrPort, error) { return readConf("/etc/resolv.conf") }

func readConf(path string) ([]netip.AddrPort, error) {
	conf, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("resolvers of this system: %w; name one with --resolver HOST:PORT", err)
	}
	var out []netip.AddrPort
	for _, s := range conf.Servers {
		a, err := netip.ParseAddrPort(net.JoinHostPort(s, conf.Port))
		if err != nil {
			return nil, fmt.Errorf("%s names the server %q, which is not an address; name one with --resolver HOST:PORT", path, s)
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s names no server; name one with --resolver HOST:PORT", path)
	}
	return out, nil
}
