package report

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

// A report is marked as strictly as the closest held of what stands in it asks,
// never less strictly than its case, and says where it is stricter.
func TestAReportIsMarkedAsItsClassAsks(t *testing.T) {
	for _, x := range []struct {
		label string
		class pipeline.Class
		want  string
		of    string
	}{
		{"TLP:CLEAR", pipeline.Public, "TLP:CLEAR", ""},
		{"TLP:CLEAR", pipeline.Internal, "TLP:GREEN", "TLP:CLEAR"},
		{"TLP:GREEN", pipeline.Confidential, "TLP:AMBER", "TLP:GREEN"},
		{"TLP:AMBER+STRICT", pipeline.Confidential, "TLP:AMBER+STRICT", ""},
		{"TLP:AMBER", pipeline.Restricted, "TLP:RED", "TLP:AMBER"},
		{"TLP:RED", pipeline.Public, "TLP:RED", ""},
	} {
		c := Case{TLP: x.label, Classification: x.class}
		if c.mark(); c.TLP != x.want || c.TLPOfCase != x.of {
			t.Errorf("%s and %s: %s of %q, want %s of %q", x.label, x.class, c.TLP, c.TLPOfCase, x.want, x.of)
		}
	}
	for want, labels := range map[string][]string{"TLP:AMBER": {"TLP:CLEAR", "TLP:AMBER", "TLP:GREEN"}, "TLP:RED": {"TLP:CLEAR", "TLP:MAUVE"}, "TLP:GREEN": {"TLP:GREEN"}} {
		if got := StricterLabel(labels...); got != want {
			t.Errorf("%v: %s, want %s", labels, got, want)
		}
	}
	if got := StricterLabel(); got != "TLP:RED" {
		t.Errorf("nothing at all is %s", got)
	}
}

// A document names the categories that stand in it in clear, and no other: a
// person is shown with all that is said of it, or not at all.
func TestADocumentNamesWhatStandsInItInClear(t *testing.T) {
	ada := pipeline.Entity{Kind: pipeline.KindPerson, Value: "sealed:k1:d1"}
	mail := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k2:d2"}
	site := pipeline.Entity{Kind: pipeline.KindDomain, Value: "acme.example"}
	c := pipeline.NewCase()
	for i, e := range []*pipeline.Event{
		{Opened: &pipeline.Opened{Seeds: []pipeline.Entity{site}, TLP: "TLP:GREEN"}},
		{Observed: &pipeline.Observation{ID: "o1", Subject: site, Object: &ada, Predicate: "has-contact", Category: pipeline.Identity}},
		{Observed: &pipeline.Observation{ID: "o2", Subject: site, Object: &mail, Predicate: "has-contact", Category: pipeline.Contact}},
		{Observed: &pipeline.Observation{ID: "o3", Subject: ada, Value: "sealed:k3:d3", Predicate: "lives-in", Category: pipeline.Location}},
	} {
		e.Seq = uint64(i + 1)
		if err := c.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	clear := map[string]string{ada.Value: "Ada Plumtree", mail.Value: "ada@acme.example", "sealed:k3:d3": "Hollowmere"}
	reveal := func(e pipeline.Entity) (pipeline.Entity, bool) {
		return pipeline.Entity{Kind: e.Kind, Value: clear[e.Value]}, clear[e.Value] != ""
	}
	for _, x := range []struct {
		o    Options
		want []pipeline.Category
	}{
		{Options{Personal: "token", Reveal: reveal}, nil},
		{Options{Personal: "omit", Reveal: reveal}, nil},
		{Options{Personal: "show"}, nil},
		{Options{Personal: "show", Reveal: reveal}, []pipeline.Category{pipeline.Contact, pipeline.Identity, pipeline.Location}},
		{Options{Personal: "show", Reveal: reveal, Seal: []pipeline.Category{pipeline.Location}}, []pipeline.Category{pipeline.Contact}},
		{Options{Personal: "show", Reveal: reveal, Seal: []pipeline.Category{pipeline.Contact}}, []pipeline.Category{pipeline.Identity, pipeline.Location}},
	} {
		if got := Build(c, x.o).Clear(); !slices.Equal(got, x.want) {
			t.Errorf("%s without %v: %v stand in clear, want %v", x.o.Personal, x.o.Seal, got, x.want)
		}
	}
	if d := Build(c, Options{Personal: "token"}); d.Case.TLP != "TLP:RED" {
		t.Errorf("a report with a row of where somebody lives is %s", d.Case.TLP)
	}
}
