package pgtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// An authority is a certificate authority of one server's own.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	s    *Server
}

// newAuthority makes one, and the server's certificate for localhost (and for
// no address, so that verify-full can fail).
func newAuthority(s *Server) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	a := &authority{dir: s.dir, key: key, s: s}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	if err := s.write(filepath.Join(s.dir, "ca.crt"), pemOf("CERTIFICATE", der)); err != nil {
		return nil, err
	}
	return a, a.issue("server", "localhost", x509.ExtKeyUsageServerAuth)
}

// issue writes name.crt and name.key.
func (a *authority) issue(name, cn string, usage x509.ExtKeyUsage) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn},
		ExtKeyUsage: []x509.ExtKeyUsage{usage}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	if usage == x509.ExtKeyUsageServerAuth {
		t.DNSNames = []string{cn}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := a.s.write(filepath.Join(a.dir, name+".crt"), pemOf("CERTIFICATE", der)); err != nil {
		return err
	}
	return a.s.write(filepath.Join(a.dir, name+".key"), pemOf("PRIVATE KEY", keyDER))
}

func (a *authority) settings() string {
	return fmt.Sprintf("ssl = on\nssl_ca_file = '%[1]s/ca.crt'\nssl_cert_file = '%[1]s/server.crt'\nssl_key_file = '%[1]s/server.key'\n", a.dir)
}

// hba lets in by certificate whom the role of that name is a member of
// by_certificate, and the rest by password.
func (a *authority) hba() string {
	return "local all all trust\nhostssl all +by_certificate 127.0.0.1/32 cert\nhost all all 127.0.0.1/32 scram-sha-256\n"
}

// TLS returns the superuser's connection string over TLS, verify-full, to
// localhost. The server must have been made with Options.TLS.
func (s *Server) TLS() string {
	return DSN{Host: "localhost", Port: s.port, User: "postgres", Password: s.password, Database: "postgres",
		Params: map[string][]string{"sslmode": {"verify-full"}, "sslrootcert": {filepath.Join(s.dir, "ca.crt")}}}.String()
}

// Certificate makes a client certificate for a login and returns where it and
// its key lie, readable by this process alone. A login that is a member of the
// role by_certificate, which the caller makes, must show one.
func (s *Server) Certificate(tb testing.TB, login string) (cert, key string) {
	tb.Helper()
	if err := s.tls.issue(login, login, x509.ExtKeyUsageClientAuth); err != nil {
		tb.Fatal(err)
	}
	cert, key = filepath.Join(s.dir, login+".crt"), filepath.Join(s.dir, login+".key")
	if err := os.Chmod(key, 0o600); err != nil {
		tb.Fatal(err)
	}
	return cert, key
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
