package all

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// Every collector says everything about itself, and nothing that can't be.
func TestSpecsAreWhole(t *testing.T) {
	seen := map[string]pipeline.Spec{}
	for _, e := range Entries() {
		if _, twice := seen[e.Spec.Name]; twice {
			t.Errorf("two collectors are called %s", e.Spec.Name)
		}
		seen[e.Spec.Name] = e.Spec
	}
	for _, e := range Entries() {
		t.Run(e.Spec.Name, func(t *testing.T) {
			if e.Collect == nil {
				t.Error("does nothing")
			}
			checkSpec(t, e.Spec)
			checkSource(t, e.Spec.Source)
			checkStandIn(t, e.Spec, seen)
		})
	}
}

func checkSpec(t *testing.T, s pipeline.Spec) {
	if !regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`).MatchString(s.Name) {
		t.Errorf("name %q: want lower case and hyphens", s.Name)
	}
	if s.Title == "" || s.Origin == "" {
		t.Errorf("title %q, origin %q: want both", s.Title, s.Origin)
	}
	if !slices.Contains(pipeline.Domains(), s.Domain) {
		t.Errorf("domain %q is none", s.Domain)
	}
	if !slices.Contains([]pipeline.Mode{pipeline.Passive, pipeline.Relayed, pipeline.Active}, s.Mode) {
		t.Errorf("mode %q is none", s.Mode)
	}
	if s.Mode == pipeline.Active && s.Context {
		t.Error("an active collector must not be put to what is not the subject's")
	}
	if !s.Grade.Valid() {
		t.Errorf("grade %q is none", s.Grade)
	}
	if s.Ceiling.Requests <= 0 {
		t.Error("no ceiling of requests")
	}
	longest := 2 * time.Minute
	if s.OnRequest != "" { // who asks for it waits for it
		longest = 10 * time.Minute
	}
	if s.Timeout < 0 || s.Timeout > longest {
		t.Errorf("a timeout of %s", s.Timeout)
	}
	if s.OnRequest != "" && !strings.HasPrefix(s.OnRequest, "--") {
		t.Errorf("runs on request, but %q is no flag to ask by", s.OnRequest)
	}
	if s.Source.PriceUSD > 0 && s.Ceiling.CostUSD <= 0 {
		t.Error("costs money and has no ceiling of cost")
	}
	personal := slices.ContainsFunc(s.Emits, pipeline.Category.Personal)
	if (s.Special != "") != slices.Contains(s.Emits, pipeline.Special) {
		t.Errorf("reveals special categories to the extent %q, and says that it emits %v", s.Special, s.Emits)
	}
	if personal != (s.Source.Class != "") && s.Source.Family != "dns" && s.Source.Family != "target" { // whose other collectors name nobody
		t.Errorf("says that it emits %v, and that its source is of class %q", s.Emits, s.Source.Class)
	}
	if personal && s.Source.Class == "" {
		t.Error("brings data about people from a source of no class")
	}
	if personal != (s.Derive != nil) {
		t.Errorf("may bring data about people: %t; has derivatives of its answers: %t", personal, s.Derive != nil)
	}
	for _, c := range s.Emits {
		if len(c.DPV()) == 0 || c.Class() == "" {
			t.Errorf("emits %s, which has no term of the vocabulary, or no class", c)
		}
	}
	whole(t, "consumes", s.Consumes, pipeline.Kind.Valid)
	if len(s.Sends) > 0 { // who downloads a list and looks into it sends nothing
		whole(t, "sends", s.Sends, pipeline.Kind.Valid)
	}
	whole(t, "emits", s.Emits, func(c pipeline.Category) bool { return slices.Contains(pipeline.Categories(), c) })
	whole(t, "produces", s.Produces, func(p pipeline.Predicate) bool { _, ok := pipeline.Relate(p); return ok })
	for _, k := range s.Sends {
		if !slices.Contains(s.Consumes, k) {
			t.Errorf("sends a %s and consumes none", k)
		}
	}
}

// whole checks a list of a Spec: not empty, each of the closed set, none
// twice.
func whole[T comparable](t *testing.T, what string, list []T, valid func(T) bool) {
	if len(list) == 0 {
		t.Errorf("%s nothing", what)
	}
	for i, x := range list {
		if !valid(x) {
			t.Errorf("%s %v, which there is not", what, x)
		}
		if slices.Contains(list[:i], x) {
			t.Errorf("%s %v twice", what, x)
		}
	}
}

func checkSource(t *testing.T, s pipeline.Source) {
	if s.Name == "" || s.Family == "" {
		t.Errorf("source %q of family %q: want both", s.Name, s.Family)
	}
	if !slices.Contains([]pipeline.Permission{pipeline.Yes, pipeline.No, pipeline.Contract, pipeline.UnknownOK}, s.Commercial) {
		t.Errorf("commercial use %q: want an answer", s.Commercial)
	}
	if s.Class != "" && !slices.Contains(pipeline.SourceClasses(), s.Class) {
		t.Errorf("class %q is none", s.Class)
	}
	if _, err := time.Parse(time.DateOnly, s.Verified); err != nil {
		t.Errorf("verified on %q: want a date", s.Verified)
	}
	if s.Country != "" && !regexp.MustCompile(`^[A-Z]{2}$`).MatchString(s.Country) {
		t.Errorf("country %q: want ISO 3166-1", s.Country)
	}
	if s.Country == "" && s.Base != "" {
		t.Errorf("%s is one endpoint, and lies in no country: only where the subject or the operator decides whom to ask may that be", s.Base)
	}
	if s.Base != "" && s.Terms == "" {
		t.Error("a source with an endpoint of its own has terms somewhere")
	}
	if s.Interval < 0 || s.Slots < 0 || s.TTL < 0 {
		t.Errorf("pace of %s, %d slots, answers kept for %s", s.Interval, s.Slots, s.TTL)
	}
}

// checkStandIn holds a stand-in against whom it stands in for: one that is
// there, of the same family, that can be asked the same.
func checkStandIn(t *testing.T, s pipeline.Spec, all map[string]pipeline.Spec) {
	if s.StandsInFor == "" {
		return
	}
	other, ok := all[s.StandsInFor]
	switch {
	case !ok:
		t.Errorf("stands in for %s, which there is not", s.StandsInFor)
	case other.Source.Family != s.Source.Family:
		t.Errorf("is of family %s and stands in for one of %s", s.Source.Family, other.Source.Family)
	case other.StandsInFor != "":
		t.Errorf("stands in for %s, which stands in itself", other.Name)
	case other.Mode != s.Mode:
		t.Errorf("is %s and stands in for one that is %s", s.Mode, other.Mode)
	}
}

// Sources are shared by name: every collector of one says the same of it.
func TestSourcesAgree(t *testing.T) {
	first := map[string]collectors.Entry{}
	for _, e := range Entries() {
		if old, known := first[e.Spec.Source.Name]; known && old.Spec.Source != e.Spec.Source {
			t.Errorf("%s and %s differ about the source %s", old.Spec.Name, e.Spec.Name, e.Spec.Source.Name)
		}
		first[e.Spec.Source.Name] = e
	}
}
