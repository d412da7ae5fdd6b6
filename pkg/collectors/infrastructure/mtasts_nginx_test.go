package infrastructure_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// TestSTSAgainstNginx fetches policies from a server that we did not write:
// as they should be, and as servers are commonly set up wrong.
func TestSTSAgainstNginx(t *testing.T) {
	addr, roots := nginx(t)
	for _, c := range []struct{ domain, want string }{
		{"good.example", `"reason":"","unmatched":[],"valid":true`},
		{"other.example", "x509: certificate is valid for www.other.example, not mta-sts.other.example"},
		{"moved.example", "the server answers 301 Moved Permanently"},
		{"missing.example", "the server answers 404 Not Found"},
		{"typed.example", `it is sent as \"text/html\"`},
	} {
		t.Run(c.domain, func(t *testing.T) {
			got := tellBy(t, "mta-sts", c.domain, `
-- dns://`+c.domain+` --
@ MX 10 mx
mx A 192.0.2.25
mta-sts A 192.0.2.2
_mta-sts TXT "v=STSv1; id=1"
`, func(o *collectors.Options) {
				to, err := collectors.ParseConnectTo("mta-sts." + c.domain + ":443:" + addr)
				if err != nil {
					t.Fatal(err)
				}
				o.ConnectTo, o.Roots = append([]collectors.ConnectTo{to}, o.ConnectTo...), roots
			})
			got.ends(t, pipeline.OK, "")
			if len(got.lines) != 1 || !strings.Contains(got.lines[0], c.want) {
				t.Errorf("said %v, want %s", got.lines, c.want)
			}
		})
	}
}

// nginx runs a real nginx on loopback with the hosts of policies, and returns
// where it listens and whom it is to be trusted by. It skips where there is
// none.
func nginx(t *testing.T) (addr string, roots *x509.CertPool) {
	t.Helper()
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("no nginx on this machine: the MTA-STS policy was not fetched from a server of other make")
		}
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("mta-sts.txt", "version: STSv1\r\nmode: enforce\r\nmx: *.good.example\r\nmx: mx.typed.example\r\nmax_age: 604800\r\n")
	roots = x509.NewCertPool()
	addr = free(t)
	server := func(domain, certified, location string) string {
		cert, key := selfSigned(t, certified)
		write(domain+".crt", cert)
		write(domain+".key", key)
		roots.AppendCertsFromPEM([]byte(cert))
		return fmt.Sprintf("server { listen %[1]s ssl; server_name mta-sts.%[2]s; ssl_certificate %[3]s/%[2]s.crt; ssl_certificate_key %[3]s/%[2]s.key; %[4]s }\n",
			addr, domain, dir, location)
	}
	file := "location = /.well-known/mta-sts.txt { alias " + dir + "/mta-sts.txt; types { text/plain txt; } }"
	write("conf", `daemon off; master_process off; pid `+dir+`/pid; error_log stderr;
events {}
http { access_log off; client_body_temp_path `+dir+`/body; proxy_temp_path `+dir+`/proxy; fastcgi_temp_path `+dir+`/fastcgi;
uwsgi_temp_path `+dir+`/uwsgi; scgi_temp_path `+dir+`/scgi; server_names_hash_bucket_size 128;
`+
		server("good.example", "mta-sts.good.example", file)+
		server("other.example", "www.other.example", file)+
		server("moved.example", "mta-sts.moved.example", "location / { return 301 https://www.moved.example$request_uri; }")+
		server("missing.example", "mta-sts.missing.example", "root "+dir+"/nothing;")+
		server("typed.example", "mta-sts.typed.example", strings.Replace(file, "types { text/plain txt; }", "types { text/html txt; }", 1))+
		"}\n")
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "-c", filepath.Join(dir, "conf"), "-p", dir)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return addr, roots
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop()
	cmd.Wait()
	t.Fatalf("nginx does not serve:\n%s", said.String())
	return "", nil
}

// free returns an address of loopback where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// selfSigned makes a certificate for a name that is its own authority, and its
// key, both as PEM.
func selfSigned(t *testing.T, name string) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}
