package dnssec_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
)

// find returns a program, or skips where it is not installed.
func find(t *testing.T, name string) string {
	t.Helper()
	for _, n := range []string{name, "/usr/sbin/" + name, "/usr/bin/" + name} {
		if path, err := exec.LookPath(n); err == nil {
			return path
		}
	}
	t.Skipf("no %s on this machine: chains were not judged against signers and servers of other make", name)
	return ""
}

// A workshop signs zones with ldns and serves them with NSD.
type workshop struct {
	t     *testing.T
	dir   string
	zones []string
}

func (w *workshop) run(program string, args ...string) string {
	w.t.Helper()
	cmd := exec.Command(find(w.t, program), args...)
	cmd.Dir = w.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// key makes a key-signing key and returns the base of its files' names.
func (w *workshop) key(zone string) string {
	return w.run("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", zone)
}

func (w *workshop) ds(key string) string {
	b, err := os.ReadFile(filepath.Join(w.dir, key+".ds"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// sign writes a zone, signs it, and returns its DS record. A zone without key
// is served as it is.
func (w *workshop) sign(zone, records, key string, options ...string) {
	name := "zone-" + strings.Trim(zone, ".")
	text := fmt.Sprintf("$ORIGIN %s\n$TTL 300\n@ SOA ns.lab.test. hostmaster.lab.test. 1 3600 600 86400 60\n@ NS ns.lab.test.\n%s", dns.Fqdn(zone), records)
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if key != "" {
		w.run("ldns-signzone", append(options, "-o", zone, "-f", name+".signed", name, key)...)
		name += ".signed"
	}
	w.zones = append(w.zones, fmt.Sprintf("zone:\n  name: %s\n  zonefile: %s\n", zone, name))
}

// serve runs NSD until the test ends.
func (w *workshop) serve() string {
	bin := find(w.t, "nsd")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	conf := fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%s
  username: ""
  chroot: ""
  zonesdir: "%[2]s"
  pidfile: "%[2]s/pid"
  xfrdfile: "%[2]s/xfrd"
  xfrdir: "%[2]s"
  zonelistfile: "%[2]s/list"
  logfile: "%[2]s/log"
  database: ""
  server-count: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
%[3]s`, port, w.dir, strings.Join(w.zones, ""))
	if err := os.WriteFile(filepath.Join(w.dir, "conf"), []byte(conf), 0o600); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "-d", "-c", filepath.Join(w.dir, "conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { cancel(); cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return addr
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(w.dir, "log"))
	w.t.Fatalf("nsd does not serve:\n%s", log)
	return ""
}

// Zones that ldns signs and NSD serves are secure, and bogus after a fault.
func TestAgainstNSD(t *testing.T) {
	find(t, "nsd")
	find(t, "ldns-signzone")
	w := &workshop{t: t, dir: t.TempDir()}
	date := func(days int) string { return time.Now().AddDate(0, 0, days).UTC().Format("20060102150405") }
	valid := []string{"-i", date(-7), "-e", date(21)}
	const records = "@ A 192.0.2.1\nwww A 192.0.2.1\n*.dev A 192.0.2.2\na.b.c TXT deep\nm CNAME www\n"

	parent := "plain NS ns.lab.test.\n"
	child := func(zone string, options ...string) string {
		key := w.key(zone)
		w.sign(zone, records, key, append(options, valid...)...)
		parent += w.ds(key) + strings.TrimSuffix(zone, ".example") + " NS ns.lab.test.\n"
		return filepath.Join(w.dir, "zone-"+zone+".signed")
	}
	child("nsec.example")
	child("nsec3.example", "-n", "-t", "3", "-s", "ab12")
	child("optout.example", "-n", "-p")
	forged := child("forged.example")
	text, err := os.ReadFile(forged)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(forged, []byte(strings.ReplaceAll(string(text), "192.0.2.1\n", "192.0.2.66\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	key := w.key("expired.example")
	w.sign("expired.example", records, key, "-i", date(-40), "-e", date(-1))
	parent += w.ds(key) + "expired NS ns.lab.test.\n"
	key = w.key("stale.example")
	w.sign("stale.example", records, key, valid...)
	parent += w.ds(w.key("stale.example")) + "stale NS ns.lab.test.\n"
	w.sign("plain.example", records, "")

	key = w.key("example")
	w.sign("example", parent, key, append([]string{"-n"}, valid...)...)
	root := w.key(".")
	w.sign(".", w.ds(key)+"example. NS ns.lab.test.\n", root, valid...)

	s := sourceAt(t, w.serve(), w.ds(root))
	for _, c := range []struct {
		name string
		kind uint16
		want dnssec.State
	}{
		{"example.", dns.TypeSOA, dnssec.Secure},
		{"nsec.example.", dns.TypeA, dnssec.Secure},
		{"nsec.example.", dns.TypeMX, dnssec.Secure},
		{"m.nsec.example.", dns.TypeA, dnssec.Secure},
		{"x.dev.nsec.example.", dns.TypeA, dnssec.Secure},
		{"x.dev.nsec.example.", dns.TypeTXT, dnssec.Secure},
		{"b.c.nsec.example.", dns.TypeA, dnssec.Secure},
		{"none.nsec.example.", dns.TypeA, dnssec.Secure},
		{"nsec3.example.", dns.TypeA, dnssec.Secure},
		{"nsec3.example.", dns.TypeMX, dnssec.Secure},
		{"x.dev.nsec3.example.", dns.TypeA, dnssec.Secure},
		{"x.dev.nsec3.example.", dns.TypeTXT, dnssec.Secure},
		{"b.c.nsec3.example.", dns.TypeA, dnssec.Secure},
		{"x.none.nsec3.example.", dns.TypeA, dnssec.Secure},
		{"none.optout.example.", dns.TypeA, dnssec.Insecure}, // RFC 5155, 9.2
		{"none.example.", dns.TypeA, dnssec.Secure},
		{"plain.example.", dns.TypeA, dnssec.Insecure},
		{"forged.example.", dns.TypeSOA, dnssec.Secure},
		{"forged.example.", dns.TypeA, dnssec.Bogus},
		{"expired.example.", dns.TypeA, dnssec.Bogus},
		{"stale.example.", dns.TypeA, dnssec.Bogus},
	} {
		if v := s.judge(c.name, c.kind); v.State != c.want {
			t.Errorf("%s %s: %+v, want %s", c.name, dns.Type(c.kind), v, c.want)
		}
	}
}
