package infrastructure

import (
	"slices"
	"strings"
	"testing"
)

const goodSTS = "version: STSv1\nmode: enforce\nmx: mx1.corp.example\nmx: *.hoster.example\nmax_age: 604800\n"

func TestParseSTS(t *testing.T) {
	for _, c := range []struct{ name, body, mode, fault string }{
		{"as it should be", goodSTS, "enforce", ""},
		{"with CRLF", strings.ReplaceAll(goodSTS, "\n", "\r\n"), "enforce", ""},
		{"without the last newline", strings.TrimSpace(goodSTS), "enforce", ""},
		{"fields of the future", goodSTS + "report_to: someone\n", "enforce", ""},
		{"the first counts", goodSTS + "mode: none\nmax_age: 1\n", "enforce", ""},
		{"no mode, later one", strings.Replace(goodSTS, "mode: enforce\n", "", 1) + "mode: testing\n", "testing", ""},
		{"none needs no host", "version: STSv1\nmode: none\nmax_age: 86400\n", "none", ""},
		{"another version", strings.Replace(goodSTS, "STSv1", "STSv2", 1), "enforce", `the version is "STSv2"`},
		{"no version", strings.Replace(goodSTS, "version: STSv1\n", "", 1), "enforce", `the version is ""`},
		{"an odd mode", strings.Replace(goodSTS, "enforce", "Enforce", 1), "", `the mode is "Enforce"`},
		{"no host", strings.ReplaceAll(goodSTS, "mx:", "mix:"), "enforce", "no mail host"},
		{"no pattern", strings.Replace(goodSTS, "mx1.corp.example", "mx1.*.example", 1), "enforce", "no pattern"},
		{"a bare star", strings.Replace(goodSTS, "*.hoster.example", "*", 1), "enforce", "no pattern"},
		{"no age", strings.Replace(goodSTS, "max_age: 604800\n", "", 1), "enforce", `max_age is ""`},
		{"a negative age", strings.Replace(goodSTS, "604800", "-1", 1), "enforce", `max_age is "-1"`},
		{"more than a year", strings.Replace(goodSTS, "604800", "31557601", 1), "enforce", "max_age is"},
		{"a year", strings.Replace(goodSTS, "604800", "31557600", 1), "enforce", ""},
		{"a page", "<!doctype html>\n<html></html>\n", "", "is no field"},
		{"an empty line within", strings.Replace(goodSTS, "\n", "\n\n", 1), "enforce", "is no field"},
		{"empty", "", "", "the version"},
		{"not UTF-8", goodSTS + "note: \xff\xfe\n", "enforce", "not UTF-8"},
	} {
		p := parseSTS(c.body)
		if p.mode != c.mode || (c.fault == "") != (len(p.faults) == 0) || !strings.Contains(strings.Join(p.faults, "; "), c.fault) {
			t.Errorf("%s: mode %q, faults %q; want %q, %q", c.name, p.mode, p.faults, c.mode, c.fault)
		}
	}
	if p := parseSTS(goodSTS); p.maxAge != 604800 || !slices.Equal(p.mx, []string{"mx1.corp.example", "*.hoster.example"}) {
		t.Errorf("%+v", p)
	}
}

func TestSTSCovers(t *testing.T) {
	p := parseSTS(goodSTS)
	for host, want := range map[string]bool{
		"mx1.corp.example": true, "mx2.corp.example": false, "a.hoster.example": true,
		"hoster.example": false, "a.b.hoster.example": false, "xhoster.example": false, "example": false,
	} {
		if p.covers(host) != want {
			t.Errorf("%s is covered: %v, want %v", host, !want, want)
		}
	}
	if got := p.unmatched([]string{"mx1.corp.example", "mx2.corp.example"}); !slices.Equal(got, []string{"mx2.corp.example"}) {
		t.Error(got)
	}
	p.mode = "none"
	if got := p.unmatched([]string{"mx2.corp.example"}); len(got) > 0 {
		t.Error(got)
	}
}

func TestSTSRecord(t *testing.T) {
	for record, want := range map[string]string{
		"v=STSv1; id=20261101T01;": "20261101T01", "v=STSv1;id=a": "a", "v=STSv1; ext=1; id=b": "b",
		"v=STSv1": "", "v=STSv1; id=": "", "v=STSv1; id=2026-11-01": "", "v=STSv1; id=" + strings.Repeat("x", 33): "",
	} {
		if id, fault := stsRecord([]string{record}); id != want || (fault == "") != (want != "") {
			t.Errorf("%s: %q, %q", record, id, fault)
		}
	}
	if id, fault := stsRecord([]string{"v=STSv1; id=a", "v=STSv1; id=b"}); id != "" || !strings.Contains(fault, "2 TXT records") {
		t.Errorf("%q, %q", id, fault)
	}
}

// A policy without fault has all that a sender needs, whatever its bytes, and
// says in the same words what it says when written anew.
func FuzzParseSTS(f *testing.F) {
	for _, s := range []string{goodSTS, "version: STSv1\r\nmode: none\r\nmax_age: 0", "mx: *.\nmx: -a.example", "version:STSv1\n\n", "mode: \x1b[31m\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		p := parseSTS(body)
		if len(p.mx) > stsMaxMX {
			t.Errorf("%d patterns", len(p.mx))
		}
		for _, m := range p.mx {
			host := strings.Replace(m, "*", "x", 1)
			if !p.covers(host) || p.covers("y."+host) && !slices.Contains(p.mx, "*."+host) {
				t.Errorf("%q covers %q: %v", p.mx, host, p.covers(host))
			}
		}
		if len(p.faults) > 0 {
			return
		}
		if p.mode == "" || p.maxAge < 0 || p.maxAge > stsMaxAge || p.mode != "none" && len(p.mx) == 0 {
			t.Errorf("no fault in %+v", p)
		}
		again := parseSTS(strings.ReplaceAll(body, "\n", "\r\n"))
		if again.mode != p.mode || again.maxAge != p.maxAge || !slices.Equal(again.mx, p.mx) {
			t.Errorf("%+v became %+v", p, again)
		}
	})
}
