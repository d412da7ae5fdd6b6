package all

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// Each lie of a hostile name server ends in its own outcome, within the bounds
// of whoever asks, and is said of that server alone.
func TestHostileNameServers(t *testing.T) {
	w, err := lab.Open("hostile")
	if err != nil {
		t.Fatal(err)
	}
	n, entries := serve(t, w, 0), Entries()
	run := func(name string) *trial {
		i := slices.IndexFunc(entries, func(e collectors.Entry) bool { return e.Spec.Name == name })
		subject := pipeline.Entity{Kind: pipeline.KindDomain, Value: "wolfsbane.example"}
		r := try(n, entries[i], subject, 30*time.Second, nil)
		r.check(t)
		if r.outcome() != pipeline.Partial {
			t.Errorf("%s ended as %s", name, r)
		}
		return r
	}
	var health, transfers *trial
	var wg sync.WaitGroup
	wg.Go(func() { health = run("name-servers") })
	wg.Go(func() { transfers = run("zone-transfer") })
	wg.Wait()
	for _, c := range []struct {
		addr          string
		query, whole  pipeline.Outcome
		serves, hands string // "yes", "no", or "" if nothing is said
	}{
		{"192.0.2.67", pipeline.OK, pipeline.OK, "yes", "no"},            // ns1, which is honest
		{"192.0.2.68", pipeline.Timeout, "", "", ""},                     // silent, of which the resolvers know nothing
		{"192.0.2.90", pipeline.Timeout, pipeline.Malformed, "", ""},     // another id
		{"192.0.2.91", pipeline.Timeout, pipeline.Malformed, "", ""},     // another question
		{"192.0.2.92", pipeline.Unreachable, pipeline.Malformed, "", ""}, // never whole
		{"192.0.2.93", pipeline.Malformed, pipeline.Malformed, "", ""},   // breaks off
		{"192.0.2.94", pipeline.Malformed, pipeline.Malformed, "", ""},   // pointers in a loop
		{"192.0.2.95", pipeline.Timeout, pipeline.Malformed, "", ""},     // garbage
		{"192.0.2.96", pipeline.OK, pipeline.OK, "yes", "no"},            // as large as can be
		{"192.0.2.97", pipeline.OK, pipeline.OK, "yes", "no"},            // absurd names
		{"192.0.2.98", pipeline.OK, pipeline.OK, "no", "no"},             // points upward
		{"192.0.2.99", pipeline.OK, pipeline.OK, "yes", "yes"},           // a zone without end
		{"192.0.2.100", pipeline.OK, pipeline.OK, "yes", "yes"},          // one without its end: its beginning is handed out
		{"192.0.2.101", pipeline.OK, pipeline.Malformed, "yes", ""},      // another's zone
		{"127.0.0.1", pipeline.Blocked, pipeline.Blocked, "", ""},        // inward
	} {
		where := "dns://" + netip.MustParseAddr(c.addr).String() + "/wolfsbane.example?type="
		if got := health.outcomeAt("query", where+"SOA"); got != c.query {
			t.Errorf("%s: SOA ended as %q, want %q", c.addr, got, c.query)
		}
		if got := transfers.outcomeAt("transfer", where+"AXFR"); got != c.whole {
			t.Errorf("%s: transfer ended as %q, want %q", c.addr, got, c.whole)
		}
		if got := health.saysOf("serves-zone", c.addr); got != c.serves {
			t.Errorf("%s: serves the zone: %q, want %q", c.addr, got, c.serves)
		}
		if got := transfers.saysOf("zone-transfer", c.addr); got != c.hands {
			t.Errorf("%s: hands out the zone: %q, want %q", c.addr, got, c.hands)
		}
	}
	for _, k := range transfers.kept {
		if len(k.body) > 16<<20 {
			t.Errorf("%s: %d bytes", k.Locator, len(k.body))
		}
	}
}

// outcomeAt returns how the first exchange of an operation at a locator ended.
func (r *trial) outcomeAt(operation, locator string) pipeline.Outcome {
	for _, k := range r.kept {
		if k.Operation == operation && k.Locator == locator {
			return k.Outcome
		}
	}
	return ""
}

// saysOf returns whether something was said, or denied, of the server at an
// address.
func (r *trial) saysOf(p pipeline.Predicate, addr string) (said string) {
	for _, o := range r.said {
		v, _ := o.Value.(map[string]any)
		if o.Predicate != p || v["address"] != addr {
			continue
		}
		if said != "" {
			return "twice"
		}
		said = map[bool]string{false: "yes", true: "no"}[o.Denies]
	}
	return said
}
