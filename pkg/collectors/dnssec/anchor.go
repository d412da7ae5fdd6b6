package dnssec

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Anchors are DS and DNSKEY records of the root that are trusted first.
type Anchors []dns.RR

// root are the DS records of the root's key-signing keys: KSK-2017 (20326),
// and KSK-2024 (38696), published since January 2025 to take over. They are
// those of IANA's root-anchors.xml, compared on 2026-11-25 with the copies in
// Debian's dns-root-data and BIND's delv.
const root = `
. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
`

// RootAnchors returns the DS records of the root's own keys.
func RootAnchors() Anchors {
	anchors, err := ParseAnchors("", root)
	if err != nil {
		panic(err) // a constant: TestRootAnchors reads it
	}
	return anchors
}

// ParseAnchors reads DS and DNSKEY records of the root in master-file syntax.
// An error begins with "file:line:" where a line is to blame.
func ParseAnchors(file, text string) (Anchors, error) {
	var anchors Anchors
	zp := dns.NewZoneParser(strings.NewReader(text), ".", "")
	zp.SetDefaultTTL(0)
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		if err := usable(rr); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		anchors = append(anchors, rr)
	}
	if err := zp.Err(); err != nil {
		what, where, _ := strings.Cut(strings.TrimPrefix(err.Error(), "dns: "), " at line: ")
		line, _, _ := strings.Cut(where, ":")
		return nil, fmt.Errorf("%s:%s: %s", file, line, what)
	}
	if len(anchors) == 0 {
		return nil, fmt.Errorf("%s: there is no DS or DNSKEY record in it", file)
	}
	return anchors, nil
}

// usable says why a record can't be trusted first.
func usable(rr dns.RR) error {
	name := rr.Header().Name
	var algorithm uint8
	switch rr := rr.(type) {
	case *dns.DS:
		if algorithm = rr.Algorithm; !knownDigest(rr) {
			return fmt.Errorf("the DS record of key %d has a digest that is not known here, or of the wrong length: want type 2 (SHA-256) or 4 (SHA-384)", rr.KeyTag)
		}
	case *dns.DNSKEY:
		if algorithm = rr.Algorithm; !signsZones(rr) || Bits(rr) == 0 {
			return fmt.Errorf("the key %d signs no zone: it is revoked, not a zone key, or can't be read", rr.KeyTag())
		}
	default:
		return fmt.Errorf("the %s record of %s: a trust anchor is a DS or DNSKEY record of the root", dns.Type(rr.Header().Rrtype), name)
	}
	if name != "." {
		return fmt.Errorf("a record of %s: the chain begins at the root, so its owner must be \".\"", name)
	}
	if !knownAlgorithm(algorithm) {
		return fmt.Errorf("algorithm %d is not known here: there are %s", algorithm, known)
	}
	return nil
}
