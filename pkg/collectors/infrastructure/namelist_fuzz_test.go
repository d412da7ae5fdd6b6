package infrastructure

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// Whatever a list is, it is read without a fault, and what it gives has a form.
func FuzzLists(f *testing.F) {
	f.Add("a.acme.example\t2024-01-02\n{\"sub\":\"b.acme.example\"}\n")
	f.Add("[{\"sub\":\"b.acme.example\",\"first_seen\":null},\"c.acme.example\"]")
	f.Add("acme.example,192.0.2.1\nb.acme.example,2001:db8::1\n")
	f.Add("{\"rrname\":\"acme.example\",\"rrdata\":\"192.0.2.1\",\"rrtype\":\"A\"}\n")
	f.Add("{\"url\":\"http://a.acme.example/.env?x\",\"timestamp\":\"20260102030405\"}\n")
	f.Add("[[\"timestamp\",\"original\",\"mimetype\",\"statuscode\"],[\"2019\",\"http://a.acme.example/.git/\",\"a/b\",\"200\"],[],[\"a%2C\"]]")
	domain, err := pipeline.NewEntity(pipeline.KindDomain, "acme.example")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		l, s := newNameList(domain.Value), newArchive("x", domain.Value)
		_ = parseCrtName([]byte(body), func(name string, first time.Time) { l.add(name, first, time.Time{}, "x") })
		if rows, err := parseHackerTarget(body, domain); err == nil && len(rows) == 0 && !strings.Contains(strings.ToLower(body), "records found") {
			t.Error("nothing was taken for an answer")
		}
		rows, _ := parseResolutions([]byte(body))
		_ = tellResolutions(rows, domain, "x", fitting(t))
		captures, _ := parseCaptures([]byte(body))
		for _, r := range captures {
			s.add(r.URL.String(), r.At.String(), r.Status.String(), r.Type.String(), "x")
		}
		index, _, _ := parseCDX([]byte(body))
		for _, r := range index {
			s.add(r[1], r[0], r[3], r[2], "x")
		}
		_, _ = l.tell(fitting(t)), s.tell(fitting(t), nil)
	})
}

// fitting is an Emit that holds observations against the table of relations,
// and looks for mailboxes in them.
func fitting(t *testing.T) func(pipeline.Observation) {
	return func(o pipeline.Observation) {
		if o.Subject.IsZero() {
			o.Subject = pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
		}
		if err := pipeline.CheckRelation(&o); err != nil {
			t.Error(err)
		}
		if o.Object != nil && strings.ContainsAny(o.Object.Value, "@?#") {
			t.Errorf("%s %s", o.Predicate, o.Object.Value)
		}
	}
}

// Whatever a page is, its records have names, and not one is of another page.
func FuzzRapidDNS(f *testing.F) {
	f.Add([]byte(`<table id="table"><tr><td>a.acme.example</td><td>192.0.2.1</td></tr></table><a href="/subdomain/x?page=3">`))
	f.Add([]byte(`<table id=table><tr><td><table><td>a.b<tr>`))
	f.Fuzz(func(t *testing.T, page []byte) {
		rows, pages, ok := parseRapidDNS(page)
		if len(rows) > maxPairings || pages < 0 || pages > 99999 || len(rows) > 0 && !ok && len(page) < 1<<20 {
			t.Errorf("%d rows of %d pages, %t", len(rows), pages, ok)
		}
		for _, r := range rows {
			if r.name.IsZero() {
				t.Error("a record of no name")
			}
		}
	})
}
