package infrastructure_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/pipeline"
)

// What the collectors read of nginx, a server that we did not write: on plain
// HTTP a redirect, over TLS the front page as a list of files, an icon and a
// robots.txt behind one more redirect.
func TestAgainstNginx(t *testing.T) {
	n := nginx(t)
	web := tryOn(t, n, "web")
	want(t, web, "https-redirect true", "lists-folder /", "page-title Index of /",
		"runs nginx/", "shows-icon ", `"mmh3":-116925010`, "lacks-header strict-transport-security", "not security-txt")
	robots := tryOn(t, n, "robots")
	want(t, robots, "robots-txt ", `"front":true`, "disallows-path /private/", "has-sitemap https://files.acme.example/sitemap.xml")
	tls := tryOn(t, n, "tls")
	want(t, tls, "tls-version TLS 1.2", "tls-version TLS 1.3", "not tls-version TLS 1.0", `"key_bits":256`, `"self_signed":true`, "tls-key-exchange X25519")
}

// nginx runs a real nginx on loopback and returns a Net that leads to it. It
// skips where there is none.
func nginx(t *testing.T) *collectors.Net {
	t.Helper()
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("no nginx on this machine: the web collectors were not tried on a server of other make")
		}
	}
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(site, 0o700); err != nil {
		t.Fatal(err)
	}
	write("site/favicon.ico", "osint") // its hash is a known one
	write("site/crawlers.txt", "User-agent: *\nDisallow: /private/\nSitemap: https://files.acme.example/sitemap.xml\n")
	certificate(t, write)
	plain, secure := free(t), free(t)
	write("conf", fmt.Sprintf(`daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/log;
events {}
http {
  access_log off; port_in_redirect off;
  client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
  types { text/html html; text/plain txt; image/x-icon ico; }
  server { listen %[2]s; return 301 https://files.acme.example/; }
  server {
    listen %[3]s ssl http2;
    ssl_certificate %[1]s/cert; ssl_certificate_key %[1]s/key;
    ssl_protocols TLSv1.2 TLSv1.3;
    root %[1]s/site;
    autoindex on;
    location = /robots.txt { return 302 /crawlers.txt; }
  }
}
`, dir, plain, secure))
	cmd := exec.Command(bin, "-c", filepath.Join(dir, "conf"), "-e", filepath.Join(dir, "log"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	listening(t, secure, filepath.Join(dir, "log"))
	o := collectors.Options{}
	for port, to := range map[string]string{"80": plain, "443": secure} {
		c, err := collectors.ParseConnectTo("files.acme.example:" + port + ":" + to)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	n, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// certificate writes a self-signed certificate and its key.
func certificate(t *testing.T, write func(name, text string)) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"files.acme.example"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write("cert", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	write("key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// free returns an address of loopback that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// listening waits until somebody listens.
func listening(t *testing.T, addr, log string) {
	t.Helper()
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	text, _ := os.ReadFile(log)
	t.Fatalf("nginx does not serve:\n%s", text)
}

// tryOn puts a collector to files.acme.example and returns what it said, one
// line for each observation.
func tryOn(t *testing.T, n *collectors.Net, collector string) (lines []string) {
	t.Helper()
	all := infrastructure.All()
	i := slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == collector })
	subject, err := pipeline.ParseEntity("files.acme.example")
	if i < 0 || err != nil {
		t.Fatalf("no collector %s: %v", collector, err)
	}
	trial := collectors.Try(t.Context(), n, all[i], subject)
	if trial.Err != nil {
		t.Errorf("%s: %v", collector, trial.Err)
	}
	for _, o := range trial.Observations {
		line := string(o.Predicate)
		if o.Denies {
			line = "not " + line
		}
		if o.Object != nil {
			line += " " + o.Object.Value
		}
		value, err := json.Marshal(o.Value)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line+" "+strings.Trim(string(value), `"`))
	}
	return lines
}

// want checks that each text stands in a line.
func want(t *testing.T, lines []string, texts ...string) {
	t.Helper()
	for _, w := range texts {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, w) }) {
			t.Errorf("unsaid: %s in\n%s", w, strings.Join(lines, "\n"))
		}
	}
}
