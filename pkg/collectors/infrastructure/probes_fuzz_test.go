package infrastructure

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A record may say anything: what is told of it is an address over HTTPS or
// nothing, and a reason that is text.
func FuzzParseBIMI(f *testing.F) {
	f.Add("v=BIMI1; l=https://a.example/m.svg; a=https://a.example/m.pem; avp=brand")
	f.Add("v=BIMI1; l=javascript:x; a=http://[::1]/")
	f.Fuzz(func(t *testing.T, record string) {
		logo, evidence, faults := parseBIMI(strings.ToValidUTF8(record, ""))
		for _, at := range []string{logo, evidence} {
			if at != "" && !strings.HasPrefix(at, "https://") {
				t.Errorf("%q of %q", at, record)
			}
		}
		if !utf8.ValidString(strings.Join(faults, "; ")) {
			t.Errorf("%q", faults)
		}
	})
}

// Bytes that the authority did not sign say nothing of a certificate.
func FuzzAuthorityWord(f *testing.F) {
	q := inquest{leaf: &x509.Certificate{}, issuer: &x509.Certificate{}, now: time.Unix(1795600000, 0)}
	f.Add([]byte("0\x82"))
	f.Add([]byte{0x30, 3, 0x0a, 1, 6}) // an OCSP error
	f.Fuzz(func(t *testing.T, der []byte) {
		if w, err := q.readCRL(der, "http://ca.example/"); err == nil || w != nil {
			t.Errorf("a list that nobody signed: %+v", w)
		}
		if w, err := q.readOCSP(der, "ocsp"); err == nil || w != nil {
			t.Errorf("a word that nobody signed: %+v", w)
		}
	})
}
