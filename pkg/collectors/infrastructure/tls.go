package infrastructure

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// tlsHandshake looks at the certificate and the protocol versions that a
// name's HTTPS server offers. The server can see it.
func tlsHandshake() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "tls", Title: "Certificate and TLS versions of the subject's own server", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"listens-on", "presents-certificate", "certified-for", "issued-by", "valid-from", "valid-until",
				"certificate-key", "signature-algorithm", "certificate-check", "tls-version", "tls-cipher"},
			Emits:   []pipeline.Category{pipeline.Technical, pipeline.Registration},
			Mode:    pipeline.Active,
			Source:  ownServers(),
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Grade:   pipeline.Own,
			Origin:  "subject",
			Ceiling: pipeline.Ceiling{Requests: 6},
			Timeout: 25 * time.Second,
		},
		Collect: shakeHands,
	}
}

// ownServers is the subject itself: whoever answers at its names.
func ownServers() pipeline.Source {
	return pipeline.Source{Name: "target", Family: "target", Commercial: pipeline.Yes, Verified: "2026-11-23", Slots: 64}
}

// offers are the handshakes that are tried, all at once: what a browser would
// offer, then each version alone, then only suites that nobody should accept.
var offers = []struct {
	name    string // "" is the one whose certificate is judged
	version uint16
	weak    bool
}{
	{"", 0, false},
	{"TLS 1.0", tls.VersionTLS10, false},
	{"TLS 1.1", tls.VersionTLS11, false},
	{"TLS 1.2", tls.VersionTLS12, false},
	{"TLS 1.3", tls.VersionTLS13, false},
	{"weak", tls.VersionTLS12, true},
}

func shakeHands(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	got := make([]*collectors.Handshake, len(offers))
	errs := make([]error, len(offers))
	var wg sync.WaitGroup
	for i := range offers {
		wg.Go(func() { got[i], errs[i] = net.TLS(ctx, subject.Hostname(), 443, offer(i)) })
	}
	wg.Wait()
	best := bestHandshake(got)
	if best == nil && collectors.Absent(errs[0]) {
		return nil // nobody listens: asked, and nothing there
	}
	if best == nil {
		return errors.Join(errs[0], noHandshake(errs[0], got[0]))
	}
	emitChain(emit, subject, best, net)
	var failed error
	for i, o := range offers[1:] {
		h := got[i+1]
		if h == nil {
			failed = cmp.Or(failed, errs[i+1])
			continue
		}
		emitOffer(emit, o.name, o.weak, h)
	}
	if failed != nil {
		return pipeline.Fail(pipeline.Partial, failed.Error())
	}
	return nil
}

// offer returns the configuration of one handshake.
func offer(i int) *tls.Config {
	o := offers[i]
	c := &tls.Config{MinVersion: o.version, MaxVersion: o.version, NextProtos: []string{"h2", "http/1.1"}}
	if o.version == 0 {
		c.MinVersion = tls.VersionTLS10
	}
	if o.weak || o.version == 0 || o.version < tls.VersionTLS12 {
		for _, s := range tls.InsecureCipherSuites() {
			c.CipherSuites = append(c.CipherSuites, s.ID)
		}
	}
	if !o.weak && len(c.CipherSuites) > 0 {
		for _, s := range tls.CipherSuites() {
			c.CipherSuites = append(c.CipherSuites, s.ID)
		}
	}
	return c
}

// bestHandshake returns the first that came to a certificate.
func bestHandshake(hs []*collectors.Handshake) *collectors.Handshake {
	for _, h := range hs {
		if h != nil && h.Err == nil && len(h.State.PeerCertificates) > 0 {
			return h
		}
	}
	return nil
}

// noHandshake is the failure of a server that refused everything.
func noHandshake(err error, h *collectors.Handshake) error {
	if err != nil || h == nil {
		return nil // the error says it
	}
	return pipeline.Fail(pipeline.Blocked, "the server refused every handshake: "+h.Err.Error())
}

func emitOffer(emit collectors.Emit, name string, weak bool, h *collectors.Handshake) {
	o := pipeline.Observation{Predicate: "tls-version", Value: name, Denies: h.Err != nil, Exchanges: []pipeline.ExchangeID{h.Exchange}}
	if weak {
		o.Predicate, o.Value = "tls-cipher", "weak suites"
		if h.Err == nil {
			o.Value = tls.CipherSuiteName(h.State.CipherSuite)
		}
	}
	emit(o)
}

// emitChain reports the certificate that a server presents and what it is
// worth.
func emitChain(emit collectors.Emit, subject pipeline.Entity, h *collectors.Handshake, net *collectors.View) {
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
	for i, name := range leaf.DNSNames {
		if i == maxCertNames {
			break
		}
		if e, err := pipeline.NewName(strings.TrimPrefix(name, "*.")); err == nil {
			say(cert, "certified-for", &e, nil)
		}
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
}

// maxCertNames bounds how many names of one certificate are reported.
const maxCertNames = 100

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
