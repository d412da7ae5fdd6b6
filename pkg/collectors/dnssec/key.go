package dnssec

import (
	"encoding/base64"
	"strings"

	"github.com/miekg/dns"
)

// known names the algorithms whose signatures can be checked here.
const known = "5, 7, 8, 10 (RSA), 13, 14 (ECDSA) and 15 (Ed25519)"

func knownAlgorithm(a uint8) bool {
	switch a {
	case dns.RSASHA1, dns.RSASHA1NSEC3SHA1, dns.RSASHA256, dns.RSASHA512, dns.ECDSAP256SHA256, dns.ECDSAP384SHA384, dns.ED25519:
		return true
	}
	return false
}

// digests are the lengths, in hex digits, of the digests that are known here.
var digests = map[uint8]int{dns.SHA1: 40, dns.SHA256: 64, dns.SHA384: 96}

func knownDigest(ds *dns.DS) bool {
	return digests[ds.DigestType] != 0 && len(ds.Digest) == digests[ds.DigestType]
}

// signsZones reports whether a key may sign its zone: RFC 4034, 2.1, and not
// revoked (RFC 5011, 2.1).
func signsZones(k *dns.DNSKEY) bool {
	return k.Flags&dns.ZONE != 0 && k.Flags&dns.REVOKE == 0 && k.Protocol == 3
}

// matches reports whether a DS or DNSKEY record names the key.
func matches(anchor dns.RR, k *dns.DNSKEY) bool {
	switch a := anchor.(type) {
	case *dns.DNSKEY:
		return a.Algorithm == k.Algorithm && a.Protocol == k.Protocol && a.Flags == k.Flags && a.PublicKey == k.PublicKey
	case *dns.DS:
		return Matches(a, k)
	}
	return false
}

// Matches reports whether a DS record is of the key.
func Matches(ds *dns.DS, k *dns.DNSKEY) bool {
	if ds.KeyTag != k.KeyTag() || ds.Algorithm != k.Algorithm || !knownDigest(ds) {
		return false
	}
	own := k.ToDS(ds.DigestType)
	return own != nil && strings.EqualFold(own.Digest, ds.Digest)
}

// Bits returns the length of a key in bits, of RSA that of its modulus; 0 if
// it can't be read.
func Bits(k *dns.DNSKEY) int {
	raw, err := base64.StdEncoding.DecodeString(k.PublicKey)
	if err != nil || len(raw) == 0 {
		return 0
	}
	switch k.Algorithm {
	case dns.RSAMD5, dns.RSASHA1, dns.RSASHA1NSEC3SHA1, dns.RSASHA256, dns.RSASHA512:
		return modulus(raw)
	case dns.DSA, dns.DSANSEC3SHA1: // RFC 2536, 2: the first byte is T
		return 512 + 64*int(raw[0])
	case dns.ECDSAP256SHA256, dns.ECDSAP384SHA384:
		return len(raw) * 4 // a point is two numbers
	case dns.ED448:
		return 456
	}
	return len(raw) * 8
}

// modulus measures an RSA key (RFC 3110, 2): the exponent's length in one
// byte, or in two after a zero; the exponent; the modulus.
func modulus(raw []byte) int {
	n, at := int(raw[0]), 1
	if n == 0 {
		if len(raw) < 3 {
			return 0
		}
		n, at = int(raw[1])<<8|int(raw[2]), 3
	}
	if at+n >= len(raw) {
		return 0
	}
	m := raw[at+n:]
	for len(m) > 0 && m[0] == 0 {
		m = m[1:]
	}
	if len(m) == 0 {
		return 0
	}
	bits := len(m) * 8
	for top := m[0]; top&0x80 == 0; top <<= 1 {
		bits--
	}
	return bits
}
