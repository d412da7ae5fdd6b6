package infrastructure

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// An inquest is one certificate and who issued it.
type inquest struct {
	leaf, issuer *x509.Certificate
	now          time.Time
}

// An authorityWord is what the authority says of a certificate. Its signature
// was checked, and it is of today.
type authorityWord struct {
	state  string // good, revoked, unknown
	by     string // stapled, ocsp, crl
	at     time.Time
	reason int // RFC 5280, 5.3.1
	next   time.Time
}

// value is what is told of it.
func (w *authorityWord) value(now time.Time) map[string]any {
	v := map[string]any{"state": w.state, "by": w.by, "checked": now.UTC().Format(time.RFC3339)}
	if !w.next.IsZero() {
		v["next"] = w.next.UTC().Format(time.RFC3339)
	}
	if w.state == "revoked" {
		v["at"], v["reason"] = w.at.UTC().Format(time.RFC3339), revocationReasons[w.reason]
	}
	return v
}

// revocationReasons are those of RFC 5280, 5.3.1, in words.
var revocationReasons = map[int]string{0: "unspecified", 1: "key compromise", 2: "CA compromise", 3: "affiliation changed", 4: "superseded",
	5: "cessation of operation", 6: "on hold", 9: "privilege withdrawn", 10: "AA compromise"}

// clockSkew is by how much clocks may differ.
const clockSkew = 10 * time.Minute

// current reports whether a word is of this moment. One that names no end
// holds for a week.
func (q *inquest) current(this, next time.Time) error {
	if next.IsZero() {
		next = this.AddDate(0, 0, 7)
	}
	switch {
	case q.now.Add(clockSkew).Before(this):
		return fmt.Errorf("is of a time to come, %s", this.UTC().Format(time.RFC3339))
	case q.now.Add(-clockSkew).After(next):
		return fmt.Errorf("is stale since %s", next.UTC().Format(time.RFC3339))
	}
	return nil
}

// readOCSP reads a response (RFC 6960), which the issuer signed, or somebody
// whom it let do that.
func (q *inquest) readOCSP(der []byte, by string) (*authorityWord, error) {
	r, err := ocsp.ParseResponseForCert(der, q.leaf, q.issuer)
	if err != nil {
		return nil, fmt.Errorf("the %s word of OCSP: %w", by, err)
	}
	if d := r.Certificate; d != nil && !d.Equal(q.issuer) && (!slices.Contains(d.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) || q.now.Before(d.NotBefore) || q.now.After(d.NotAfter)) {
		return nil, fmt.Errorf("the %s word of OCSP is signed by somebody who may not", by)
	}
	if err := q.current(r.ThisUpdate, r.NextUpdate); err != nil {
		return nil, fmt.Errorf("the %s word of OCSP %w", by, err)
	}
	w := &authorityWord{by: by, at: r.RevokedAt, reason: r.RevocationReason, next: r.NextUpdate}
	w.state = map[int]string{ocsp.Good: "good", ocsp.Revoked: "revoked", ocsp.Unknown: "unknown"}[r.Status]
	return w, nil
}

// askOCSP asks the first responder that the certificate names.
func (q *inquest) askOCSP(ctx context.Context, net *collectors.View) (*authorityWord, pipeline.ExchangeID, error) {
	at := firstHTTP(q.leaf.OCSPServer)
	if at == "" {
		return nil, "", nil
	}
	question, err := ocsp.CreateRequest(q.leaf, q.issuer, nil)
	if err != nil {
		return nil, "", err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "ocsp", Method: http.MethodPost, URL: at, Body: question, MaxBytes: maxOCSP, NoFollow: true,
		Header: http.Header{"Content-Type": {"application/ocsp-request"}, "Accept": {"application/ocsp-response"}}})
	if err != nil {
		return nil, "", fmt.Errorf("OCSP: %w", err)
	}
	if a.Status != http.StatusOK || a.Truncated {
		return nil, "", fmt.Errorf("OCSP: it answers %d", a.Status)
	}
	w, err := q.readOCSP(a.Body, "ocsp")
	return w, a.Exchange, err
}

// askCRL reads the first list that the certificate names.
func (q *inquest) askCRL(ctx context.Context, net *collectors.View) (*authorityWord, pipeline.ExchangeID, error) {
	at := firstHTTP(q.leaf.CRLDistributionPoints)
	if at == "" {
		return nil, "", nil
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "crl", URL: at, MaxBytes: maxCRL, Public: true})
	if err != nil {
		return nil, "", fmt.Errorf("CRL: %w", err)
	}
	if a.Status != http.StatusOK || a.Truncated {
		return nil, "", fmt.Errorf("CRL: it answers %d, or more than is read", a.Status)
	}
	w, err := q.readCRL(a.Body, at)
	return w, a.Exchange, err
}

// readCRL looks the certificate up in a list (RFC 5280, 5).
func (q *inquest) readCRL(der []byte, at string) (*authorityWord, error) {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, fmt.Errorf("the CRL: %w", err)
	}
	if err := list.CheckSignatureFrom(q.issuer); err != nil || !bytes.Equal(list.RawIssuer, q.issuer.RawSubject) {
		return nil, errors.New("the CRL is not signed by the authority of the certificate")
	}
	if err := q.current(list.ThisUpdate, list.NextUpdate); err != nil {
		return nil, fmt.Errorf("the CRL %w", err)
	}
	if err := listsAll(list, at); err != nil {
		return nil, err
	}
	w := &authorityWord{state: "good", by: "crl", next: list.NextUpdate}
	for _, e := range list.RevokedCertificateEntries {
		if e.SerialNumber.Cmp(q.leaf.SerialNumber) == 0 && e.ReasonCode != 8 { // 8: taken off it again
			w.state, w.at, w.reason = "revoked", e.RevocationTime, e.ReasonCode
			return w, nil
		}
	}
	if q.now.After(q.leaf.NotAfter) {
		return nil, errors.New("the CRL does not have the certificate, which has expired: lists leave such out")
	}
	return w, nil
}

// listsAll returns an error if a certificate that is not on a list may be
// revoked all the same: the list is of others, of some reasons, or of changes.
func listsAll(list *x509.RevocationList, at string) error {
	for _, e := range list.Extensions {
		switch {
		case e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 27}):
			return errors.New("the CRL has changes alone")
		case e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}):
			if err := listsMine(e.Value, at); err != nil {
				return err
			}
		case e.Critical:
			return errors.New("the CRL has a condition that is not known")
		}
	}
	return nil
}

// listsMine reads what a list says that it is a list of (RFC 5280, 5.2.5): it
// must be that of this place, and of every reason.
func listsMine(scope []byte, at string) error {
	var all asn1.RawValue
	if rest, err := asn1.Unmarshal(scope, &all); err != nil || len(rest) > 0 {
		return errors.New("the CRL does not say what it lists")
	}
	for rest := all.Bytes; len(rest) > 0; {
		var part asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &part); err != nil {
			return errors.New("the CRL does not say what it lists")
		}
		yes := !bytes.Equal(part.Bytes, []byte{0})
		switch {
		case part.Tag == 0 && bytes.Contains(part.Bytes, []byte(at)), part.Tag == 1: // where it lies; certificates of no authority
		case part.Tag == 3, yes: // some reasons; authorities, other issuers, attributes
			return errors.New("the CRL is of other certificates")
		}
	}
	return nil
}

func firstHTTP(urls []string) string {
	i := slices.IndexFunc(urls, func(u string) bool { return strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://") })
	if i < 0 {
		return ""
	}
	return urls[i]
}

// mustStaple reports whether a certificate asks to be refused without its
// authority's word at its side (RFC 7633).
func mustStaple(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		var features []int
		if e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}) {
			_, err := asn1.Unmarshal(e.Value, &features)
			return err == nil && slices.Contains(features, 5)
		}
	}
	return false
}
