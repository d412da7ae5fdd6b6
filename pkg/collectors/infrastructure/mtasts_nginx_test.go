package infrastructure_test

import (
	"crypto/x509"
	"fmt"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// TestSTSAgainstNginx fetches policies from a server that we did not write:
// as they should be, and as servers are commonly set up wrong.
func TestSTSAgainstNginx(t *testing.T) {
	addr, roots := policies(t)
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

// policies serves the hosts of policies with a real nginx, and returns where it
// listens and whom it is to be trusted by.
func policies(t *testing.T) (addr string, roots *x509.CertPool) {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "mta-sts.txt", "version: STSv1\r\nmode: enforce\r\nmx: *.good.example\r\nmx: mx.typed.example\r\nmax_age: 604800\r\n")
	roots, addr = x509.NewCertPool(), free(t)
	server := func(domain, certified, location string) string {
		cert, key := selfSigned(t, certified)
		write(t, dir, domain+".crt", cert)
		write(t, dir, domain+".key", key)
		roots.AppendCertsFromPEM([]byte(cert))
		return fmt.Sprintf("server { listen %[1]s ssl; server_name mta-sts.%[2]s; ssl_certificate %[3]s/%[2]s.crt; ssl_certificate_key %[3]s/%[2]s.key; %[4]s }\n",
			addr, domain, dir, location)
	}
	file := "location = /.well-known/mta-sts.txt { alias " + dir + "/mta-sts.txt; types { text/plain txt; } }"
	nginx(t, dir, addr,
		server("good.example", "mta-sts.good.example", file)+
			server("other.example", "www.other.example", file)+
			server("moved.example", "mta-sts.moved.example", "location / { return 301 https://www.moved.example$request_uri; }")+
			server("missing.example", "mta-sts.missing.example", "root "+dir+"/nothing;")+
			server("typed.example", "mta-sts.typed.example", strings.Replace(file, "types { text/plain txt; }", "types { text/html txt; }", 1)))
	return addr, roots
}
