package infrastructure_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// healthy is a zone with two name servers that agree with its parent.
const healthy = `
-- dns://acme.example --
@ SOA ns1 hostmaster 7 7200 900 1209600 60
@ NS ns1
@ NS ns2.hoster.example.
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
www A 192.0.2.2
*.wild A 192.0.2.3
_dmarc TXT "v=DMARC1; p=none"
-- dns://hoster.example --
ns2 A 198.51.100.2
`

const served = `{"address":"192.0.2.1","over":"udp tcp","serial":7,"set":"ns1.acme.example ns2.hoster.example"}`

func TestNameServersThatAgree(t *testing.T) {
	o := tell(t, "name-servers", "acme.example", healthy)
	o.ends(t, pipeline.OK, "")
	o.says(t, `acme.example parent-delegation {"by":".","set":"ns1.acme.example ns2.hoster.example"}`,
		"acme.example serves-zone ns1.acme.example "+served,
		"acme.example serves-zone ns1.acme.example "+strings.Replace(served, "192.0.2.1", "2001:db8::1", 1),
		"acme.example serves-zone ns2.hoster.example",
		`not acme.example open-recursion ns1.acme.example {"address":"192.0.2.1"}`,
		"!not acme.example serves-zone", "!acme.example open-recursion")
}

// What one server does wrong is said of that server, and of no other. Silence
// is said of none.
func TestNameServersThatFail(t *testing.T) {
	const mine = "-- ns://ns2.hoster.example/* --\n"
	for name, c := range map[string]struct {
		files   string
		outcome pipeline.Outcome
		reason  string
		says    []string
	}{
		"lame":     {mine + "lame\n", pipeline.OK, "", []string{`not acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","dangling":false,"reason":"is not authoritative"}`}},
		"refuses":  {mine + "rcode REFUSED\n", pipeline.OK, "", []string{`not acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","dangling":false,"reason":"REFUSED"}`}},
		"fails":    {mine + "rcode SERVFAIL\n", pipeline.OK, "", []string{`not acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","dangling":false,"reason":"SERVFAIL"}`}},
		"confused": {mine + "rcode FORMERR\n", pipeline.Partial, "don't show whether it serves", []string{"!not acme.example serves-zone", "!acme.example serves-zone ns2"}},
		"silent":   {mine + "silent\n", pipeline.Partial, "ns2.hoster.example at 198.51.100.2: timeout", []string{"!not acme.example serves-zone", "!acme.example serves-zone ns2", "!not acme.example open-recursion ns2"}},
		"another serial": {mine + "serial 6\n", pipeline.OK, "", []string{
			`acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","over":"udp tcp","serial":6,"set":"ns1.acme.example ns2.hoster.example"}`}},
		"another set": {mine + "names ns1.acme.example\n", pipeline.OK, "", []string{
			`acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","over":"udp tcp","serial":7,"set":"ns1.acme.example"}`}},
		"open":          {mine + "recursion\n", pipeline.OK, "", []string{`acme.example open-recursion ns2.hoster.example {"address":"198.51.100.2"}`, "!acme.example open-recursion ns1"}},
		"lame and open": {mine + "recursion\nlame\n", pipeline.OK, "", []string{`not acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","dangling":false,"reason":"is not authoritative"}`, "acme.example open-recursion ns2.hoster.example"}},
		"no TCP":        {mine + "tcp closed\n", pipeline.OK, "", []string{`acme.example serves-zone ns2.hoster.example {"address":"198.51.100.2","over":"udp",`}},
		"never whole":   {mine + "truncate\n", pipeline.Partial, "ns2.hoster.example at 198.51.100.2: ", []string{"!not acme.example serves-zone", "!acme.example serves-zone ns2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := tell(t, "name-servers", "acme.example", healthy+c.files)
			o.ends(t, c.outcome, c.reason)
			o.says(t, append(c.says, "acme.example serves-zone ns1.acme.example "+served)...)
		})
	}
}

// A server that only the parent still names is looked at too; one whose name
// is gone is lame, and worse if its domain is.
func TestForgottenDelegations(t *testing.T) {
	const world = healthy + `
-- dns://. --
acme.example. NS ns1.acme.example.
acme.example. NS ns3.hoster.example.
acme.example. NS ns.expired.example.
acme.example. NS gone.hoster.example.
acme.example. NS bare.hoster.example.
acme.example. NS 192.0.2.9.
ns3.hoster.example. A 198.51.100.3
bare.hoster.example. TXT "no address"
-- ns://ns3.hoster.example/acme.example --
rcode REFUSED
`
	o := tell(t, "name-servers", "acme.example", world)
	o.ends(t, pipeline.OK, "")
	o.says(t, `acme.example parent-delegation {"by":".","set":"192.0.2.9 bare.hoster.example gone.hoster.example ns.expired.example ns1.acme.example ns3.hoster.example"}`,
		`not acme.example serves-zone ns3.hoster.example {"address":"198.51.100.3","dangling":false,"reason":"REFUSED"}`,
		`not acme.example serves-zone ns.expired.example {"address":"","dangling":true,"reason":"does not exist"}`,
		`not acme.example serves-zone gone.hoster.example {"address":"","dangling":false,"reason":"does not exist"}`,
		`not acme.example serves-zone bare.hoster.example {"address":"","dangling":false,"reason":"has no address"}`,
		`not acme.example serves-zone {"address":"","dangling":false,"reason":"\"192.0.2.9\" can't be the name of a server"}`,
		"acme.example serves-zone ns2.hoster.example")
}

// A zone that names more servers than are looked at is looked at in part.
func TestManyNameServers(t *testing.T) {
	var world strings.Builder
	world.WriteString("\n-- dns://acme.example --\n")
	for i := range mostServers + 4 {
		fmt.Fprintf(&world, "@ NS ns%d\nns%d A 192.0.2.%d\n", i, i, i+1)
	}
	for _, collector := range []string{"name-servers", "zone-transfer"} {
		o := tell(t, collector, "acme.example", world.String())
		o.ends(t, pipeline.Partial, fmt.Sprint(mostServers))
		seen := map[string]bool{}
		for _, r := range o.lab.Log() {
			if r.Service == "name-server" && r.Host != "ns.lab.test" {
				seen[r.Host] = true
			}
		}
		if len(seen) != mostServers {
			t.Errorf("%s asked %d servers", collector, len(seen))
		}
	}
}

// mostServers is how many name servers of a zone are looked at.
const mostServers = 16

// Where nobody serves the zone, the resolvers know nothing of servers within
// it: the parent's glue leads to them.
func TestServersByGlueAlone(t *testing.T) {
	o := tell(t, "name-servers", "acme.example", `
-- dns://acme.example --
@ NS ns1
ns1 A 192.0.2.1
-- ns://ns1.acme.example/* --
rcode REFUSED
-- host://acme.example --
dns rcode SERVFAIL
`)
	o.ends(t, pipeline.OK, "")
	o.says(t, `not acme.example serves-zone ns1.acme.example {"address":"192.0.2.1","dangling":false,"reason":"REFUSED"}`)
}

func TestZoneTransfer(t *testing.T) {
	const mine = "-- ns://ns2.hoster.example/* --\n"
	many := strings.Replace(healthy, "www A", "deep.below A 192.0.2.4\nwww A", 1) + "-- dns://other.example --\n@ A 192.0.2.7\n"
	for name, c := range map[string]struct {
		files   string
		outcome pipeline.Outcome
		reason  string
		says    []string
	}{
		"refused": {"", pipeline.OK, "", []string{`not acme.example zone-transfer ns2.hoster.example {"address":"198.51.100.2","reason":"REFUSED"}`, "!acme.example has-name"}},
		"allowed": {mine + "transfer allowed\n", pipeline.OK, "", []string{
			`acme.example zone-transfer ns2.hoster.example {"address":"198.51.100.2","records":9,"whole":true}`,
			"not acme.example zone-transfer ns1.acme.example",
			"acme.example has-name www.acme.example", "acme.example has-name deep.below.acme.example", "acme.example has-name wild.acme.example", "!acme.example has-name _dmarc", "!acme.example has-name acme"}},
		"endless": {mine + "transfer endless\n", pipeline.Partial, "goes on after", []string{
			`acme.example zone-transfer ns2.hoster.example {"address":"198.51.100.2","records":5`, "acme.example has-name www.acme.example"}},
		"torn":           {mine + "transfer torn\n", pipeline.Partial, "hung up before the zone was whole", nil},
		"another zone":   {mine + "transfer of other.example\n", pipeline.Partial, "of another zone", []string{"!acme.example zone-transfer", "!acme.example has-name"}},
		"another id":     {mine + "transfer allowed\nid\n", pipeline.Partial, "another id", []string{"!acme.example zone-transfer", "!acme.example has-name"}},
		"nobody listens": {mine + "tcp closed\n", pipeline.OK, "", []string{"not acme.example zone-transfer ns1.acme.example", "!acme.example zone-transfer"}},
		"silent":         {mine + "silent\n", pipeline.Partial, "ns2.hoster.example at 198.51.100.2", []string{"!not acme.example zone-transfer ns2", "!acme.example zone-transfer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := tell(t, "zone-transfer", "acme.example", many+c.files)
			o.ends(t, c.outcome, c.reason)
			o.says(t, c.says...)
		})
	}
}

// What does not ask the subject's own servers does not: no packet reaches
// them.
func TestOthersLeaveNameServersAlone(t *testing.T) {
	for _, collector := range []string{"dns", "mail-policy"} {
		o := tell(t, collector, "acme.example", healthy)
		if slices.ContainsFunc(o.lab.Log(), func(r lab.Request) bool { return r.Service == "name-server" }) {
			t.Errorf("%s asked a name server", collector)
		}
	}
}
