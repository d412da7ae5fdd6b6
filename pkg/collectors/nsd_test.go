package collectors

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// zoneFile is what the real server serves: more than one message of a
// transfer.
func zoneFile(origin string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "$ORIGIN %s.\n$TTL 300\n@ SOA ns1 hostmaster 2026112501 3600 600 86400 300\n@ NS ns1\n@ NS ns2.hoster.example.\nns1 A 192.0.2.53\n", origin)
	for i := range 3000 {
		fmt.Fprintf(&b, "host-with-a-long-name-%d A 192.0.2.%d\nhost-with-a-long-name-%d TXT \"%s\"\n", i, i%256, i, strings.Repeat("x", 40))
	}
	return b.String()
}

// nsd runs a real NSD on loopback that hands out open.example and refuses
// shut.example, and returns its port. It skips where there is no nsd.
func nsd(t *testing.T) string {
	t.Helper()
	return serveNSD(t, map[string]string{"open.example": zoneFile("open.example"), "shut.example": zoneFile("shut.example")}, "open.example")
}

// serveNSD serves zones, given as files, and hands out one of them whole.
func serveNSD(t *testing.T, zones map[string]string, open string) string {
	t.Helper()
	bin, err := exec.LookPath("nsd")
	if err != nil {
		if bin, err = exec.LookPath("/usr/sbin/nsd"); err != nil {
			t.Skip("no nsd on this machine: name servers and sweeps were not tried against a server of other make")
		}
	}
	dir, err := os.MkdirTemp("", "nsd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
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
remote-control:
  control-enable: no
`, port, dir)
	files := maps.Clone(zones)
	for name := range zones {
		conf += fmt.Sprintf("zone:\n  name: %[1]s\n  zonefile: %[1]s\n", name)
		if name == open {
			conf += "  provide-xfr: 127.0.0.1 NOKEY\n"
		}
	}
	files["conf"] = conf
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, bin, "-d", "-c", filepath.Join(dir, "conf"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			return port
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	t.Fatalf("nsd does not serve\n%s", log)
	return ""
}

// What NSD hands out is the zone file, record by record; what it refuses is a
// refusal; what it is not asked to find out it does not.
func TestAgainstNSD(t *testing.T) {
	n := ledTo(t, "192.0.2.53", nsd(t), nil)
	v, _ := view(n, pipeline.Spec{})
	for _, c := range []struct {
		q  Inquiry
		aa bool
		rc int
	}{
		{Inquiry{Question: Question{Name: "open.example", Type: dns.TypeSOA}}, true, dns.RcodeSuccess},
		{Inquiry{Question: Question{Name: "shut.example", Type: dns.TypeNS}, TCP: true}, true, dns.RcodeSuccess},
		{Inquiry{Question: Question{Name: "none.open.example", Type: dns.TypeA}}, true, dns.RcodeNameError},
		{Inquiry{Question: Question{Name: "elsewhere.example", Type: dns.TypeSOA}, Recurse: true}, false, dns.RcodeRefused},
	} {
		r, err := v.Inquire(t.Context(), ns1, c.q)
		if err != nil || r.AA != c.aa || r.RA || r.Rcode != c.rc {
			t.Errorf("%v: %+v, %v", c.q, r, err)
		}
	}
	if r, err := v.Transfer(t.Context(), ns1, "shut.example", 0); err != nil || len(r.Records) > 0 || r.Rcode == dns.RcodeSuccess {
		t.Errorf("not refused: %+v, %v", r, err)
	}
	got, err := v.Transfer(t.Context(), ns1, "open.example", 0)
	if err != nil || got.Cut {
		t.Fatal(got, err)
	}
	var want []dns.RR
	for zp := dns.NewZoneParser(strings.NewReader(zoneFile("open.example")), "", ""); ; {
		rr, ok := zp.Next()
		if !ok {
			break
		}
		want = append(want, rr)
	}
	lines := func(rrs []dns.RR) []string {
		out := make([]string, len(rrs))
		for i, rr := range rrs {
			out[i] = rr.String()
		}
		slices.Sort(out)
		return out
	}
	if a, b := lines(got.Records), lines(want); !slices.Equal(a, b) {
		t.Errorf("%d records came, %d are in the file", len(a), len(b))
	}
	probe, err := v.Transfer(t.Context(), ns1, "open.example", 2)
	if err != nil || !probe.Cut || len(probe.Records) < 2 || len(probe.Records) >= len(want) {
		t.Errorf("a probe: %v, %v", cmp.Or(probe, &Transfer{}).Cut, err)
	}
}
