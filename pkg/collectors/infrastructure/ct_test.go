package infrastructure

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

func TestNameBelowADomain(t *testing.T) {
	for text, want := range map[string]string{
		"www.acme.example":          "host:www.acme.example",
		" WWW.Acme.Example. ":       "host:www.acme.example",
		"*.shop.acme.example":       "host:shop.acme.example",
		"_dmarc.acme.example":       "host:_dmarc.acme.example",
		"acme.example":              "",
		"*.acme.example":            "",
		"a.*.acme.example":          "",
		"*":                         "",
		"":                          "",
		"ada@acme.example":          "",
		"ada@mail.acme.example":     "",
		"notacme.example":           "",
		"www.acme.example.test":     "",
		"two words.acme.example":    "",
		"acme.example/acme.example": "",
	} {
		got, ok := nameBelow(text, "acme.example")
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %s, %t; want %q", text, got, ok, want)
		}
	}
}

func TestIssuerOfACertificate(t *testing.T) {
	for dn, want := range map[string]string{
		"C=US, O=Example CA, CN=E1":      "Example CA",
		`C=US, O="Example, Inc.", CN=E1`: "Example, Inc.",
		"CN=Home made":                   "Home made",
		"":                               "",
		"not a name":                     "not a name",
	} {
		if got := issuerOf(dn); got != want {
			t.Errorf("%q: %q; want %q", dn, got, want)
		}
	}
}

// told returns what a gathering tells, one line each.
func (c *certified) lines() (lines []string, err error) {
	err = c.tell(func(o pipeline.Observation) {
		lines = append(lines, fmt.Sprint(o.Object.Value, " ", o.Value, " ", o.Exchanges))
	})
	return lines, err
}

// Of several certificates the newest counts, in whatever order they come.
func TestNewestCertificate(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	old := logged{names: []string{"www.acme.example", "a.acme.example"}, issuer: "Old", notBefore: day(1), notAfter: day(20), serial: "01"}
	fresh := logged{names: []string{"www.acme.example"}, issuer: "New", notBefore: day(2)}
	for _, order := range [][]logged{{old, fresh}, {fresh, old}} {
		c := newCertified("acme.example")
		for _, l := range order {
			c.add(l, "x")
		}
		got, err := c.lines()
		want := "a.acme.example map[issuer:Old not_after:2026-01-20T00:00:00Z not_before:2026-01-01T00:00:00Z serial:01] [x]\n" +
			"www.acme.example map[issuer:New not_before:2026-01-02T00:00:00Z] [x]"
		if strings.Join(got, "\n") != want || err != nil {
			t.Errorf("got %s, %v\nwant %s", strings.Join(got, "\n"), err, want)
		}
	}
}

func TestMoreNamesThanAreTold(t *testing.T) {
	c := newCertified("acme.example")
	for i := range maxCertifiedNames + 1 {
		c.add(logged{names: []string{fmt.Sprintf("n%d.acme.example", i)}}, "x")
	}
	got, err := c.lines()
	if len(got) != maxCertifiedNames || outcome(err) != pipeline.Partial {
		t.Errorf("%d names told, %v", len(got), err)
	}
}

func TestCrtshAnswer(t *testing.T) {
	for _, x := range []struct {
		what, body string
		certs      int
		bad        bool
	}{
		{"empty", `[]`, 0, false},
		{"numbers as texts, texts as numbers, unknown and missing keys", `[{"id":"1","name_value":"a.acme.example\nb.acme.example","serial_number":44,"new":{}},{}]`, 2, false},
		{"null", `[{"name_value":null,"not_before":null}]`, 1, false},
		{"cut", `[{"name_value":"a.acme.example"},{"name_v`, 1, true},
		{"an object", `{"error":"overloaded"}`, 0, true},
		{"HTML", `<html>`, 0, true},
		{"nothing", ``, 0, true},
	} {
		certs, err := parseCrtsh([]byte(x.body))
		if len(certs) != x.certs || (err != nil) != x.bad {
			t.Errorf("%s: %d certificates, %v", x.what, len(certs), err)
		}
	}
	certs, _ := parseCrtsh([]byte(`[{"issuer_name":"O=Example CA","common_name":"c.acme.example","name_value":"a.acme.example","not_before":"2026-01-02T03:04:05.678","not_after":"soon","serial_number":"04AB"}]`))
	if c := certs[0]; c.issuer != "Example CA" || c.serial != "04ab" || c.notBefore.Second() != 5 || !c.notAfter.IsZero() || len(c.names) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestCertspotterAnswer(t *testing.T) {
	certs, last, err := parseCertspotter([]byte(`[{"id":41,"dns_names":"a.acme.example"},{"id":"42","dns_names":["b.acme.example"],"issuer":{"friendly_name":"Example CA"},"not_before":"2026-01-02T00:00:00Z"}]`))
	if err != nil || len(certs) != 2 || last != "42" || certs[1].issuer != "Example CA" || len(certs[0].names) != 1 {
		t.Errorf("%+v, %q, %v", certs, last, err)
	}
	for body, want := range map[string]pipeline.Outcome{
		`{"code":"rate_limited","message":"slow down"}`:  pipeline.RateLimited,
		`{"code":"not_allowed_by_plan","message":"pay"}`: pipeline.QuotaExceeded,
		`{"code":"unauthorized","message":"key"}`:        pipeline.Unauthorized,
		`{"code":"invalid_domain","message":"no"}`:       pipeline.Malformed,
		`{"data":"x"}`:              pipeline.Malformed,
		`[{"id":"1","issuer":"x"}]`: pipeline.Malformed,
	} {
		if _, _, err := parseCertspotter([]byte(body)); outcome(err) != want {
			t.Errorf("%s: %v; want %s", body, err, want)
		}
	}
}

func TestPartlyKeepsTheEndOfTheRun(t *testing.T) {
	if err := partly(pipeline.Fail(pipeline.Timeout, "slow"), "page 2"); outcome(err) != pipeline.Partial {
		t.Error(err)
	}
	if err := partly(pipeline.Fail(pipeline.Cancelled, ""), "page 2"); outcome(err) != pipeline.Cancelled {
		t.Error(err)
	}
	broken := errors.New("disk full")
	if err := partly(broken, "page 2"); err != broken {
		t.Error(err)
	}
}

func FuzzCT(f *testing.F) {
	f.Add([]byte(`[{"name_value":"a.acme.example\n*.b.acme.example","issuer_name":"O=\"A, B\"","not_before":"2026-01-02T00:00:00"}]`))
	f.Add([]byte(`[{"id":"1","dns_names":["a.acme.example",["b"]],"issuer":{"name":"CN=x"}}]`))
	f.Add([]byte(`{"code":1}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, _ := parseCrtsh(body)
		b, _, _ := parseCertspotter(body)
		c := newCertified("acme.example")
		for _, l := range append(a, b...) {
			c.add(l, "x")
		}
		c.tell(func(o pipeline.Observation) {
			o.Subject = pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
			if err := pipeline.CheckRelation(&o); err != nil || !strings.HasSuffix(o.Object.Value, ".acme.example") {
				t.Errorf("%v: %v", o, err)
			}
		})
	})
}
