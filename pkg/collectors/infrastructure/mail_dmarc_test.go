package infrastructure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

func TestParseDMARC(t *testing.T) {
	for text, want := range map[string]string{
		"v=DMARC1; p=reject":                       "reject reject reject r r u false 0",
		"v=DMARC1;p=Quarantine;sp=none;np=reject":  "quarantine none reject r r u false 0",
		"v=DMARC1; p=reject; adkim=s; aspf=S; t=y": "reject reject reject s s u true 0",
		"v=DMARC1; p=none; pct=50; rf=afrf; ri=1":  "none none none r r u false 0",
		"v=DMARC1": "none none none r r u false 0",
		"v=DMARC1; rua=mailto:a@x.example!10m, mailto:B@y.example,https://z.example/": "none none none r r u false 2",
		"v=DMARC1; p=monitor; sp=reject":                                              "none none none r r u false 0 p has a value that is no policy",
		"v=DMARC1; p=reject; psd=y":                                                   "reject reject reject r r y false 0",
		"v=dmarc1; p=reject":                                                          "no",
		"p=reject; v=DMARC1":                                                          "no",
		"v=DMARC2; p=reject":                                                          "no",
		"v=spf1 -all":                                                                 "no",
		"":                                                                            "no",
	} {
		got := "no"
		if d, ok := parseDMARC(text); ok {
			got = strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s %s %v %d %s", d.p, d.subdomain(), d.absent(), d.adkim, d.aspf, d.psd, d.t, len(d.rua), d.err))
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestDMARCWalkIsAtMostEightQueries(t *testing.T) {
	for name, want := range map[string]string{
		"corp.example":         "corp.example example",
		"a.b.corp.example":     "a.b.corp.example b.corp.example corp.example example",
		"a.b.c.d.e.f.g.h.i.jj": "a.b.c.d.e.f.g.h.i.jj d.e.f.g.h.i.jj e.f.g.h.i.jj f.g.h.i.jj g.h.i.jj h.i.jj i.jj jj",
	} {
		if got := strings.Join(dmarcWalk(name), " "); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestDMARCPolicy(t *testing.T) {
	for _, c := range []struct{ name, domain, zone, want string }{
		{"own", "corp.example", `_dmarc.corp.example. TXT "v=DMARC1; p=reject"`, "p=reject from=corp.example"},
		{"none", "corp.example", `corp.example. A 192.0.2.1`, "denied"},
		{"another text", "corp.example", `_dmarc.corp.example. TXT "v=spf1 -all"`, "denied"},
		{"two", "corp.example", "_dmarc.corp.example. TXT \"v=DMARC1; p=reject\"\n_dmarc.corp.example. TXT \"v=DMARC1; p=none\"", "p=none from=corp.example error"},
		{"suffix with psd=y", "corp.co.uk", `_dmarc.co.uk. TXT "v=DMARC1; p=reject; sp=quarantine; psd=y"`, "p=quarantine from=co.uk"},
		{"top-level name", "corp.example", `_dmarc.example. TXT "v=DMARC1; p=reject; psd=y"`, "p=reject from=example"},
		{"nearest with psd=n", "corp.co.uk", "_dmarc.co.uk. TXT \"v=DMARC1; p=quarantine; psd=n\"\n_dmarc.uk. TXT \"v=DMARC1; p=reject\"", "p=quarantine from=co.uk"},
		{"own goes before all", "corp.co.uk", "_dmarc.corp.co.uk. TXT \"v=DMARC1; p=none\"\n_dmarc.co.uk. TXT \"v=DMARC1; p=reject; psd=y\"", "p=none from=corp.co.uk"},
		{"fewest labels", "corp.co.uk", "_dmarc.co.uk. TXT \"v=DMARC1; p=quarantine\"\n_dmarc.uk. TXT \"v=DMARC1; p=reject\"", "p=reject from=uk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(t, mailPolicy(), readMailPolicy, zoneOf(t, c.zone+"\n"), c.domain)
			got := ""
			for _, o := range r.seen {
				switch {
				case o.Predicate == "dmarc-record" && o.Denies:
					got = "denied"
				case o.Predicate == "dmarc-policy":
					v := o.Value.(map[string]any)
					got = fmt.Sprintf("p=%s from=%s", v["p"], v["from"])
					if v["error"] != "" {
						got += " error"
					}
				}
			}
			if got != c.want || r.err != nil {
				t.Errorf("got %q, error %v; want %q", got, r.err, c.want)
			}
		})
	}
}

func TestDMARCReportsElsewhereNeedConsent(t *testing.T) {
	f := zoneOf(t, `_dmarc.corp.example. TXT "v=DMARC1; p=none; rua=mailto:dmarc@corp.example,mailto:d@reports.corp.example,mailto:c1@yes.example,mailto:c2@no.example,mailto:c3@in.silent.test; ruf=mailto:ada.plumtree@corp.example"
		corp.example._report._dmarc.yes.example. TXT "v=DMARC1"
		corp.example._report._dmarc.no.example. TXT "hello"
`)
	f.broken["corp.example._report._dmarc.in.silent.test TXT"] = true
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	i := slices.IndexFunc(r.seen, func(o pipeline.Observation) bool { return o.Predicate == "dmarc-policy" })
	if i < 0 {
		t.Fatal("no policy")
	}
	v := r.seen[i].Value.(map[string]any)
	if got := fmt.Sprint(v["refused"], v["rua"]); got != "[no.example] 5" {
		t.Errorf("refused and number of addresses: %s", got)
	}
	r.only(t, "dmarc-reports-to", "corp.example dmarc-reports-to email:dmarc@corp.example", "corp.example dmarc-reports-to email:d@reports.corp.example",
		"corp.example dmarc-reports-to email:c1@yes.example", "corp.example dmarc-reports-to email:c2@no.example",
		"corp.example dmarc-reports-to email:c3@in.silent.test", "corp.example dmarc-reports-to email:ada.plumtree@corp.example")
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("one consent is not known: %v", r.err)
	}
}

func TestDMARCFailureDeniesNothing(t *testing.T) {
	for _, q := range []string{"_dmarc.corp.example TXT", "_dmarc.example TXT"} {
		f := zoneOf(t, "corp.example. A 192.0.2.1\n")
		f.broken[q] = true
		r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
		r.only(t, "dmarc-record")
		r.only(t, "dmarc-policy")
		if outcome(r.err) != pipeline.Partial {
			t.Errorf("%s: %v", q, r.err)
		}
	}
}

func FuzzDMARC(f *testing.F) {
	for _, s := range []string{"v=DMARC1; p=reject; rua=mailto:a@x.example!10m,mailto:b@y.example; t=y", "v=DMARC1;;;", "v=DMARC1; p=\u00e4", "v=DMARC1; rua=mailto:@"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := parseDMARC(s)
		if !ok {
			return
		}
		for _, p := range []string{d.p, d.subdomain(), d.absent()} {
			if p != "none" && p != "quarantine" && p != "reject" {
				t.Errorf("%q gives the policy %q", s, p)
			}
		}
		fd := &found{dmarc: d, from: "corp.example"}
		fd.external()
	})
}
