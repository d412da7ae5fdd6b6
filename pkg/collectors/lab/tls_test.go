package lab

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"
	"time"
)

const shown = small + `
-- dns://shown.example --
* A 192.0.2.5
-- https://good.shown.example/ --

-- host://expired.shown.example --
certificate from -400d to -2d
-- host://expiring.shown.example --
certificate from -85d to +5d
-- host://early.shown.example --
certificate from +2d to +90d
-- host://self.shown.example --
certificate self-signed
-- host://untrusted.shown.example --
certificate untrusted
-- host://incomplete.shown.example --
certificate incomplete
-- host://wrong.shown.example --
certificate names other.example *.other.example
-- host://weak.shown.example --
certificate key rsa-1024
-- host://sha1.shown.example --
certificate sha1
-- host://selfsha1.shown.example --
certificate sha1
certificate self-signed
certificate key rsa-1024
-- host://old.shown.example --
tls 1.0 1.1
-- host://new.shown.example --
tls 1.3
-- host://suite.shown.example --
tls 1.2
certificate key rsa-2048
ciphers TLS_RSA_WITH_3DES_EDE_CBC_SHA
-- host://shut.shown.example --
tls close
`

func (c *client) shake(host string, change func(*tls.Config)) (*tls.ConnectionState, error) {
	config := &tls.Config{ServerName: host, InsecureSkipVerify: true}
	if change != nil {
		change(config)
	}
	raw, err := c.dial(c.t.Context(), "tcp", host+":443")
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(c.t.Context()); err != nil {
		return nil, err
	}
	state := conn.ConnectionState()
	return &state, nil
}

// verify judges a chain as a browser would.
func (c *client) verify(host string, s *tls.ConnectionState) error {
	between := x509.NewCertPool()
	for _, cert := range s.PeerCertificates[1:] {
		between.AddCert(cert)
	}
	_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: c.roots, Intermediates: between})
	return err
}

func TestCertificates(t *testing.T) {
	c := serve(t, shown, Options{})
	for host, want := range map[string]string{
		"good":       "",
		"expired":    "has expired",
		"expiring":   "",
		"early":      "not yet valid",
		"self":       "unknown authority",
		"untrusted":  "unknown authority",
		"incomplete": "unknown authority",
		"wrong":      "is valid for other.example, *.other.example, not",
		"weak":       "",
		"sha1":       "unknown authority", // Go does not take SHA-1 for a signature
	} {
		host += ".shown.example"
		s, err := c.shake(host, nil)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		err = c.verify(host, s)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", host, err, want)
		}
	}
}

func TestCertificateDetails(t *testing.T) {
	c := serve(t, shown, Options{})
	leaf := func(host string) *x509.Certificate {
		s, err := c.shake(host+".shown.example", nil)
		if err != nil {
			t.Fatal(host, err)
		}
		return s.PeerCertificates[0]
	}
	if k := leaf("weak").PublicKey.(*rsa.PublicKey); k.N.BitLen() != 1024 {
		t.Errorf("weak has %d bits", k.N.BitLen())
	}
	if k := leaf("good").PublicKey.(*ecdsa.PublicKey); k.Params().BitSize != 256 {
		t.Errorf("good has %d bits", k.Params().BitSize)
	}
	if a := leaf("sha1").SignatureAlgorithm; a != x509.ECDSAWithSHA1 {
		t.Errorf("sha1 is signed with %s", a)
	}
	if a := leaf("selfsha1").SignatureAlgorithm; a != x509.SHA1WithRSA {
		t.Errorf("selfsha1 is signed with %s", a)
	}
	if left := leaf("expiring").NotAfter.Sub(c.lab.day); left != 5*24*time.Hour {
		t.Errorf("expiring has %v left", left)
	}
	if a, b := leaf("good"), leaf("good"); !a.Equal(b) {
		t.Error("one host showed two certificates")
	}
}

func TestVersions(t *testing.T) {
	c := serve(t, shown, Options{})
	for _, x := range []struct {
		host    string
		version uint16
		want    bool
	}{
		{"good", tls.VersionTLS11, false}, {"good", tls.VersionTLS12, true}, {"good", tls.VersionTLS13, true},
		{"old", tls.VersionTLS10, true}, {"old", tls.VersionTLS11, true}, {"old", tls.VersionTLS12, false},
		{"new", tls.VersionTLS12, false}, {"new", tls.VersionTLS13, true},
	} {
		s, err := c.shake(x.host+".shown.example", func(c *tls.Config) { c.MinVersion, c.MaxVersion = x.version, x.version })
		if (err == nil) != x.want || err == nil && s.Version != x.version {
			t.Errorf("%s with %s: %v", x.host, tls.VersionName(x.version), err)
		}
	}
	s, err := c.shake("suite.shown.example", func(c *tls.Config) { c.CipherSuites = []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA} })
	if err != nil || s.CipherSuite != tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA {
		t.Errorf("3DES: %v", err)
	}
	if _, err := c.shake("shut.shown.example", nil); err == nil || errors.Is(err, tls.AlertError(0)) {
		t.Errorf("a host that hangs up: %v", err)
	}
}
