package infrastructure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

func TestParseSPF(t *testing.T) {
	for text, want := range map[string]string{
		"v=spf1 -all":         "all=- redirect=",
		"v=spf1":              "all= redirect=",
		"V=SPF1  A  MX  ~ALL": "a mx all=~ redirect=",
		"v=spf1 a:x.example/24//64 mx/24 a//64 all":    "a:x.example mx a all=+ redirect=",
		"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32":    "ip4 ip6 all= redirect=",
		"v=spf1 include:_spf.x.example ?all":           "include:_spf.x.example all=? redirect=",
		"v=spf1 redirect=_spf.x.example":               "all= redirect=_spf.x.example",
		"v=spf1 redirect=_spf.x.example -all":          "all=- redirect=",
		"v=spf1 -all include:late.example":             "all=- redirect=",
		"v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all":     "exists:%{ir}.%{v}._spf.%{d2} all=- redirect=",
		"v=spf1 a:%{d}/24 -all":                        "a:%{d} all=- redirect=",
		"v=spf1 ptr ptr:x.example exp=e.x.example":     "ptr ptr:x.example all= redirect=",
		"v=spf1 moo=milk -all":                         "all=- redirect=",
		"v=spf1 include:x.example. -all":               "include:x.example all=- redirect=",
		"v=spf1 include -all":                          "error",
		"v=spf1 include: -all":                         "error",
		"v=spf1 include:nodots -all":                   "error",
		"v=spf1 include:x..example -all":               "error",
		"v=spf1 ip4:2001:db8::1 -all":                  "error",
		"v=spf1 ip6:192.0.2.1 -all":                    "error",
		"v=spf1 ip4:192.0.2.0/33 -all":                 "error",
		"v=spf1 ip4:192.0.2.0/024 -all":                "error",
		"v=spf1 ip4 -all":                              "error",
		"v=spf1 a/33 -all":                             "error",
		"v=spf1 a//129 -all":                           "error",
		"v=spf1 a/ -all":                               "error",
		"v=spf1 -all:x":                                "error",
		"v=spf1 ipv4:192.0.2.1 -all":                   "error",
		"v=spf1 192.0.2.1 -all":                        "error",
		"v=spf1 redirect=a.example redirect=b.example": "error",
		"v=spf1 redirect=":                             "error",
		"v=spf1 a:%(d) -all":                           "error",
		"v=spf1 a:%{z} -all":                           "error",
		"v=spf1 a:x% -all":                             "error",
		"v=spf1 -all bogus":                            "error",
		"v=spf1 a:b\u00e4d.example -all":               "error",
		"v=spf1 + -all":                                "error",
	} {
		if got := show(parseSPF(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func show(r spfRecord, err error) string {
	if err != nil {
		return "error"
	}
	var b strings.Builder
	for _, t := range r.terms {
		if t.name == "all" {
			continue
		}
		b.WriteString(t.name)
		if t.domain != "" {
			b.WriteString(":" + t.domain)
		}
		b.WriteByte(' ')
	}
	return b.String() + "all=" + r.all + " redirect=" + r.redirect.domain
}

func TestSPFPolicy(t *testing.T) {
	many := "corp.example. TXT \"v=spf1"
	for i := range 11 {
		many += fmt.Sprintf(" include:s%d.corp.example", i)
	}
	many += " -all\"\n"
	for i := range 11 {
		many += fmt.Sprintf("s%d.corp.example. TXT \"v=spf1 ip4:192.0.2.%d -all\"\n", i, i)
	}
	var hosts strings.Builder
	for i := range 11 {
		fmt.Fprintf(&hosts, "corp.example. MX 10 mx%d.corp.example.\n", i)
	}
	nested := "corp.example. TXT \"v=spf1 include:l1.example -all\"\n"
	for i := 1; i < 6; i++ {
		nested += fmt.Sprintf("l%d.example. TXT \"v=spf1 include:l%d.example -all\"\n", i, i+1)
	}
	for _, c := range []struct{ name, zone, want string }{
		{"plain", `corp.example. TXT "v=spf1 ip4:192.0.2.1 -all"`, `all=- lookups=0`},
		{"every term counts", `corp.example. TXT "v=spf1 a mx ptr exists:%{i}.x.example include:s.example ~all"
			corp.example. A 192.0.2.1
			corp.example. MX 10 mx.corp.example.
			s.example. TXT "v=spf1 a:corp.example ?all"`, `all=~ lookups=6 ptr`},
		{"redirect decides", `corp.example. TXT "v=spf1 redirect=s.example"
			s.example. TXT "v=spf1 ip4:192.0.2.1 ~all"`, `all=~ lookups=1 redirect=s.example`},
		{"redirect to a record without all", "corp.example. TXT \"v=spf1 redirect=s.example\"\ns.example. TXT \"v=spf1 ip4:192.0.2.1\"", `all= lookups=1 redirect=s.example`},
		{"redirect to nothing", `corp.example. TXT "v=spf1 redirect=gone.example"`, `all=unknown lookups=1 void=1 redirect=gone.example error=gone.example has no SPF record`},
		{"an included ptr is another's", `corp.example. TXT "v=spf1 include:s.example -all"
			s.example. TXT "v=spf1 ptr -all"`, `all=- lookups=2`},
		{"a redirected ptr is one's own", `corp.example. TXT "v=spf1 redirect=s.example"
			s.example. TXT "v=spf1 ptr -all"`, `all=- lookups=2 ptr redirect=s.example`},
		{"eleven includes", many, `all=- lookups=11 error=more than 10 lookups`},
		{"two records", "corp.example. TXT \"v=spf1 -all\"\ncorp.example. TXT \"v=spf1 ~all\"", `all= lookups=0 records=2 error=corp.example has 2 SPF records, one is allowed`},
		{"syntax", `corp.example. TXT "v=spf1 ipv4:192.0.2.1 -all"`, `all= lookups=0 error=corp.example: "ipv4:192.0.2.1": unknown mechanism`},
		{"include of nothing", `corp.example. TXT "v=spf1 include:gone.example -all"`, `all=- lookups=1 void=1 error=gone.example has no SPF record`},
		{"include of another text", "corp.example. TXT \"v=spf1 include:s.example -all\"\ns.example. TXT \"hello\"", `all=- lookups=1 error=s.example has no SPF record`},
		{"include of two", "corp.example. TXT \"v=spf1 include:s.example -all\"\ns.example. TXT \"v=spf1\"\ns.example. TXT \"v=spf1 -all\"", `all=- lookups=1 error=s.example has 2 SPF records, one is allowed`},
		{"circle", "corp.example. TXT \"v=spf1 include:s.example -all\"\ns.example. TXT \"v=spf1 include:corp.example -all\"", `all=- lookups=2 error=included in a circle: corp.example → s.example → corp.example`},
		{"circle of one", `corp.example. TXT "v=spf1 redirect=corp.example"`, `all=unknown lookups=1 redirect=corp.example error=included in a circle: corp.example → corp.example`},
		{"three void", `corp.example. TXT "v=spf1 a:a.x.example mx:c.x.example exists:d.x.example -all"`, `all=- lookups=3 void=3 error=more than 2 lookups that find nothing`},
		{"two void", "corp.example. TXT \"v=spf1 a:a.x.example a:b.x.example a:c.x.example -all\"\nc.x.example. AAAA 2001:db8::1", `all=- lookups=3 void=2`},
		{"eleven mail hosts", "corp.example. TXT \"v=spf1 mx -all\"\n" + hosts.String(), `all=- lookups=1 error=mx of corp.example has 11 mail hosts, 10 are allowed`},
		{"included twice counts twice", "corp.example. TXT \"v=spf1 include:s.example include:s.example -all\"\ns.example. TXT \"v=spf1 a:mx.example -all\"\nmx.example. A 192.0.2.1", `all=- lookups=4`},
		{"after all nothing counts", `corp.example. TXT "v=spf1 -all include:gone.example a"`, `all=- lookups=0`},
		{"macro is counted, not followed", `corp.example. TXT "v=spf1 include:%{d}.x.example redirect=%{d}.y.example"`, `all=unknown lookups=2 redirect=%{d}.y.example`},
		{"deeper than is followed", nested, `all=- lookups=4 unfollowed=1`},
		{"wrong whatever lies deeper", strings.Replace(nested, "-all", "include:gone.example -all", 1), `all=- lookups=5 void=1 unfollowed=1 error=gone.example has no SPF record`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(t, mailPolicy(), readMailPolicy, zoneOf(t, c.zone+"\n"), "corp.example")
			var got string
			for _, o := range r.seen {
				if o.Predicate == "spf-policy" {
					got = policyLine(o.Value.(map[string]any))
				}
			}
			if got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
			want := pipeline.OK
			if strings.Contains(c.want, "unfollowed") && !strings.Contains(c.want, "error") {
				want = pipeline.Partial
			}
			if outcome(r.err) != want {
				t.Errorf("outcome: %v, want %s", r.err, want)
			}
		})
	}
}

func policyLine(v map[string]any) string {
	s := fmt.Sprintf("all=%s lookups=%v", v["all"], v["lookups"])
	if v["ptr"] == true {
		s += " ptr"
	}
	for _, k := range []string{"void", "unfollowed"} {
		if v[k] != 0.0 {
			s += fmt.Sprintf(" %s=%v", k, v[k])
		}
	}
	if v["records"] != 1.0 {
		s += fmt.Sprintf(" records=%v", v["records"])
	}
	for _, k := range []string{"redirect", "error"} {
		if v[k] != "" {
			s += fmt.Sprintf(" %s=%v", k, v[k])
		}
	}
	return s
}

func TestSPFSaysWhoMaySend(t *testing.T) {
	f := zoneOf(t, `corp.example. TXT "v=spf1 include:spf.mailer.example a:out.corp.example mx ip4:192.0.2.1 exists:x.example include:%{d}.y.example ~all"
		spf.mailer.example. TXT "v=spf1 include:deeper.mailer.example -all"
		deeper.mailer.example. TXT "v=spf1 -all"
		out.corp.example. A 192.0.2.9
		corp.example. MX 10 mx.corp.example.
		x.example. A 192.0.2.9
`)
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "authorises-sender", "corp.example authorises-sender host:spf.mailer.example", "corp.example authorises-sender host:out.corp.example")
	r.only(t, "spf-record", "corp.example spf-record v=spf1 include:spf.mailer.example a:out.corp.example mx ip4:192.0.2.1 exists:x.example include:%{d}.y.example ~all")
	if f.trips != 3 {
		t.Errorf("%d round trips, want 3", f.trips)
	}
}

func TestSPFFailuresAreToldApart(t *testing.T) {
	zone := "corp.example. TXT \"v=spf1 include:s.example -all\"\ns.example. TXT \"v=spf1 -all\"\n"
	f := zoneOf(t, zone)
	f.broken["s.example TXT"] = true
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	if i := slices.IndexFunc(r.seen, func(o pipeline.Observation) bool { return o.Predicate == "spf-policy" }); i < 0 {
		t.Error("what is known of the policy is not told")
	} else if got := policyLine(r.seen[i].Value.(map[string]any)); got != "all=- lookups=1 unfollowed=1" {
		t.Errorf("got %s", got)
	}
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("outcome %v, want partial", r.err)
	}
	f = zoneOf(t, zone)
	f.broken["corp.example TXT"] = true
	r = read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "spf-record")
	r.only(t, "spf-policy")
	r = read(t, mailPolicy(), readMailPolicy, zoneOf(t, "corp.example. A 192.0.2.1\n"), "corp.example")
	r.only(t, "spf-record", "not corp.example spf-record")
	r.only(t, "spf-policy")
}

func TestSPFQuestionsAreBounded(t *testing.T) {
	zone := `corp.example. TXT "v=spf1"`
	for i := range 200 {
		zone += fmt.Sprintf(` " include:s%d.example"`, i)
	}
	f := zoneOf(t, zone+"\n")
	read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	n := 0
	for _, q := range f.asked {
		if strings.HasPrefix(q, "s") {
			n++
		}
	}
	if n != spfQuestions {
		t.Errorf("%d of 200 includes asked for, want %d", n, spfQuestions)
	}
}

// Whatever records include one another, the questions are bounded and the
// evaluation ends.
func TestSPFIsBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "names")
		var zone strings.Builder
		for i := range n {
			name := "corp.example."
			if i > 0 {
				name = fmt.Sprintf("s%d.example.", i)
			}
			fmt.Fprintf(&zone, "%s TXT \"v=spf1\"", name)
			for range rapid.IntRange(0, 12).Draw(rt, "terms") {
				fmt.Fprintf(&zone, " \" %s:s%d.example\"", rapid.SampledFrom([]string{"include", "a", "mx", "exists", "ptr"}).Draw(rt, "term"), rapid.IntRange(0, 60).Draw(rt, "to"))
			}
			zone.WriteByte('\n')
		}
		f := zoneOf(t, zone.String())
		r := read(t, mailPolicy(), readMailPolicy, f, "corp.example") // checks round trips and the ceiling
		for _, o := range r.seen {
			if v, ok := o.Value.(map[string]any); ok && o.Predicate == "spf-policy" && v["lookups"].(float64) > spfLookups && v["error"] == "" {
				rt.Errorf("%s", policyLine(v))
			}
		}
	})
}

func FuzzSPF(f *testing.F) {
	for _, s := range []string{"v=spf1 a mx/24//64 include:_spf.x.example ip4:192.0.2.0/24 exists:%{ir}.%{v}._spf.%{d2} ~all", "v=spf1 redirect=x.example exp=%{d}", "v=spf1 a:%", "v=spf1 a:%{", "v=spf1 +"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseSPF(s)
		if err != nil {
			return
		}
		for _, term := range append(r.terms, r.redirect) {
			if (term.name == "include" || term.name == "exists") && term.domain == "" {
				t.Errorf("%q: %s without a domain", s, term.name)
			}
		}
		if r.all != "" && r.redirect.name != "" {
			t.Errorf("%q: all and redirect both decide", s)
		}
	})
}
