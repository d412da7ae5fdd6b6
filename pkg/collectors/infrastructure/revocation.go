package infrastructure

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// revocation asks whether the certificate that a server presents was taken
// back: by the authority's word that the server brings along, else by OCSP,
// else by the authority's list. The server can see the handshake; the
// authority, whom the certificate names, who asks about it.
func revocation() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "revocation", Title: "Whether the presented certificate was revoked (stapled word, OCSP, CRL of its authority)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"presents-certificate", "revocation"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active,
			Source:   ownServers(),
			Sends:    []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Grade:    "A1",
			Origin:   "certificate authority",
			Ceiling:  pipeline.Ceiling{Requests: 1 + 2*maxHopsToAuthority, Bytes: 40 << 20},
			Timeout:  30 * time.Second,
		},
		Collect: askAuthority,
	}
}

const (
	maxHopsToAuthority = 6        // requests by one way, redirects and repeats included
	maxOCSP            = 64 << 10 // bytes of a response
	maxCRL             = 32 << 20 // bytes of a list
)

func askAuthority(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	h, err := net.TLS(ctx, subject.Hostname(), 443, &tls.Config{MinVersion: tls.VersionTLS10})
	switch {
	case collectors.Absent(err):
		return nil
	case err != nil || h.Err != nil || len(h.State.PeerCertificates) == 0:
		return noHandshake(err, h)
	}
	leaf := h.State.PeerCertificates[0]
	sum := sha256.Sum256(leaf.Raw)
	cert := pipeline.Entity{Kind: pipeline.KindCertificate, Value: hex.EncodeToString(sum[:])}
	proof := []pipeline.ExchangeID{h.Exchange}
	emit(pipeline.Observation{Predicate: "presents-certificate", Object: &cert, Exchanges: proof, Grade: pipeline.Own, Origin: "subject"})
	q := inquest{leaf: leaf, now: h.At}
	stapled := len(h.State.OCSPResponse) > 0
	if !stapled && len(leaf.OCSPServer)+len(leaf.CRLDistributionPoints) == 0 {
		return nil // its authority keeps no word on it: short-lived, private, or its own
	}
	if q.issuer = signerOf(h.State.PeerCertificates); q.issuer == nil {
		return pipeline.Fail(pipeline.Partial, "the server does not bring the certificate of the authority, so that nobody's word can be checked")
	}
	word, x, err := q.ask(ctx, net, h.State.OCSPResponse)
	if word == nil {
		var f *pipeline.Failure
		if errors.As(err, &f) && f.Outcome == pipeline.Cancelled {
			return err
		}
		return pipeline.Fail(pipeline.Partial, "no word of its authority: "+err.Error())
	}
	if x != "" {
		proof = append(proof, x)
	}
	value := word.value(h.At)
	value["stapled"], value["must_staple"] = stapled, mustStaple(leaf)
	emit(pipeline.Observation{Subject: cert, Predicate: "revocation", Value: value, Exchanges: proof})
	return nil
}

// signerOf returns the certificate in a chain that signed its first.
func signerOf(chain []*x509.Certificate) *x509.Certificate {
	leaf := chain[0]
	i := slices.IndexFunc(chain[1:], func(c *x509.Certificate) bool { return leaf.CheckSignatureFrom(c) == nil })
	if i < 0 {
		return nil
	}
	return chain[1+i]
}

// ask goes by the three ways in turn, to the first that knows. The error says
// why none said anything.
func (q *inquest) ask(ctx context.Context, net *collectors.View, staple []byte) (word *authorityWord, x pipeline.ExchangeID, err error) {
	var faults []string
	if len(staple) > 0 {
		if word, err = q.readOCSP(staple, "stapled"); err == nil {
			return word, "", nil
		}
		faults = append(faults, err.Error())
	}
	for _, way := range []func(context.Context, *collectors.View) (*authorityWord, pipeline.ExchangeID, error){q.askOCSP, q.askCRL} {
		w, at, err := way(ctx, net)
		var f *pipeline.Failure
		switch {
		case errors.As(err, &f) && f.Outcome == pipeline.Cancelled:
			return nil, "", err
		case err != nil:
			faults = append(faults, err.Error())
		case w != nil && w.state != "unknown":
			return w, at, nil
		case w != nil:
			word, x = w, at
		}
	}
	if word != nil {
		return word, x, nil
	}
	return nil, "", errors.New(cut(strings.Join(faults, "; "), 400))
}
