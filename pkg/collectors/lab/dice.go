package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/miekg/dns"
)

// zoneKey is a key that signs a zone.
type zoneKey struct {
	record *dns.DNSKEY
	signer crypto.Signer
}

const (
	zsk = dns.ZONE
	ksk = dns.ZONE | dns.SEP
)

// newZoneKey makes a key of a seed: the same in every lab, so that a case that
// is resumed meets the keys that it met before. What a lab signs is worth
// nothing outside of it.
func newZoneKey(origin string, flags uint16, s signing, role string) (*zoneKey, error) {
	d := &dice{seed: fmt.Sprintf("lab key of %s, %s, %d, %d", origin, role, s.algorithm, s.bits)}
	signer, public, err := d.key(s.algorithm, s.bits)
	if err != nil {
		return nil, fmt.Errorf("make a key for %s: %w", origin, err)
	}
	return &zoneKey{&dns.DNSKEY{Hdr: dns.RR_Header{Name: origin, Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: flags, Protocol: 3, Algorithm: s.algorithm, PublicKey: base64.StdEncoding.EncodeToString(public)}, signer}, nil
}

// hashOf says whether the lab can sign with an algorithm.
func hashOf(algorithm uint8) (crypto.Hash, error) {
	switch algorithm {
	case dns.RSASHA1, dns.RSASHA1NSEC3SHA1, dns.RSASHA256, dns.RSASHA512, dns.ECDSAP256SHA256, dns.ECDSAP384SHA384, dns.ED25519:
		return dns.AlgorithmToHash[algorithm], nil
	}
	return 0, fmt.Errorf("no keys of algorithm %d are made here", algorithm)
}

// dice is a stream of bytes that a seed settles.
type dice struct {
	seed  string
	count uint64
}

func (d *dice) bytes(n int) (b []byte) {
	for len(b) < n {
		d.count++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(d.seed), d.count))
		b = append(b, sum[:]...)
	}
	return b[:n]
}

// key makes a private key and its public half as a DNSKEY record has it.
func (d *dice) key(algorithm uint8, bits int) (crypto.Signer, []byte, error) {
	switch algorithm {
	case dns.ED25519:
		key := ed25519.NewKeyFromSeed(d.bytes(ed25519.SeedSize))
		return key, key.Public().(ed25519.PublicKey), nil
	case dns.ECDSAP256SHA256:
		return d.ecdsa(elliptic.P256())
	case dns.ECDSAP384SHA384:
		return d.ecdsa(elliptic.P384())
	}
	return d.rsa(bits)
}

func (d *dice) ecdsa(curve elliptic.Curve) (crypto.Signer, []byte, error) {
	raw := d.bytes(curve.Params().BitSize / 8)
	raw[0] &= 0x7f // below the order
	key, err := ecdsa.ParseRawPrivateKey(curve, raw)
	if err != nil {
		return nil, nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, nil, err
	}
	return key, point[1:], nil // without the byte that says it is not compressed
}

// rsa makes a key by RFC 8017, 3.2, its primes found in the stream.
func (d *dice) rsa(bits int) (crypto.Signer, []byte, error) {
	const exponent = 65537
	key := &rsa.PrivateKey{}
	p, q := d.prime(bits/2), d.prime(bits/2)
	key.Primes, key.E = []*big.Int{p, q}, exponent
	key.N = new(big.Int).Mul(p, q)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key.D = new(big.Int).ModInverse(big.NewInt(exponent), phi)
	if key.D == nil || p.Cmp(q) == 0 {
		return d.rsa(bits)
	}
	key.Precompute()
	return key, append([]byte{3, 1, 0, 1}, key.N.Bytes()...), key.Validate() // RFC 3110, 2
}

func (d *dice) prime(bits int) *big.Int {
	for {
		b := d.bytes(bits / 8)
		b[0] |= 0xc0 // so that the product has all its bits
		b[len(b)-1] |= 1
		if p := new(big.Int).SetBytes(b); p.ProbablyPrime(20) {
			return p
		}
	}
}
