package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/tools/txtar"

	"osint/testdata"
)

func each(t *testing.T, f func(t *testing.T, name string, w *World)) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			w, err := Open(name)
			if err != nil {
				t.Fatal(err)
			}
			f(t, name, w)
		})
	}
}

// Reserved addresses only; in the hostile world some lead inward on purpose.
func TestAddressesAreReserved(t *testing.T) {
	inward := map[string]bool{"127.0.0.1": true, "::1": true, "169.254.169.254": true, "fd00:ec2::254": true, "10.0.0.1": true}
	each(t, func(t *testing.T, name string, w *World) {
		tree, err := w.plant(midnight(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		for owner := range tree.records {
			for _, a := range tree.addresses(owner) {
				if a.IsLoopback() && blockList(owner) {
					continue // a code
				}
				if !documentation(a) && !(name == "hostile" && inward[a.String()]) {
					t.Errorf("%s points at %s", owner, a)
				}
			}
		}
	})
}

// blockList reports whether a name lies in a zone that answers with codes.
func blockList(owner string) bool {
	return slices.ContainsFunc([]string{"spamcop.net.", "surriel.com.", "mailspike.net.", "uceprotect.net.", "dronebl.org.", "blocklist.de.", "s5h.net.",
		"barracudacentral.org.", "surbl.org.", "uribl.com.", "spamhaus.org.", "hash.cymru.com."}, func(zone string) bool { return dns.IsSubDomain(zone, owner) })
}

func documentation(a netip.Addr) bool {
	for _, p := range reserved {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Names that anybody may own are only those of the public sources, and of a
// hosting service that is known by its name.
func TestNamesAreReserved(t *testing.T) {
	sources := []string{"crt.sh", "api.certspotter.com", "data.iana.org", "whois.iana.org", "asn.cymru.com", "readthedocs.io", "api.gravatar.com", "keybase.io"}
	sources = append(sources, commonHosts(t)...)
	each(t, func(t *testing.T, _ string, w *World) {
		tree, err := w.plant(midnight(time.Now()))
		if err != nil {
			t.Fatal(err)
		}
		for owner := range tree.records {
			ok := owner == "." || dns.IsSubDomain("example.", owner) || dns.IsSubDomain("test.", owner) || dns.IsSubDomain("in-addr.arpa.", owner) || dns.IsSubDomain("ip6.arpa.", owner)
			for _, s := range sources {
				ok = ok || dns.IsSubDomain(dns.Fqdn(s), owner)
			}
			if !ok {
				t.Errorf("%s is a name that somebody may own", owner)
			}
		}
	})
}

// commonHosts are the sources that answer in every world.
func commonHosts(t *testing.T) (hosts []string) {
	parts, err := fs.Glob(testdata.Worlds, "lab/common/*.txtar")
	if err != nil || len(parts) == 0 {
		t.Fatal("no common sources", err)
	}
	for _, p := range parts {
		b, err := fs.ReadFile(testdata.Worlds, p)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(b).Files {
			if _, rest, ok := strings.Cut(f.Name, "://"); ok {
				host, _, _ := strings.Cut(rest, "/")
				hosts = append(hosts, strings.TrimPrefix(host, "*."))
			}
		}
	}
	return slices.DeleteFunc(hosts, func(h string) bool { return h == "" || h == "." })
}

// Each JSON answer says by field names which contract it follows, or in what
// way it breaks it.
func TestAnswersNameTheirContract(t *testing.T) {
	each(t, func(t *testing.T, name string, w *World) {
		source, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(source).Files {
			head, body, _ := strings.Cut(string(f.Data), "\n\n")
			if strings.Contains(head, "json") && !strings.Contains(head, "realm") && !strings.Contains(f.Name, w.Seeds()[0]+"/") && !strings.HasPrefix(head, "# ") {
				t.Errorf("%s does not say which contract it follows", f.Name)
			}
			if name != "hostile" && strings.Contains(head, "json") {
				text, err := compile(body)
				if err != nil || !isJSON(text.render(time.Now()), strings.Contains(head, "ndjson")) {
					t.Errorf("%s is no JSON: %v", f.Name, err)
				}
			}
		}
	})
}

// isJSON reports whether a body is JSON, or each of its lines is.
func isJSON(body []byte, lines bool) bool {
	if !lines {
		return json.Valid(body)
	}
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && !json.Valid(line) {
			return false
		}
	}
	return true
}

// A lab made twice on one day answers the same.
func TestAnswersRepeat(t *testing.T) {
	w, err := Open("brindleford")
	if err != nil {
		t.Fatal(err)
	}
	morning := midnight(time.Now()).Add(time.Hour)
	var got []string
	for _, now := range []time.Time{morning, morning.Add(20 * time.Hour)} {
		c := serveWorld(t, w, Options{Now: func() time.Time { return now }})
		_, body := c.get("https://rdap.nic.example/domain/brindleford.example")
		got = append(got, body+c.ask("tcp", "brindleford.example", dns.TypeSOA).Answer[0].String())
	}
	if got[0] != got[1] || !strings.Contains(got[0], morning.AddDate(0, 0, 24).Format("2006-01-02")+"T00:00:00Z") {
		t.Errorf("in the morning\n%s\nin the evening\n%s", got[0], got[1])
	}
}

// What the story of the lively world promises.
func TestBrindleford(t *testing.T) {
	w, err := Open("brindleford")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	for host, want := range map[string]string{
		"www": "", "shop": "", "blog": "", "portal": "", "vpn": "", "webmail": "", "legacy": "", "xn--bcher-kva": "",
		"old": "expired", "support": "is valid for", "dev": "unknown authority", "api": "unknown authority", "git": "unknown authority",
	} {
		host += ".brindleford.example"
		s, err := c.shake(host, nil)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		if err := c.verify(host, s); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", host, err, want)
		}
	}
	for i, want := range []int{502, 200, 200} {
		if resp, _ := c.get("https://crt.sh/?q=%25.brindleford.example&output=json"); resp.StatusCode != want {
			t.Errorf("crt.sh, try %d: %s", i, resp.Status)
		}
	}
	for i, want := range []int{200, 429} {
		if resp, _ := c.get(fmt.Sprint("https://api.certspotter.com/v1/issuances?domain=brindleford.example&n=", i)); resp.StatusCode != want {
			t.Errorf("Cert Spotter, request %d: %s", i, resp.Status)
		}
	}
	if m := c.ask("udp", "status.brindleford.example", dns.TypeA); m.Rcode != dns.RcodeNameError || len(m.Answer) != 1 {
		t.Errorf("status. is not dangling: %v", m)
	}
	for _, name := range []string{"_mta-sts.brindleford.example", "_smtp._tls.brindleford.example", "jira-internal.brindleford.example"} {
		if m := c.ask("udp", name, dns.TypeTXT); m.Rcode != dns.RcodeNameError {
			t.Errorf("%s exists", name)
		}
	}
	if got, err := c.whois("whois.hartwell-names.example", "brindleford.example"); err != nil || !strings.Contains(got, w.Personal()[0]) {
		t.Errorf("the planted person is not in WHOIS: %v\n%s", err, got)
	}
}

// What the story of the hostile world promises, as far as it shows in bytes.
func TestHostile(t *testing.T) {
	w, err := Open("hostile")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	if got, err := c.whois("whois.nic.example", "wolfsbane.example"); err != nil || !strings.HasSuffix(got, "WHOIS Server: 127.0.0.1:22") {
		t.Errorf("the referral ends in %q, %v", got[max(0, len(got)-40):], err)
	}
	if _, body := c.get("https://rdap.nic.example/domain/wolfsbane.example"); !strings.HasPrefix(body, "<html>") {
		t.Errorf("RDAP says %.40q", body)
	}
	if resp, _ := c.get("http://meta.wolfsbane.example/"); resp.Header.Get("Location") != "http://169.254.169.254/latest/meta-data/" {
		t.Errorf("meta. redirects to %q", resp.Header.Get("Location"))
	}
	if resp, body := c.get("https://wolfsbane.example/"); !strings.Contains(body, "\x1b]0;owned\a") || !strings.Contains(resp.Header.Get("Server"), "\u009b31m") {
		t.Errorf("no escapes in title and header: %q %.60q", resp.Header.Get("Server"), body)
	}
	if _, body := c.get("https://crt.sh/?q=%25.wolfsbane.example&output=json"); json.Valid([]byte(body)) || !strings.HasSuffix(body, "wolfsb") {
		t.Errorf("crt.sh says %q", body)
	}
	if m := c.ask("tcp", "huge.wolfsbane.example", dns.TypeTXT); m.Len() < 25_000 {
		t.Errorf("huge. has %d bytes", m.Len())
	}
	if m := c.ask("udp", "one.wolfsbane.example", dns.TypeA); m.Rcode != dns.RcodeServerFailure {
		t.Errorf("an alias without end: %v", m)
	}
	for _, r := range c.lab.ConnectTo() {
		for _, inward := range []string{"loopback.", "metadata.", "private.", "mixed."} {
			if strings.HasPrefix(r, inward) {
				t.Errorf("the route %s would permit what the guard has to refuse", r)
			}
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		w, err := Open("brindleford")
		if err != nil {
			b.Fatal(err)
		}
		l, err := w.Serve(b.Context(), Options{})
		if err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
}
