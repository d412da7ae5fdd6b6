package social_test

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

// TestWebFingerAgainstNginx asks a server that we did not write, set up as
// people set theirs up who serve their account from files: for one account
// whatever is asked, by what the question names, from another host, packed,
// and for nobody.
func TestWebFingerAgainstNginx(t *testing.T) {
	dir, addr, roots := t.TempDir(), free(t), x509.NewCertPool()
	finger := func(host string) string {
		return fmt.Sprintf(`{"subject":"acct:ann@%[1]s","aliases":["https://%[1]s/@ann"],"links":[{"rel":"self","type":"application/activity+json","href":"https://%[1]s/actor.json"}]}`, host)
	}
	profile := `{"id":"https://x.example/actor","type":"Person","name":"Ann Thropp","summary":"` + strings.Repeat("Lenses. ", 400) + `"}`
	conf := ""
	for _, s := range []struct{ host, finger, location string }{
		{"files.example", finger("files.example"), "location = /.well-known/webfinger { alias %[1]s/finger; types {} default_type application/jrd+json; }"},
		{"asked.example", finger("asked.example"), `location = /.well-known/webfinger { types {} default_type application/json; if ($arg_resource !~ "^acct(:|%%3A)ann(@|%%40)asked.example$") { return 404; } alias %[1]s/finger; }`},
		{"led.example", "", "location = /.well-known/webfinger { return 301 https://files.example$request_uri; }"},
		{"packed.example", finger("packed.example"), "gzip on; gzip_min_length 1; gzip_types *; location = /.well-known/webfinger { alias %[1]s/finger; types {} default_type application/jrd+json; }"},
		{"nobody.example", "", ""},
		{"page.example", "<html>Welcome</html>", "location / { return 200 welcome; }"},
	} {
		root := filepath.Join(dir, s.host)
		write(t, root, "finger", s.finger)
		write(t, root, "actor.json", profile)
		cert, key := selfSigned(t, s.host)
		write(t, root, "crt", cert)
		write(t, root, "key", key)
		roots.AppendCertsFromPEM([]byte(cert))
		if strings.Contains(s.location, "%") {
			s.location = fmt.Sprintf(s.location, root)
		}
		conf += fmt.Sprintf("server { listen %[1]s ssl; server_name %[2]s; ssl_certificate %[3]s/crt; ssl_certificate_key %[3]s/key; root %[3]s; types { application/activity+json json; } %[4]s }\n",
			addr, s.host, root, s.location)
	}
	nginx(t, dir, addr, conf)
	for _, c := range []struct {
		host   string
		ends   pipeline.Outcome
		reason string
		lines  int
	}{
		{"files.example", pipeline.OK, "", 3},
		{"asked.example", pipeline.OK, "", 3},
		{"led.example", pipeline.OK, "", 2}, // it says that it is another account: that one, and its page
		{"packed.example", pipeline.OK, "", 3},
		{"nobody.example", pipeline.Empty, "", 0},
		{"page.example", pipeline.Malformed, "no WebFinger answer", 0},
	} {
		t.Run(c.host, func(t *testing.T) {
			got := tell(t, "webfinger", "account:"+c.host+"/ann", "-- dns://"+c.host+" --\n@ A 192.0.2.1\n\n-- dns://. --\nfiles.example. A 192.0.2.2\n", func(o *collectors.Options) {
				for _, h := range []string{c.host, "files.example"} {
					to, err := collectors.ParseConnectTo(h + ":443:" + addr)
					if err != nil {
						t.Fatal(err)
					}
					o.ConnectTo = append([]collectors.ConnectTo{to}, o.ConnectTo...)
				}
				o.Roots = roots
			})
			got.Ends(t, c.ends, c.reason)
			if len(got.Lines) != c.lines {
				t.Errorf("said %q", got.Lines)
			}
		})
	}
}

// nginx runs a real nginx on loopback in a folder, with the given servers, and
// waits until it listens at addr. It skips where there is none.
func nginx(t *testing.T, dir, addr, servers string) {
	t.Helper()
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("no nginx on this machine: nothing was tried on a web server of other make")
		}
	}
	temp := ""
	for _, s := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temp += s + "_temp_path " + dir + "/" + s + "; "
	}
	write(t, dir, "conf", "daemon off; master_process off; pid "+dir+"/pid; error_log stderr;\nevents {}\nhttp { access_log off; "+temp+"\n"+servers+"}\n")
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "-c", filepath.Join(dir, "conf"), "-p", dir, "-e", "stderr")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	stop()
	cmd.Wait()
	t.Fatalf("nginx does not serve:\n%s", said.String())
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
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
