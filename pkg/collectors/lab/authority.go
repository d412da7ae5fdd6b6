package lab

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// authority issues the certificates of a lab. Each is made when it is first
// asked for and kept until the lab closes.
type authority struct {
	day   time.Time
	root  *signer
	inter *signer
	other *signer // that nobody trusts

	mu   sync.Mutex
	made map[string]func() (*tls.Certificate, error)
}

// signer is a CA: its certificate and key.
type signer struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func newAuthority(day time.Time) (*authority, error) {
	a := &authority{day: day, made: map[string]func() (*tls.Certificate, error){}}
	var err error
	if a.root, err = a.ca("Lab Root CA", nil); err != nil {
		return nil, err
	}
	if a.inter, err = a.ca("Lab Issuing CA", a.root); err != nil {
		return nil, err
	}
	a.other, err = a.ca("Unknown CA", nil)
	return a, err
}

func (a *authority) ca(name string, by *signer) (*signer, error) {
	key, err := newKey(name, "")
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Lab"}},
		SerialNumber:          serial(name),
		NotBefore:             a.day.AddDate(-5, 0, 0),
		NotAfter:              a.day.AddDate(5, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if by == nil {
		by = &signer{t, key}
	}
	return sign(t, key, by)
}

func sign(t *x509.Certificate, key crypto.Signer, by *signer) (*signer, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, by.cert, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &signer{cert, key}, err
}

// serial gives equal names equal serial numbers, in every lab.
func serial(name string) *big.Int {
	sum := sha256.Sum256([]byte(name))
	sum[0] &= 0x7f
	return new(big.Int).SetBytes(sum[:16])
}

// pem returns the root, which a client is to trust.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.cert.Raw})
}

func (a *authority) certificate(name string, s tlsSettings) (*tls.Certificate, error) {
	a.mu.Lock()
	m := a.made[name]
	if m == nil {
		m = sync.OnceValues(func() (*tls.Certificate, error) { return a.issue(name, s) })
		a.made[name] = m
	}
	a.mu.Unlock()
	return m() // outside the lock: an RSA key takes its time
}

func (a *authority) issue(name string, s tlsSettings) (*tls.Certificate, error) {
	key, err := newKey(name, s.key)
	if err != nil {
		return nil, err
	}
	t := a.leaf(name, s)
	by, chain := a.inter, [][]byte{a.inter.cert.Raw}
	switch {
	case s.issuer == "self-signed":
		by, chain = &signer{t, key}, nil
	case s.issuer == "untrusted":
		by, chain = a.other, nil
	case s.lacksLink:
		chain = nil
	}
	if err := s.word.put(t); err != nil {
		return nil, err
	}
	if s.sha1 {
		t.SignatureAlgorithm = x509.ECDSAWithSHA1
		if _, ok := by.key.(*rsa.PrivateKey); ok {
			t.SignatureAlgorithm = x509.SHA1WithRSA
		}
	}
	made, err := sign(t, key, by)
	if err != nil {
		return nil, err
	}
	raw := made.cert.Raw
	if s.broken != "" {
		raw = broken(s.broken, raw, t.DNSNames)
	}
	c := &tls.Certificate{Certificate: append([][]byte{raw}, chain...), PrivateKey: key, Leaf: made.cert}
	if s.word.stapled {
		c.OCSPStaple, err = a.vouch(made.cert.SerialNumber, s.word.revoked)
	}
	return c, err
}

// broken returns what stands where a certificate should: garbage is no DER at
// all; malformed has names outside of ASCII, which RFC 5280 (4.2.1.6) forbids
// and strict parsers refuse.
func broken(how string, der []byte, names []string) []byte {
	if how == "garbage" {
		return bytes.Repeat([]byte("not a certificate "), 40)
	}
	der = bytes.Clone(der)
	for _, n := range names {
		for rest := der; ; {
			i := bytes.Index(rest, []byte(n))
			if i < 0 {
				break
			}
			rest[i] |= 0x80
			rest = rest[i:]
		}
	}
	return der
}

// leaf describes the certificate of a host, valid for 90 days of which 60 are
// left unless the world says otherwise.
func (a *authority) leaf(name string, s tlsSettings) *x509.Certificate {
	names := s.names
	if len(names) == 0 {
		names = []string{name}
	}
	if s.from == 0 && s.to == 0 {
		s.from, s.to = -30*24*time.Hour, 60*24*time.Hour
	}
	t := &x509.Certificate{
		Subject:      pkix.Name{CommonName: names[0]},
		SerialNumber: serial(name),
		NotBefore:    a.day.Add(s.from),
		NotAfter:     a.day.Add(s.to),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if org := s.subject.render(a.day); len(org) > 0 {
		t.Subject.Organization = []string{string(org)}
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, n)
	}
	return t
}

// newKey makes a key of its owner's name, the same in every lab: what is
// pinned in DNS stays what is presented.
func newKey(owner, kind string) (key crypto.Signer, err error) {
	d := &dice{seed: "lab key of " + owner + ", " + kind}
	switch kind {
	case "rsa-1024":
		key, _, err = d.rsa(1024)
	case "rsa-2048":
		key, _, err = d.rsa(2048)
	case "ecdsa-p224":
		key, _, err = d.ecdsa(elliptic.P224())
	case "ecdsa-p384":
		key, _, err = d.ecdsa(elliptic.P384())
	default:
		key, _, err = d.ecdsa(elliptic.P256())
	}
	return key, err
}
