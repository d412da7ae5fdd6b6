package infrastructure

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// emitChain reports the certificate that a server presents and what it is
// worth. An error says that the certificate has more names than are told.
func emitChain(emit collectors.Emit, subject pipeline.Entity, h *collectors.Handshake, net *collectors.View) error {
	proof := []pipeline.ExchangeID{h.Exchange}
	leaf := h.State.PeerCertificates[0]
	sum := sha256.Sum256(leaf.Raw)
	cert := pipeline.Entity{Kind: pipeline.KindCertificate, Value: hex.EncodeToString(sum[:])}
	say := func(s pipeline.Entity, p pipeline.Predicate, object *pipeline.Entity, value any) {
		emit(pipeline.Observation{Subject: s, Predicate: p, Object: object, Value: value, Exchanges: proof})
	}
	if service, err := pipeline.NewEntity(pipeline.KindService, h.Addr+"/tcp"); err == nil {
		say(subject, "listens-on", &service, nil)
	}
	say(subject, "presents-certificate", &cert, nil)
	names := certNames(leaf.DNSNames)
	for _, n := range names[:min(len(names), maxCertNames)] {
		say(cert, "certified-for", &n.name, text(n.sort))
	}
	if by := issuerName(leaf); by != "" {
		if org, err := pipeline.NewEntity(pipeline.KindOrganization, by); err == nil {
			say(cert, "issued-by", &org, nil)
		}
	}
	kind, bits := publicKey(leaf)
	say(cert, "valid-from", nil, leaf.NotBefore)
	say(cert, "valid-until", nil, leaf.NotAfter)
	say(cert, "certificate-key", nil, map[string]any{"type": kind, "bits": bits})
	say(cert, "signature-algorithm", nil, leaf.SignatureAlgorithm.String())
	say(subject, "certificate-check", nil, checkChain(h.State.PeerCertificates, subject.Hostname(), net.Roots(), net.Now()))
	if len(names) > maxCertNames {
		return fmt.Errorf("the certificate has %d names, of which the first %d are told", len(names), maxCertNames)
	}
	return nil
}

// maxCertNames bounds how many names of one certificate are reported.
const maxCertNames = 100

// certName is a name that a certificate is for.
type certName struct {
	name pipeline.Entity
	sort string // "wildcard": for the names right below it; else ""
}

// certNames returns the DNS names of a certificate in its order, each once.
// What can be no name on the internet is left out.
func certNames(dns []string) []certName {
	var out []certName
	for _, s := range dns {
		rest, wild := strings.CutPrefix(s, "*.")
		name, err := pipeline.NewName(rest)
		if err != nil {
			continue
		}
		n := certName{name: name}
		if wild {
			n.sort = "wildcard"
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// checkChain judges a chain for a name: {trusted, name_match, self_signed,
// expired, reason, not_before, not_after, chain, key_type, key_bits,
// signature, weak_chain}.
func checkChain(chain []*x509.Certificate, name string, roots *x509.CertPool, now time.Time) map[string]any {
	leaf := chain[0]
	between := x509.NewCertPool()
	weak := false
	for i, c := range chain {
		if i > 0 {
			between.AddCert(c)
		}
		root := c.CheckSignatureFrom(c) == nil && i > 0
		weak = weak || !root && weakSignature(c.SignatureAlgorithm)
	}
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: inside(leaf, now)})
	reason := ""
	if err != nil {
		reason = err.Error()
	}
	kind, bits := publicKey(leaf)
	return map[string]any{
		"trusted": err == nil, "name_match": leaf.VerifyHostname(name) == nil, "reason": reason,
		"self_signed": leaf.Issuer.String() == leaf.Subject.String() && leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil,
		"expired":     now.After(leaf.NotAfter), "not_before": leaf.NotBefore.UTC().Format(time.RFC3339), "not_after": leaf.NotAfter.UTC().Format(time.RFC3339),
		"chain": len(chain), "key_type": kind, "key_bits": bits, "signature": leaf.SignatureAlgorithm.String(), "weak_chain": weak,
	}
}

// inside returns a time within the certificate's life: whether it has expired
// is said apart from whether it is trusted.
func inside(c *x509.Certificate, now time.Time) time.Time {
	if now.After(c.NotAfter) {
		return c.NotAfter
	}
	if now.Before(c.NotBefore) {
		return c.NotBefore
	}
	return now
}

func weakSignature(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

func publicKey(c *x509.Certificate) (kind string, bits int) {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA", k.Curve.Params().BitSize
	case ed25519.PublicKey:
		return "Ed25519", 256
	}
	return c.PublicKeyAlgorithm.String(), 0
}

func issuerName(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 {
		return c.Issuer.Organization[0]
	}
	return c.Issuer.CommonName
}
