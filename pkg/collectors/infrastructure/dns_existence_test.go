package infrastructure

import (
	"testing"

	"osint/pkg/pipeline"
)

// That a domain does not exist is said where the zone above says so, and by
// every answer about the name; a failure, a filter's bare NXDOMAIN and a dead
// alias say something else.
func TestExistence(t *testing.T) {
	const above = "example. SOA a.nic.example. hostmaster.nic.example. 1 1 1 1 1\n"
	for name, x := range map[string]struct {
		zone   string
		broken []string
		denied bool
	}{
		"the zone above says so":    {above, nil, true},
		"nobody's word":             {"other.test. A 192.0.2.1\n", nil, false},
		"it holds a text":           {above + "corp.example. TXT x\n", nil, false},
		"something lies below it":   {above + "www.corp.example. A 192.0.2.1\n", nil, false},
		"its alias leads nowhere":   {above + "corp.example. CNAME gone.other.example.\n", nil, false},
		"one question failed":       {above, []string{"corp.example NS"}, true},
		"all but one question fail": {above, []string{"corp.example NS", "corp.example SOA", "corp.example A", "corp.example AAAA", "corp.example MX"}, false},
	} {
		f := zoneOf(t, x.zone)
		for _, q := range x.broken {
			f.broken[q] = true
		}
		r := read(t, dnsRecords(), readRecords, f, "corp.example")
		var want []string
		if x.denied {
			want = []string{"not corp.example in-dns"}
		}
		t.Run(name, func(t *testing.T) { r.only(t, "in-dns", want...) })
		for _, o := range r.seen {
			if o.Predicate == "in-dns" && len(o.Exchanges) != 2 {
				t.Errorf("%s: %v", name, o.Exchanges)
			}
		}
	}
	r := read(t, dnsRecords(), readRecords, zoneOf(t, above), "www.corp.example")
	r.only(t, pipeline.Predicate("in-dns"))
}
