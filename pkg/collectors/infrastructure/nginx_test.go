package infrastructure_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/pipeline"
)

// What the collectors read of nginx, a server that we did not write: on plain
// HTTP a redirect, over TLS the front page as a list of files, an icon and a
// robots.txt behind one more redirect.
func TestAgainstNginx(t *testing.T) {
	n := files(t)
	web := tryOn(t, n, "web")
	want(t, web, "https-redirect true", "lists-folder /", "page-title Index of /",
		"runs nginx/", "shows-icon ", `"mmh3":-116925010`, "lacks-header strict-transport-security", "not security-txt")
	robots := tryOn(t, n, "robots")
	want(t, robots, "robots-txt ", `"front":true`, "disallows-path /private/", "has-sitemap https://files.acme.example/sitemap.xml")
	tls := tryOn(t, n, "tls")
	want(t, tls, "tls-version TLS 1.2", "tls-version TLS 1.3", "not tls-version TLS 1.0", `"key_bits":256`, `"self_signed":true`, "tls-key-exchange X25519")
}

// files serves a folder with a real nginx and returns a Net that leads to it.
func files(t *testing.T) *collectors.Net {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "site/favicon.ico", "osint") // its hash is a known one
	write(t, dir, "site/crawlers.txt", "User-agent: *\nDisallow: /private/\nSitemap: https://files.acme.example/sitemap.xml\n")
	cert, key := selfSigned(t, "files.acme.example")
	write(t, dir, "cert", cert)
	write(t, dir, "key", key)
	plain, secure := free(t), free(t)
	nginx(t, dir, secure, fmt.Sprintf(`
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
`, dir, plain, secure))
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
