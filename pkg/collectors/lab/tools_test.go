package lab

import (
	"context"
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
