package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Programs that we did not write understand the lab as they understand the
// internet.
func TestRealTools(t *testing.T) {
	w, err := Open("brindleford")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, c.lab.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, dnsPort, _ := net.SplitHostPort(c.lab.Resolver().String())
	_, whoisPort, _ := net.SplitHostPort(c.route("whois.nic.example", "43"))
	curl := []string{"-sS", "-i", "--max-time", "20", "--noproxy", "*", "--cacert", ca}
	for _, r := range c.lab.ConnectTo() {
		curl = append(curl, "--connect-to", r)
	}
	openssl := func(name string, more ...string) []string {
		return append([]string{"s_client", "-connect", c.route(name, "443"), "-servername", name, "-verify_hostname", name, "-CAfile", ca}, more...)
	}
	hostile, err := Open("hostile")
	if err != nil {
		t.Fatal(err)
	}
	_, hostilePort, _ := net.SplitHostPort(serveWorld(t, hostile, Options{}).lab.Resolver().String())
	dig := []string{"@127.0.0.1", "-p", dnsPort, "+time=5", "+tries=1"}
	for _, x := range []struct {
		name string
		args []string
		want string
	}{
		{"dig", slices.Concat(dig, []string{"www.brindleford.example", "HTTPS"}), `1 . alpn="h2,h3" ipv4hint=192.0.2.10`},
		{"dig", slices.Concat(dig, []string{"nothing.brindleford.example"}), "status: NXDOMAIN"},
		{"dig", slices.Concat(dig, []string{"-p", hostilePort, "+ignore", "huge.wolfsbane.example", "TXT"}), "flags: qr tc rd ra"},
		{"dig", slices.Concat(dig, []string{"-p", hostilePort, "huge.wolfsbane.example", "TXT"}), "Truncated, retrying in TCP mode"},
		{"dig", slices.Concat(dig, []string{"-p", c.port("198.51.100.53"), "+norecurse", "brindleford.example", "AXFR"}), ";; XFR size: "},
		{"dig", slices.Concat(dig, []string{"-p", c.port("192.0.2.53"), "brindleford.example", "AXFR"}), "Transfer failed."},
		{"dig", slices.Concat(dig, []string{"-p", c.port("192.0.2.53"), "+norecurse", "brindleford.example", "SOA"}), "flags: qr aa ra;"},
		{"dig", slices.Concat(dig, []string{"-p", c.port("203.0.113.253"), "+norecurse", "www.brindleford.example"}), "AUTHORITY: 3, ADDITIONAL: 3"},
		{"dig", slices.Concat(dig, []string{"-x", "192.0.2.25"}), "PTR\tmx1.brindleford.example."},
		{"curl", slices.Concat(curl, []string{"http://brindleford.example/"}), "Location: https://www.brindleford.example/"},
		{"curl", slices.Concat(curl, []string{"https://www.brindleford.example/"}), "<title>Brindleford Instruments"},
		{"curl", slices.Concat(curl, []string{"https://old.brindleford.example/"}), "certificate has expired"},
		{"curl", slices.Concat(curl, []string{"https://support.brindleford.example/"}), "no alternative certificate subject name matches"},
		{"curl", slices.Concat(curl, []string{"http://mx1.brindleford.example:25/"}), "Failed to connect"},
		{"openssl", openssl("www.brindleford.example"), "Verify return code: 0 (ok)"},
		{"openssl", openssl("dev.brindleford.example"), "self-signed certificate"},
		{"openssl", openssl("api.brindleford.example"), "unable to verify the first certificate"},
		{"openssl", openssl("portal.brindleford.example"), "Verify return code: 0 (ok)"},
		{"openssl", openssl("git.brindleford.example", "-cipher", "ALL:@SECLEVEL=0"), "Server public key is 1024 bit"},
		{"openssl", openssl("legacy.brindleford.example", "-tls1", "-cipher", "ALL:@SECLEVEL=0"), "Protocol  : TLSv1\n"},
		{"whois", []string{"-h", "127.0.0.1", "-p", whoisPort, "brindleford.example"}, "Registrar: Hartwell Names Ltd"},
	} {
		path, err := exec.LookPath(x.name)
		if err != nil {
			t.Logf("left out: %s is not installed", x.name)
			continue
		}
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		cmd := exec.CommandContext(ctx, path, x.args...)
		cmd.Env = append(os.Environ(), "LC_ALL=C", "OPENSSL_CONF=/dev/null")
		out, _ := cmd.CombinedOutput() // a refusal is an answer too
		stop()
		if !strings.Contains(string(out), x.want) {
			last := len(x.args) - 1
			t.Errorf("%s … %s: no %q in\n%s", x.name, x.args[last], x.want, out)
		}
	}
}

// Validators of other make come to the verdicts that a world is written for.
func TestRealValidators(t *testing.T) {
	w, err := Open("signed")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	_, port, _ := net.SplitHostPort(c.lab.Resolver().String())
	fields := strings.Fields(c.lab.TrustAnchor()) // . 3600 IN DS tag algorithm type digest
	dir := t.TempDir()
	anchor, ds := filepath.Join(dir, "anchor"), filepath.Join(dir, "root.ds")
	text := fmt.Sprintf("trust-anchors { . static-ds %s %s %s %q; };", fields[4], fields[5], fields[6], fields[7])
	if err := errors.Join(os.WriteFile(anchor, []byte(text), 0o600), os.WriteFile(ds, []byte(c.lab.TrustAnchor()), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ program, name, kind, want string }{
		{"delv", "alderwick.example", "A", "; fully validated"},
		{"delv", "alderwick.example", "SRV", "; negative response, fully validated"},
		{"delv", "none.alderwick.example", "A", "; negative response, fully validated"},
		{"delv", "x.stores.alderwick.example", "A", "; fully validated"},
		{"delv", "x.stores.alderwick.example", "MX", "; negative response, fully validated"},
		{"delv", "_25._tcp.mx2.alderwick.example", "TLSA", "; fully validated"},
		{"delv", "example", "DS", "; fully validated"},
		{"delv", "none.example", "DS", "; negative response"},
		{"delv", "203.in-addr.arpa", "PTR", "; negative response, fully validated"},
		{"delv", "thornbury.example", "A", "broken trust chain"},
		{"drill", "alderwick.example", "A", ";; Chase successful"},
		{"drill", "x.stores.alderwick.example", "A", ";; Chase successful"},
		{"dig", "thornbury.example", "A", "EDE: 9 (DNSKEY Missing)"},
		{"dig", "foxhall.example", "A", "status: NOERROR"}, // weak is not broken
	} {
		path, err := exec.LookPath(x.program)
		if err != nil {
			t.Logf("left out: %s is not installed", x.program)
			continue
		}
		args := map[string][]string{
			"delv":  {"-a", anchor, "+root=.", "+cdflag", "@127.0.0.1", "-p", port, x.name, x.kind},
			"drill": {"-S", "-k", ds, "-p", port, "@127.0.0.1", x.name, x.kind},
			"dig":   {"@127.0.0.1", "-p", port, "+dnssec", "+tries=1", x.name, x.kind},
		}[x.program]
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		out, _ := exec.CommandContext(ctx, path, args...).CombinedOutput() // a refusal is an answer too
		stop()
		if !strings.Contains(string(out), x.want) {
			t.Errorf("%s %s %s: no %q in\n%s", x.program, x.name, x.kind, x.want, out)
		}
	}
}

// A client of other make comes to TLS with a mail host.
func TestRealMailClient(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine: the mail hosts were not tried by a client of other make")
	}
	w, err := Open("signed")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, c.lab.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	out, _ := exec.CommandContext(ctx, openssl, "s_client", "-starttls", "smtp", "-connect", c.route("mx1.alderwick.example", "25"),
		"-verify_hostname", "mx1.alderwick.example", "-CAfile", ca).CombinedOutput()
	if !strings.Contains(string(out), "Verify return code: 0 (ok)") {
		t.Errorf("%s", out)
	}
}
