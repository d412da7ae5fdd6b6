package threat

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// What all block lists have in common that are kept as zones of DNS (RFC 5782).

// labelIn is what a name or an address is called in a zone: the name itself, or
// the address's bytes, an IPv6 address's nibbles, last first. A hidden service of
// Tor is called nothing there: DNS is not to hear of it (RFC 7686).
func labelIn(zone string, e pipeline.Entity) (string, error) {
	if e.Kind != pipeline.KindIP {
		switch {
		case e.Value == "onion" || strings.HasSuffix(e.Value, ".onion"):
			return "", pipeline.Fail(pipeline.Skipped, "a hidden service of Tor is not asked for in DNS")
		case len(e.Value)+1+len(zone) > 253:
			return "", pipeline.Fail(pipeline.Skipped, "the name is too long to be asked about")
		}
		return e.Value, nil
	}
	p, err := prefixOf(e)
	if err != nil {
		return "", err
	}
	labels := strings.Split(p.Addr().String(), ".")
	if p.Addr().Is6() {
		labels = strings.Split(hex.EncodeToString(p.Addr().AsSlice()), "")
	}
	slices.Reverse(labels)
	return strings.Join(labels, "."), nil
}

// blockCodes returns the addresses that a zone answered with, each once, in order.
func blockCodes(r *collectors.Reply) (codes []string) {
	var addrs []netip.Addr
	for _, rr := range r.Records() {
		if a, ok := rr.(*dns.A); ok {
			if code, ok := netip.AddrFromSlice(a.A.To4()); ok {
				addrs = append(addrs, code)
			}
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	for _, a := range slices.Compact(addrs) {
		codes = append(codes, a.String())
	}
	return codes
}

// wholeOr makes of half an answer none: a question without its trials says
// nothing, nor do the trials without their question.
func wholeOr(err error, list string) error {
	var f *pipeline.Failure
	if errors.As(err, &f) && f.Outcome == pipeline.Partial {
		return pipeline.Fail(pipeline.Unreachable, list+f.Reason)
	}
	return err
}
