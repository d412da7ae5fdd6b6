package resolver

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// nsd runs a real NSD on loopback with a zone corp.example of n addresses
// h0…, and a text of 4,000 bytes at big. It skips where there is no nsd.
func nsd(t testing.TB, n int) netip.AddrPort {
	t.Helper()
	bin, err := exec.LookPath("nsd")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nsd"); err != nil {
			t.Skip("no nsd on this machine: the resolver was not tried against a server of other make")
		}
	}
	dir, err := os.MkdirTemp("", "nsd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var zone strings.Builder
	fmt.Fprintf(&zone, "$ORIGIN corp.example.\n$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n@ NS ns1\nns1 A 192.0.2.53\nbig TXT%s\n",
		strings.Repeat(` "`+strings.Repeat("x", 200)+`"`, 20))
	for i := range n {
		fmt.Fprintf(&zone, "h%d A 192.0.2.%d\n", i, i%256)
	}
	addr := bothFree(t)
	conf := fmt.Sprintf(`server:
  ip-address: 127.0.0.1@%d
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
zone:
  name: corp.example
  zonefile: zone
`, addr.Port(), dir)
	os.WriteFile(filepath.Join(dir, "zone"), []byte(zone.String()), 0o600)
	os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "-d", "-c", filepath.Join(dir, "conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); cmd.Wait() })
	r := open(t, Options{Servers: []netip.AddrPort{addr}, Tries: 40})
	res := r.Ask(context.Background(), []Question{{Name: "corp.example", Type: dns.TypeSOA}})[0]
	if res.Err != nil || len(res.Msg.Answer) == 0 {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("nsd does not serve: %v\n%s", res.Err, log)
	}
	return addr
}

func bothFree(t testing.TB) netip.AddrPort {
	for range 20 {
		addr := closedPort(t)
		if l, err := net.Listen("tcp", addr.String()); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port that is free for UDP and TCP")
	return netip.AddrPort{}
}

func TestAgainstNSD(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{nsd(t, 1000)}})
	res := r.Ask(t.Context(), []Question{{Name: "h7.corp.example", Type: dns.TypeA}, {Name: "big.corp.example", Type: dns.TypeTXT},
		{Name: "none.corp.example", Type: dns.TypeA}, {Name: "h7.corp.example", Type: dns.TypeMX}, {Name: "www.elsewhere.example", Type: dns.TypeA}})
	mustAnswer(t, res[0])
	mustAnswer(t, res[1])
	if !res[1].TCP || len(res[1].Wire) < 4000 {
		t.Errorf("4,000 bytes of text: over TCP %v, %d bytes", res[1].TCP, len(res[1].Wire))
	}
	if rc := res[2].Msg.Rcode; rc != dns.RcodeNameError {
		t.Errorf("a name that is not there: %s", dns.RcodeToString[rc])
	}
	if m := res[3].Msg; m.Rcode != dns.RcodeSuccess || len(m.Answer) != 0 {
		t.Errorf("a type that is not there: %v", m)
	}
	if rc := res[4].Msg.Rcode; rc != dns.RcodeRefused {
		t.Errorf("another's zone: %s", dns.RcodeToString[rc])
	}
	sweep(t, r, 2000, 1000)
}

// sweep asks for n names of which the first there exist, and checks that
// every one is told of once and rightly.
func sweep(t testing.TB, r *Resolver, n, there int) {
	t.Helper()
	i, seen, found, again := 0, make(map[string]bool, n), 0, 0
	err := r.Each(context.Background(), func() (Question, bool) {
		if i == n {
			return Question{}, false
		}
		i++
		return Question{Name: fmt.Sprintf("h%d.corp.example", i-1), Type: dns.TypeA}, true
	}, func(q Question, res Result) {
		if res.Err != nil {
			t.Errorf("%s: %v", q, res.Err)
			return
		}
		if seen[q.Name] {
			t.Errorf("%s told twice", q)
		}
		seen[q.Name] = true
		again += res.Tries - 1
		if len(res.Msg.Answer) == 1 && strings.HasPrefix(res.Msg.Answer[0].String(), q.Name+".") {
			found++
		}
	})
	if err != nil || len(seen) != n || found != there {
		t.Errorf("error %v; told of %d of %d, found %d of %d", err, len(seen), n, found, there)
	}
	if again > n/20 {
		t.Logf("%d questions put again", again)
	}
}
