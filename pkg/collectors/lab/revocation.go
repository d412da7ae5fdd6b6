package lab

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"path"

	"golang.org/x/crypto/ocsp"
)

// authorityWord is what a certificate says of where its authority's word on it
// is to be had, and what that word is.
type authorityWord struct {
	ocsp, crl  string // URLs
	mustStaple bool
	stapled    bool // the server brings the word with it
	revoked    bool
}

// set reads one directive; false means that it is none of these.
func (a *authorityWord) set(word, arg string) (known bool, err error) {
	switch word {
	case "ocsp":
		a.ocsp = arg
	case "crl":
		a.crl = arg
	case "must-staple":
		a.mustStaple = true
	case "stapled":
		a.stapled = true
	case "revoked":
		a.revoked = true
	default:
		return false, nil
	}
	if word != "ocsp" && word != "crl" {
		return true, alone("certificate "+word, arg)
	}
	if u, err := url.Parse(arg); err != nil || u.Host == "" {
		return true, fmt.Errorf("certificate %s wants a URL, not %q", word, arg)
	}
	return true, nil
}

// put writes into a certificate what it says.
func (a *authorityWord) put(t *x509.Certificate) error {
	if a.ocsp != "" {
		t.OCSPServer = []string{a.ocsp}
	}
	if a.crl != "" {
		t.CRLDistributionPoints = []string{a.crl}
	}
	if !a.mustStaple {
		return nil
	}
	feature, err := asn1.Marshal([]int{5}) // status_request: RFC 7633
	t.ExtraExtensions = append(t.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: feature})
	return err
}

// keyCompromise is why every certificate of a lab is revoked (RFC 5280, 5.3.1).
const keyCompromise = 1

// vouch returns a response of OCSP.
func (a *authority) vouch(serial *big.Int, revoked bool) ([]byte, error) {
	r := ocsp.Response{Status: ocsp.Good, SerialNumber: serial, ThisUpdate: a.day.AddDate(0, 0, -1), NextUpdate: a.day.AddDate(0, 0, 4)}
	if revoked {
		r.Status, r.RevokedAt, r.RevocationReason = ocsp.Revoked, a.day.AddDate(0, 0, -3), keyCompromise
	}
	return ocsp.CreateResponse(a.inter.cert, a.inter.cert, r, a.inter.key)
}

// list returns the authority's list of what it has revoked.
func (a *authority) list(serials []*big.Int) ([]byte, error) {
	t := &x509.RevocationList{Number: big.NewInt(7), ThisUpdate: a.day.AddDate(0, 0, -1), NextUpdate: a.day.AddDate(0, 0, 6)}
	for _, n := range serials {
		t.RevokedCertificateEntries = append(t.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: n, RevocationTime: a.day.AddDate(0, 0, -3), ReasonCode: keyCompromise})
	}
	return x509.CreateRevocationList(rand.Reader, t, a.inter.cert, a.inter.key)
}

// revoked returns the serial numbers of what the world has revoked.
func (l *Lab) revoked() (serials []*big.Int) {
	for name, h := range l.world.hosts {
		if h.tls.word.revoked {
			serials = append(serials, serial(name))
		}
	}
	return serials
}

// authorityBody is what an answer holds that has the lab's authority speak.
func (l *Lab) authorityBody(how string, r *http.Request) ([]byte, error) {
	if how == "crl" {
		return l.authority.list(l.revoked())
	}
	question, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	if r.Method == http.MethodGet {
		question, err = base64.StdEncoding.DecodeString(path.Base(r.URL.Path))
	}
	if err != nil {
		return nil, err
	}
	asked, err := ocsp.ParseRequest(question)
	if err != nil {
		return ocsp.MalformedRequestErrorResponse, nil
	}
	for _, n := range l.revoked() {
		if n.Cmp(asked.SerialNumber) == 0 {
			return l.authority.vouch(n, true)
		}
	}
	return l.authority.vouch(asked.SerialNumber, false)
}

// authoritySpeaks reads the directive of an answer.
func authoritySpeaks(arg string) (string, error) {
	if arg != "crl" && arg != "ocsp" {
		return "", errors.New("the authority answers crl or ocsp, not " + fmt.Sprintf("%q", arg))
	}
	return arg, nil
}
