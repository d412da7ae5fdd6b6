package collectors

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

// wildZone has names, a wildcard on one level with a name beside it, an empty
// name between two, and an alias that leads nowhere.
const wildZone = `$ORIGIN corp.example.
$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 192.0.2.53
www A 192.0.2.1
six AAAA 2001:db8::6
text TXT "no address"
deep.between A 192.0.2.2
gone CNAME nowhere
*.wild A 192.0.2.9
own.wild A 192.0.2.3
`

// A sweep of a real server finds what is there, tells a wildcard, and is one
// exchange that can be read back.
func TestSweepAgainstNSD(t *testing.T) {
	n, err := New(Options{Resolvers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:" + serveNSD(t, map[string]string{"corp.example": wildZone}, ""))}})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	e := Entry{Spec: pipeline.Spec{Name: "words", Source: pipeline.Source{Name: "dns", Family: "dns"}, Mode: pipeline.Relayed,
		Ceiling: pipeline.Ceiling{Requests: 1, Names: 8}}, WordList: listOf(t, "www", "mail", "six", "text", "between", "gone", "x.wild", "own.wild", "beyond-the-ceiling")}
	var swept *Swept
	var failed error
	e.Collect = func(ctx context.Context, v *View, s pipeline.Entity, emit Emit) error {
		swept, failed = v.Sweep(ctx, s.Value)
		return failed
	}
	corp, err := pipeline.NewName("corp.example")
	if err != nil {
		t.Fatal(err)
	}
	trial := Try(t.Context(), n, e, corp)
	if len(trial.Exchanges) != 1 || trial.Exchanges[0].Operation != "sweep" || trial.Exchanges[0].Outcome != pipeline.OK {
		t.Fatalf("%+v", trial.Exchanges)
	}
	want := []string{"between", "gone", "own.wild", "six", "text", "www"}
	if got := swept.names(); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	if counts := "8 names tried, 6 found, 1 do not exist, 1 answered by a wildcard, 1 not asked"; swept.String() != counts || trial.Exchanges[0].Detail != counts {
		t.Errorf("%s\nwant %s", swept, counts)
	}
	if failed == nil || trial.Outcome() != pipeline.Partial {
		t.Errorf("a name beyond the ceiling is a gap: %v", failed)
	}
	sound(t, swept)
}
