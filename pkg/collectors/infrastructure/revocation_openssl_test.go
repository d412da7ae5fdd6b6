package infrastructure_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const opensslConf = `[ca]
default_ca = d
[d]
dir = .
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = p
unique_subject = no
crl_extensions = crl
[p]
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[of_users]
issuingDistributionPoint = critical,@users
[users]
onlyuser = TRUE
[of_here]
issuingDistributionPoint = critical,@here
[here]
fullname = URI:http://ca.example/crl
onlyuser = TRUE
[of_elsewhere]
issuingDistributionPoint = critical,@elsewhere
[elsewhere]
fullname = URI:http://ca.example/2
[of_authorities]
issuingDistributionPoint = critical,@authorities
[authorities]
onlyCA = TRUE
[of_reasons]
issuingDistributionPoint = critical,@reasons
[reasons]
onlysomereasons = keyCompromise
[of_changes]
2.5.29.27 = critical,ASN1:INTEGER:1
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
subjectAltName = DNS:acme.example
authorityInfoAccess = OCSP;URI:http://ca.example/
[listed]
subjectAltName = DNS:acme.example
crlDistributionPoints = URI:http://ca.example/crl
[signer]
extendedKeyUsage = OCSPSigning
[other]
extendedKeyUsage = serverAuth
`

// A real authority, made with openssl: its responder and its lists are read
// as they mean it, and what it did not say is not believed.
func TestRevocationAgainstOpenSSL(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl on this machine: nothing was tried on an authority of other make")
	}
	dir := t.TempDir()
	run := func(args string) {
		t.Helper()
		cmd := exec.Command("openssl", strings.Fields(args)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v: %s", args, err, out)
		}
	}
	write(t, dir, "conf", opensslConf)
	write(t, dir, "index.txt", "")
	write(t, dir, "serial", "1001\n")
	write(t, dir, "crlnumber", "01\n")
	key := "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
	run("req -x509 " + key + " -config conf -keyout ca.key -out ca.crt -subj /CN=Test-CA -days 90 -extensions root")
	for _, name := range []string{"good leaf", "bad leaf", "unlisted listed", "taken listed", "responder signer", "impostor other"} {
		name, extensions, _ := strings.Cut(name, " ")
		run("req -new " + key + " -config conf -keyout " + name + ".key -out " + name + ".csr -subj /CN=" + name)
		run("ca -batch -config conf -in " + name + ".csr -out " + name + ".crt -extensions " + extensions)
	}
	run("ca -config conf -gencrl -out old.pem -crl_lastupdate 20200101000000Z -crl_nextupdate 20200108000000Z")
	run("ca -config conf -revoke bad.crt -crl_reason keyCompromise")
	run("ca -config conf -revoke taken.crt -crl_reason superseded")
	run("ca -config conf -gencrl -out new.pem")
	lists := strings.Fields("new old of_users of_here of_elsewhere of_authorities of_reasons of_changes")
	for _, of := range lists[2:] {
		run("ca -config conf -gencrl -crlexts " + of + " -out " + of + ".pem")
	}
	for _, list := range lists {
		run("crl -in " + list + ".pem -outform DER -out " + list + ".crl")
	}
	for _, c := range []struct {
		leaf, by string // a responder's certificate, or a list
		want     string
		reason   string
	}{
		{"good", "ca", "state:good", ""},
		{"bad", "ca", "by:ocsp", ""},
		{"bad", "ca", "reason:key compromise", ""},
		{"good", "responder", "state:good", ""},
		{"good", "impostor", "", "signed by somebody who may not"},
		{"unlisted", "new.crl", "by:crl", ""},
		{"taken", "new.crl", "reason:superseded", ""},
		{"unlisted", "of_users.crl", "state:good", ""},
		{"unlisted", "of_here.crl", "state:good", ""},
		{"taken", "of_here.crl", "state:revoked", ""},
		{"unlisted", "of_elsewhere.crl", "", "the CRL is of other certificates"},
		{"unlisted", "of_authorities.crl", "", "the CRL is of other certificates"},
		{"unlisted", "of_reasons.crl", "", "the CRL is of other certificates"},
		{"unlisted", "of_changes.crl", "", "the CRL"},
		{"unlisted", "old.crl", "", "the CRL is stale since 2020-01-08"},
	} {
		t.Run(c.leaf+" by "+c.by, func(t *testing.T) {
			at := ""
			if strings.HasSuffix(c.by, ".crl") {
				list, err := os.ReadFile(filepath.Join(dir, c.by))
				if err != nil {
					t.Fatal(err)
				}
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(list) }))
				t.Cleanup(s.Close)
				at = s.Listener.Addr().String()
			} else {
				at = responder(t, dir, c.by)
			}
			o := trial.Tell(t, infrastructure.All(), "revocation", "acme.example", "-- dns://acme.example --\n@ A 192.0.2.1\n",
				to(t, "ca.example:80:"+at), to(t, "acme.example:443:"+presents(t, dir, c.leaf)))
			told := strings.Join(o.Lines, "\n")
			if !strings.Contains(told, c.want) || (c.want == "") == strings.Contains(told, " revocation ") {
				t.Errorf("said %s (%v)", told, o.Err)
			}
			want := pipeline.OK
			if c.reason != "" {
				want = pipeline.Partial
			}
			o.Ends(t, want, c.reason)
		})
	}
}

// to leads a connection elsewhere.
func to(t *testing.T, route string) func(*collectors.Options) {
	c, err := collectors.ParseConnectTo(route)
	if err != nil {
		t.Fatal(err)
	}
	return func(o *collectors.Options) { o.ConnectTo = append([]collectors.ConnectTo{c}, o.ConnectTo...) }
}

// presents serves a certificate with its authority's, and returns where.
func presents(t *testing.T, dir, name string) string {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParseCertificate(pair.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	pair.Certificate = append(pair.Certificate, ca.Certificate...)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.(*tls.Conn).Handshake()
			c.Close()
		}
	}()
	return l.Addr().String()
}

// responder runs openssl's, which signs with a certificate, and returns where
// it listens.
func responder(t *testing.T, dir, signer string) string {
	t.Helper()
	addr := free(t)
	_, port, _ := net.SplitHostPort(addr)
	cmd := exec.Command("openssl", "ocsp", "-index", "index.txt", "-port", port, "-CA", "ca.crt", "-rsigner", signer+".crt", "-rkey", signer+".key", "-ndays", "2")
	cmd.Dir = dir
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	ready := make(chan bool)
	go func() { // it serves one at a time: who only knocks would be the one
		for in := bufio.NewScanner(said); in.Scan(); {
			if strings.Contains(in.Text(), "waiting for OCSP client") {
				close(ready)
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(10 * time.Second):
		t.Fatal("openssl's responder does not listen")
	}
	return "127.0.0.1:" + port
}
