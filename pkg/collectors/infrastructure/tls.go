package infrastructure

import (
	"cmp"
	"context"
	"crypto/tls"
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
				"certificate-key", "signature-algorithm", "certificate-check", "tls-version", "tls-cipher", "tls-key-exchange"},
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
	return pipeline.Source{Name: "target", Family: "target", Commercial: pipeline.Yes, Verified: "2026-11-23", Slots: 64, Class: pipeline.BusinessDirectory} // security.txt names whom to reach about the server
}

// offers are the handshakes that are tried, all at once: every version, then
// each alone, then only suites that nobody should accept. The one of TLS 1.3
// offers a hybrid key exchange first, as a browser does; the others do without
// what that costs.
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
		return noHandshake(errs[0], got[0])
	}
	failed := emitChain(emit, subject, best, net)
	for i, o := range offers[1:] {
		h := got[i+1]
		if o.version == tls.VersionTLS13 {
			h = newest(h, got[0])
		}
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

// newest returns the handshake that says whether TLS 1.3 is spoken: the one
// that offered it alone or, where a long greeting was too much, the one whose
// certificate is judged.
func newest(alone, every *collectors.Handshake) *collectors.Handshake {
	if (alone == nil || alone.Err != nil) && every != nil && every.Err == nil && every.State.Version == tls.VersionTLS13 {
		return every
	}
	return alone
}

// offer returns the configuration of one handshake.
func offer(i int) *tls.Config {
	o := offers[i]
	c := &tls.Config{MinVersion: o.version, MaxVersion: o.version, NextProtos: []string{"h2", "http/1.1"}}
	if o.version == 0 {
		c.MinVersion = tls.VersionTLS10
	}
	if o.version == tls.VersionTLS13 {
		c.CurvePreferences = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
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

// noHandshake is the failure of a server that came to no certificate. One that
// says so in TLS does not want us; one that hangs up may be no TLS server.
func noHandshake(err error, h *collectors.Handshake) error {
	if err != nil {
		return err
	}
	reason := "sent no certificate"
	if h.Err != nil {
		reason = h.Err.Error()
	}
	if strings.Contains(reason, "tls:") || h.Err == nil {
		return pipeline.Fail(pipeline.Blocked, "the server refused every handshake: "+reason)
	}
	reason = reason[strings.LastIndex(reason, ": ")+1:] // no addresses: they differ from run to run
	return pipeline.Fail(pipeline.Unreachable, "the server hung up on every handshake: "+strings.TrimSpace(reason))
}

// emitOffer reports what a server made of one offer.
func emitOffer(emit collectors.Emit, name string, weak bool, h *collectors.Handshake) {
	proof := []pipeline.ExchangeID{h.Exchange}
	o := pipeline.Observation{Predicate: "tls-version", Value: name, Denies: h.Err != nil, Exchanges: proof}
	if weak {
		o.Predicate, o.Value = "tls-cipher", "weak suites"
		if h.Err == nil {
			o.Value = tls.CipherSuiteName(h.State.CipherSuite)
		}
	}
	emit(o)
	if h.State.Version == tls.VersionTLS13 && h.State.CurveID != 0 {
		group := strings.Replace(h.State.CurveID.String(), "CurveP", "P-", 1)
		emit(pipeline.Observation{Predicate: "tls-key-exchange", Value: group, Exchanges: proof})
	}
}
