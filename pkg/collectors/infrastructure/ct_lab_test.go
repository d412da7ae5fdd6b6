package infrastructure_test

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const ctZone = `
-- dns://. --
crt.sh. A 203.0.113.9
api.certspotter.com. A 203.0.113.10
`

const crtshAt = "\n-- https://crt.sh/?q=%25.acme.example&output=json&exclude=expired&deduplicate=Y --\n"

func TestCrtsh(t *testing.T) {
	row := func(names string) string {
		return `{"issuer_name":"C=XX, O=\"Trust, Inc.\", CN=R3","common_name":"","name_value":"` + names + `","not_before":"2026-01-02T00:00:00","not_after":"2027-01-02T00:00:00","serial_number":"04AB","new_key":[1]}`
	}
	by := ` {"issuer":"Trust, Inc.","not_after":"2027-01-02T00:00:00Z","not_before":"2026-01-02T00:00:00Z","serial":"04ab"}`
	for _, c := range []struct {
		name, answer string
		outcome      pipeline.Outcome
		reason       string
		want         []string
	}{
		{"names below the domain", "Content-Type: application/json\n\n[" + row(`www.acme.example\nAPI.Acme.Example.`) + "]", pipeline.OK, "",
			[]string{"acme.example has-name www.acme.example" + by, "acme.example has-name api.acme.example" + by}},
		{"no hosts: addresses, others, the domain itself, rubbish", "\n[" + row(`jane@acme.example\nacme.example\nacme.example.evil.example\nnotacme.example\n*\n \nfoo bar.acme.example`) + "," + row(`*.acme.example\nok.acme.example`) + "]", pipeline.OK, "",
			[]string{"acme.example has-name ok.acme.example", "!acme.example has-name jane", "!acme.example has-name acme", "!acme.example has-name notacme", "!acme.example has-name foo"}},
		{"a wildcard stands for what it hangs on", "\n[" + row(`*.dev.acme.example`) + "]", pipeline.OK, "", []string{"acme.example has-name dev.acme.example"}},
		{"nothing known", "\n[]", pipeline.Empty, "", nil},
		{"keys missing, numbers for texts", "\n" + `[{"name_value":"a.acme.example","serial_number":12,"not_before":null}]`, pipeline.OK, "", []string{`acme.example has-name a.acme.example {"serial":"12"}`}},
		{"HTML for JSON", "Content-Type: text/html\n\n<html>Please wait</html>", pipeline.Malformed, "HTML where JSON is due", nil},
		{"an object for a list", "\n{\"error\":\"timeout\"}", pipeline.Malformed, "want a list", nil},
		{"JSON that breaks off", "\n[" + row("a.acme.example") + ",{", pipeline.Malformed, "", nil},
		{"404 under load is no denial", "status 404\n\n<html></html>", pipeline.Unreachable, "404", nil},
		{"our user agent is not liked", "status 403\n\nblocked", pipeline.Blocked, "403", nil},
		{"the gateway", "status 502\n\n<html></html>", pipeline.Unreachable, "502", nil},
		{"too fast", "status 429\nRetry-After: 3600\n\n", pipeline.RateLimited, "429", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "ct-crtsh", "acme.example", ctZone+crtshAt+c.answer+"\n")
			got.ends(t, c.outcome, c.reason)
			got.says(t, c.want...)
		})
	}
}

func TestCrtshIsTriedAgain(t *testing.T) {
	got := tell(t, "ct-crtsh", "acme.example", ctZone+"\n-- host://crt.sh --\nfirst 1 status 502\n"+crtshAt+"\n[{\"name_value\":\"a.acme.example\"}]\n")
	got.ends(t, pipeline.OK, "")
	if n := len(got.asked("https", "crt.sh")); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

const certspotterAt = "\n-- https://api.certspotter.com/v1/issuances?domain=acme.example"

func TestCertspotter(t *testing.T) {
	row := func(id, name string) string {
		return `{"id":"` + id + `","dns_names":["` + name + `","*.other.example"],"issuer":{"name":"C=XX, O=Trust, CN=R3"},"not_before":"2026-01-02T00:00:00Z","not_after":"2099-01-02T00:00:00Z"}`
	}
	for _, c := range []struct {
		name, world string
		outcome     pipeline.Outcome
		reason      string
		want        []string
	}{
		{"two pages and the end", " --\n\n[" + row("1", "a.acme.example") + "]" + certspotterAt + "&after=1 --\n\n[" + row("2", "b.acme.example") + "]" + certspotterAt + "&after=2 --\n\n[]",
			pipeline.OK, "", []string{"acme.example has-name a.acme.example", "acme.example has-name b.acme.example", "!acme.example has-name other"}},
		{"a cursor that leads back", " --\n\n[" + row("1", "a.acme.example") + "]" + certspotterAt + "&after=* --\n\n[" + row("1", "b.acme.example") + "]",
			pipeline.Partial, "leads back", []string{"acme.example has-name b.acme.example"}},
		{"no cursor", " --\n\n" + `[{"dns_names":["a.acme.example"]}]`, pipeline.Partial, "does not say where the next begins", []string{"acme.example has-name a.acme.example"}},
		{"limited on the second page", " --\n\n[" + row("1", "a.acme.example") + "]" + certspotterAt + "&after=1 --\nstatus 429\nRetry-After: 3600\n\n" + `{"code":"rate_limited","message":"m"}`,
			pipeline.Partial, "page 2: rate-limited", []string{"acme.example has-name a.acme.example"}},
		{"expired certificates are left out", " --\n\n" + `[{"id":"1","dns_names":["a.acme.example"],"not_after":"2020-01-01T00:00:00Z"}]` + certspotterAt + "&after=1 --\n\n[]", pipeline.Empty, "", nil},
		{"nothing known", " --\n\n[]", pipeline.Empty, "", nil},
		{"a limit said in the text", " --\n\n" + `{"code":"rate_limited","message":"m"}`, pipeline.RateLimited, "rate_limited", nil},
		{"a plan's limit", " --\n\n" + `{"code":"not_allowed_by_plan","message":"m"}`, pipeline.QuotaExceeded, "", nil},
		{"a key refused", " --\nstatus 401\n\n" + `{"code":"unauthorized"}`, pipeline.Unauthorized, "401", nil},
		{"something else", " --\n\n" + `{"data":"none"}`, pipeline.Malformed, "", nil},
		{"HTML for JSON", " --\n\n<html>", pipeline.Malformed, "HTML where JSON is due", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "ct-certspotter", "acme.example", ctZone+certspotterAt+c.world+"\n")
			got.ends(t, c.outcome, c.reason)
			got.says(t, c.want...)
			if slices.ContainsFunc(got.lines, func(l string) bool { return strings.Contains(l, "other") }) {
				t.Error("told of a name that is somebody else's")
			}
		})
	}
}

func TestCertspotterStopsAfterSomePages(t *testing.T) {
	world := certspotterAt + " --\n\n" + `[{"id":"0","dns_names":["n0.acme.example"]}]`
	for i := range 9 {
		world += certspotterAt + "&after=" + string(rune('0'+i)) + " --\n\n" + `[{"id":"` + string(rune('1'+i)) + `","dns_names":["n` + string(rune('1'+i)) + `.acme.example"]}]`
	}
	got := tell(t, "ct-certspotter", "acme.example", ctZone+world+"\n")
	got.ends(t, pipeline.Partial, "more than the 4 pages")
	got.says(t, "acme.example has-name n3.acme.example", "!acme.example has-name n4")
}
