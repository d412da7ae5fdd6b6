package law

import (
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// asked are the facts that the laws of testdata ask after, and what they may
// be.
var asked = map[string][]any{
	"data.personal":            {true, false},
	"target.kind":              {"natural-person", "organization"},
	"target.jurisdictions":     {[]string{"LA"}, []string{"IS"}, []string{"IS", "LA"}, []string{}},
	"target.minor":             {"yes", "no"},
	"job.basis":                {"consent", "whim"},
	"job.special_condition":    {"", "9"},
	"job.tia_ref":              {"", "T-1"},
	"job.automated_decision":   {true, false},
	"job.human_review":         {true, false},
	"collector.special":        {"none", "primary"},
	"collector.sends_personal": {true, false},
	"collector.country":        {"LA", "IS", "XX"},
	"disclosure.audience":      {"named", "public"},
}

// anyFacts draws some of them; those that it leaves out are unknown.
func anyFacts(t *rapid.T, b *Book) (*rule.Facts, map[string]any) {
	f, given := rule.NewFacts(), map[string]any{}
	b.Lend(f, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC))
	for _, name := range sortedKeys(asked) {
		if i := rapid.IntRange(-1, 2*len(asked[name])-1).Draw(t, name); i >= 0 {
			given[name] = asked[name][i%len(asked[name])]
			f.Set(name, given[name])
		}
	}
	return f, given
}

func sortedKeys(m map[string][]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var anyEmits = rapid.SliceOfDistinct(rapid.SampledFrom([]pipeline.Category{pipeline.Special, pipeline.Content,
	pipeline.Location, pipeline.Contact}), rapid.ID[pipeline.Category])

// milder reports whether a is milder than b.
func milder(a, b pipeline.Verdict) bool { return a.Strictness() < b.Strictness() }

// TestMoreLawIsNeverMilder holds that a law that is added makes nothing
// milder, and takes away no rule that fired.
func TestMoreLawIsNeverMilder(t *testing.T) {
	b := load(t, small(t))
	rapid.Check(t, func(t *rapid.T) {
		f, _ := anyFacts(t, b)
		emits := anyEmits.Draw(t, "emits")
		all := b.Decide(f, emits)
		for _, id := range []string{"land", "isle"} {
			only, err := b.Only(id)
			if err != nil {
				t.Fatal(err)
			}
			one := only.Decide(f, emits)
			if milder(all.Verdict, one.Verdict) || !within(one.Redact, all.Redact) || !within(ids(one), ids(all)) {
				t.Fatalf("%s alone: %+v\nboth: %+v", id, one, all)
			}
		}
	})
}

// TestOrderOfLawsIsNoMatter holds that it is the same in which order laws are
// read, and in which they are asked.
func TestOrderOfLawsIsNoMatter(t *testing.T) {
	files := small(t)
	b := load(t, files)
	turned := small(t)
	turned["a.yaml"], turned["z.yaml"] = files["land.yaml"], files["isle.yaml"]
	delete(turned, "land.yaml")
	delete(turned, "isle.yaml")
	c := load(t, turned)
	back, err := b.Only("isle", "land")
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(back.frameworks)
	rapid.Check(t, func(t *rapid.T) {
		f, _ := anyFacts(t, b)
		emits := anyEmits.Draw(t, "emits")
		x, y := b.Decide(f, emits), c.Decide(f, emits)
		if !reflect.DeepEqual(x, y) {
			t.Fatalf("%+v\n%+v", x, y)
		}
		z := back.Decide(f, emits)
		if z.Verdict != x.Verdict || !slices.Equal(z.Redact, x.Redact) || !slices.Equal(z.Unknown, x.Unknown) || !alike(ids(z), ids(x)) {
			t.Fatalf("%+v\n%+v", x, z)
		}
	})
}

// TestNotKnowingIsNeverMilderThanReview holds of each fact that is made
// unknown: where any of its values would be worse than what comes out, what
// comes out is a review at least, and names it; and where nothing comes of it,
// nothing would of any value.
func TestNotKnowingIsNeverMilderThanReview(t *testing.T) {
	b := load(t, small(t))
	rapid.Check(t, func(t *rapid.T) {
		f, _ := anyFacts(t, b)
		emits := anyEmits.Draw(t, "emits")
		name := rapid.SampledFrom(sortedKeys(asked)).Draw(t, "unknown")
		f.Forget(name)
		unknown := b.Decide(f, emits)
		for _, v := range asked[name] {
			f.Set(name, v)
			known := b.Decide(f, emits)
			if milder(unknown.Verdict, known.Verdict) && (unknown.Verdict != pipeline.ReviewIt || !slices.Contains(unknown.Unknown, name)) {
				t.Fatalf("%s unknown: %+v\n%v: %+v", name, unknown, v, known)
			}
			if !within(known.Redact, unknown.Redact) {
				t.Fatalf("%s unknown redacts %v, %v redacts %v", name, unknown.Redact, v, known.Redact)
			}
			if !within(ids(known), append(ids(unknown), NothingLeft)) {
				t.Fatalf("%s unknown fires %v, %v fires %v", name, ids(unknown), v, ids(known))
			}
		}
	})
}

// TestWhatIsCertainStays holds that a rule that fires for certain, of a law
// that applies for certain, fires with every value of what is unknown.
func TestWhatIsCertainStays(t *testing.T) {
	b := load(t, small(t))
	rapid.Check(t, func(t *rapid.T) {
		f, given := anyFacts(t, b)
		var certain []string
		for _, x := range b.Decide(f, nil).Fired {
			if len(x.Unknown) == 0 {
				certain = append(certain, x.Rule+" "+string(x.Outcome))
			}
		}
		for _, name := range sortedKeys(asked) {
			if _, known := given[name]; !known {
				f.Set(name, rapid.SampledFrom(asked[name]).Draw(t, name+" is"))
			}
		}
		var now []string
		for _, x := range b.Decide(f, nil).Fired {
			now = append(now, x.Rule+" "+string(x.Outcome))
		}
		if !within(certain, now) {
			t.Fatalf("certain were %v, now fire %v", certain, now)
		}
	})
}

// TestVerdictIsTheStrictest holds that the verdict is that of the first rule,
// and that every unknown and redaction is that of a rule.
func TestVerdictIsTheStrictest(t *testing.T) {
	b := load(t, small(t))
	rapid.Check(t, func(t *rapid.T) {
		f, _ := anyFacts(t, b)
		d := b.Decide(f, anyEmits.Draw(t, "emits"))
		worst := pipeline.Allow
		var unknown []string
		var redact []pipeline.Category
		for i, x := range d.Fired {
			if milder(worst, x.Outcome) {
				worst = x.Outcome
			}
			if i > 0 && milder(d.Fired[i-1].Outcome, x.Outcome) {
				t.Fatalf("not in order: %v", ids(d))
			}
			unknown, redact = append(unknown, x.Unknown...), append(redact, x.Redact...)
		}
		if d.Verdict != worst || !alike(unknown, d.Unknown) || !alike(redact, d.Redact) {
			t.Fatalf("%+v", d)
		}
	})
}

func ids(d Decision) (rules []string) {
	for _, f := range d.Fired {
		rules = append(rules, f.Rule)
	}
	return rules
}

// FuzzLoad holds that whatever does not load is told with its place, and that
// whatever loads decides.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"land.yaml", "isle.yaml", "neighbours.yaml", "table.cases.yaml"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, c := range badDocuments {
		f.Add([]byte(c.old + c.new))
	}
	f.Add([]byte(least))
	f.Add([]byte(leastList))
	f.Add([]byte("{kind: ReferenceList}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		placed := func(err error) {
			if _, ok := err.(rule.Problems); !ok && err != nil {
				t.Errorf("%T: %v", err, err)
			}
		}
		c, err := ParseCases("x.yaml", text)
		placed(err)
		b, err := Load(map[string][]byte{"x.yaml": text, "eea.yaml": []byte(leastList)})
		placed(err)
		if err != nil {
			return
		}
		d := b.Decide(rule.NewFacts(), nil)
		if d.Verdict != pipeline.Allow && len(d.Fired) == 0 {
			t.Errorf("%s for no reason", d.Verdict)
		}
		if c != nil {
			b.Try(c)
		}
	})
}
