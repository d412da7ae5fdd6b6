package pipeline

import "testing"

func TestAbsent(t *testing.T) {
	domain, host := Entity{KindDomain, "corp.example"}, Entity{KindHost, "www.corp.example"}
	ns, ip := Entity{KindHost, "ns1.corp.example"}, Entity{KindIP, "192.0.2.1"}
	no := func(p Predicate) Observation { return Observation{Predicate: p, Denies: true} }
	for name, x := range map[string]struct {
		said []Observation
		want int
	}{
		"nothing":                        {nil, 0},
		"the registry":                   {[]Observation{no("registration")}, 1},
		"DNS":                            {[]Observation{no("in-dns"), no("resolves-to")}, 1},
		"both":                           {[]Observation{no("resolves-to"), no("in-dns"), no("registration")}, 2},
		"on hold":                        {[]Observation{{Predicate: "registration", Value: "D1"}, no("in-dns")}, 1},
		"one registry and not the other": {[]Observation{{Predicate: "registration", Value: "D1"}, no("registration")}, 0},
		"a zone":                         {[]Observation{no("registration"), {Predicate: "zone-primary", Object: &ns}}, 0},
		"a zone beside a denial":         {[]Observation{no("in-dns"), {Predicate: "zone-primary", Object: &ns}}, 0},
		"an address":                     {[]Observation{no("registration"), {Predicate: "resolves-to", Object: &ip}}, 0},
		"a name without records":         {[]Observation{no("registration"), no("resolves-to"), no("mail-handled-by")}, 0},
		"no policy":                      {[]Observation{no("spf-record"), no("mail-handled-by")}, 0},
	} {
		c := NewCase()
		for i, o := range x.said {
			o.ID, o.Subject, o.Asked = string(rune('a'+i)), domain, domain
			c.Event(&Event{Seq: uint64(i), Observed: &o})
		}
		if got := c.Absent(domain); len(got) != x.want {
			t.Errorf("%s: %d observations, want %d", name, len(got), x.want)
		}
		if got := c.Absent(host); len(got) != x.want {
			t.Errorf("%s: a host below it: %d observations, want %d", name, len(got), x.want)
		}
		if c.Absent(ip) != nil || c.Absent(Entity{KindDomain, "other.example"}) != nil {
			t.Errorf("%s: something else is missing too", name)
		}
	}
}
