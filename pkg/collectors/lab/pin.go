package lab

import (
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/miekg/dns"
)

// pin is a TLSA record that a host has of the certificate that it presents.
type pin struct{ port, usage, selector, matching int }

func (p *pin) parse(arg string) error {
	if _, err := fmt.Sscan(arg, &p.port, &p.usage, &p.selector, &p.matching); err != nil || p.port < 1 || p.port > 65535 ||
		min(p.usage, p.selector, p.matching) < 0 || p.usage > 3 || p.selector > 1 || p.matching > 2 {
		return fmt.Errorf("tlsa wants a port and the numbers of usage, selector and matching, as in %q, not %q", "tlsa 25 3 1 1", arg)
	}
	return nil
}

// pins publishes the hosts' pins. That of an authority is the one that issued
// the certificate.
func (l *Lab) pins() error {
	for _, name := range slices.Sorted(maps.Keys(l.world.hosts)) {
		h := l.world.hosts[name]
		for _, p := range h.pins {
			c, err := l.authority.certificate(name, h.tls)
			if err != nil {
				return err
			}
			chain := c.Certificate
			if p.usage%2 == 0 {
				chain = chain[1:]
			}
			if len(chain) == 0 {
				return h.file.error(errors.New("tlsa: the host presents no authority that could be pinned"))
			}
			cert, err := x509.ParseCertificate(chain[0])
			if err != nil {
				return err
			}
			owner := fmt.Sprintf("_%d._tcp.%s.", p.port, name)
			rr := &dns.TLSA{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeTLSA, Class: dns.ClassINET, Ttl: 300}}
			if err := rr.Sign(p.usage, p.selector, p.matching, cert); err != nil {
				return err
			}
			if err := l.tree.add(l.tree.apex(owner, dns.TypeTLSA), rr); err != nil {
				return h.file.error(err)
			}
		}
	}
	return nil
}
