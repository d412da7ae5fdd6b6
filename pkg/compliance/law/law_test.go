package law

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// small reads the laws of testdata.
func small(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"land.yaml", "isle.yaml", "neighbours.yaml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	return files
}

func load(t testing.TB, files map[string][]byte) *Book {
	t.Helper()
	b, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTable is the manual of how a decision comes about.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("testdata/table.cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCases("table.cases.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range load(t, small(t)).Try(c) {
		t.Error(f)
	}
}

// facts of a case in which nothing is wrong.
func peace() *rule.Facts {
	f := rule.NewFacts()
	for name, v := range map[string]any{"data.personal": true, "target.kind": "natural-person", "target.jurisdictions": []string{"LA"},
		"target.minor": "no", "job.basis": "consent", "job.special_condition": "", "job.tia_ref": "", "job.automated_decision": false,
		"collector.special": "none", "collector.sends_personal": false, "collector.country": "LA", "disclosure.audience": "named"} {
		f.Set(name, v)
	}
	return f
}

func TestDecision(t *testing.T) {
	b := load(t, small(t))
	f := peace()
	f.Set("job.basis", "whim")
	f.Set("target.jurisdictions", []string{"LA", "IS"})
	f.Forget("target.minor")
	f.Set("collector.special", "primary")
	got := b.Decide(f, []pipeline.Category{pipeline.Special, pipeline.Content}, Plan, Collect)
	want := Decision{Verdict: pipeline.Deny, Applied: []string{"isle", "land"}, Unknown: []string{"target.minor"},
		Redact: []pipeline.Category{pipeline.Content, pipeline.Location, pipeline.Special},
		Fired: []Fired{
			{"land", "land-1-basis", "s. 1", Plan, pipeline.Deny, nil, nil, "Name a basis."},
			{"law", NothingLeft, "art. 1; s. 3", "", pipeline.Deny, nil, nil, "Leave this source out: all that it may bring would have to be redacted."},
			{"land", "land-2-child", "s. 2", Collect, pipeline.ReviewIt, []string{"target.minor"}, nil, "Find out the age."},
			{"isle", "isle-1-where", "art. 1", Collect, pipeline.Redact, nil, []pipeline.Category{pipeline.Location}, "Leave the place out."},
			{"land", "land-3-belief", "s. 3", Collect, pipeline.Redact, nil, []pipeline.Category{pipeline.Content, pipeline.Special}, "Leave it out."},
		}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// TestUnsure holds that a framework that may apply says what it hangs on.
func TestUnsure(t *testing.T) {
	f := peace()
	f.Forget("target.jurisdictions")
	f.Set("job.basis", "whim")
	d := load(t, small(t)).Decide(f, nil)
	if d.Verdict != pipeline.Deny || len(d.Fired) != 1 || !slices.Equal(d.Fired[0].Unknown, []string{"target.jurisdictions"}) ||
		!slices.Equal(d.Unknown, []string{"target.jurisdictions"}) || !slices.Equal(d.Applied, []string{"isle", "land"}) {
		t.Errorf("%+v", d)
	}
}

func TestBook(t *testing.T) {
	b := load(t, small(t))
	fs := b.Frameworks()
	if len(fs) != 2 || fs[0].ID != "isle" || fs[1].ID != "land" || fs[1].Title != "Law of the Land" || fs[1].Source != "https://land.example/law" ||
		len(fs[1].SHA256) != 64 || len(fs[1].Rules) != 5 || fs[1].Rules[0].ID != "land-1-basis" || fs[0].ReviewBy.Format(time.DateOnly) != "2026-12-01" {
		t.Errorf("%+v", fs)
	}
	if f, r, ok := b.Rule("land-3-belief"); !ok || f.ID != "land" || r.Cite != "s. 3" {
		t.Error(f, r, ok)
	}
	only, err := b.Only("isle")
	if err != nil || len(only.Frameworks()) != 1 || len(only.Lists()) != 1 {
		t.Fatal(only, err)
	}
	f := peace()
	f.Set("job.basis", "whim")
	if d := only.Decide(f, nil); d.Verdict != pipeline.Allow {
		t.Errorf("what was left out decides: %+v", d)
	}
	if _, err := b.Only("lend"); err == nil || err.Error() != `there is no framework "lend": did you mean land?` {
		t.Error(err)
	}
}

func TestStale(t *testing.T) {
	b := load(t, small(t))
	day := func(s string) time.Time { d, _ := time.Parse(time.DateOnly, s); return d }
	for now, want := range map[string]string{
		"2026-11-30": "",
		"2026-12-01": "",
		"2026-12-02": "isle",
		"2026-12-11": "isle neighbours",
		"2027-02-02": "isle land neighbours",
	} {
		var ids []string
		for _, w := range b.Stale(day(now)) {
			ids = append(ids, w.ID)
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
	for now, want := range map[string]bool{"2026-11-10": true, "2027-01-09": true, "2027-01-10": false} {
		f := rule.NewFacts()
		b.Lend(f, day(now))
		if _, known := f.ResolveName("list.neighbours"); known != want {
			t.Errorf("%s: the list is known: %t", now, known)
		}
	}
	if got := b.Lists()[0].At(day("2027-01-01")); !slices.Equal(got, []string{"LA"}) {
		t.Error(got)
	}
	if got := b.Lists()[0].At(day("2026-01-01")); !slices.Equal(got, []string{"IS", "LA"}) {
		t.Error(got)
	}
}

// TestRedactBy holds that a rule may say by an expression what it takes away,
// and that what is not known then waits for a review.
func TestRedactBy(t *testing.T) {
	files := map[string][]byte{"f.yaml": []byte(strings.Replace(least, "outcome: deny",
		"outcome: allow-with-redaction, redact: [special], redact_by: 'collector.emits.filter(c, c != \"identity\" || target.minor == \"yes\")'", 1))}
	b := load(t, files)
	f := rule.NewFacts()
	for name, v := range map[string]any{"data.personal": true, "job.purpose": "x", "org.allowed_purposes": []string{},
		"collector.emits": []string{"identity", "contact"}, "target.minor": "no"} {
		f.Set(name, v)
	}
	emits := []pipeline.Category{pipeline.Identity, pipeline.Contact}
	d := b.Decide(f, emits)
	if d.Verdict != pipeline.Redact || !slices.Equal(d.Redact, []pipeline.Category{pipeline.Contact, pipeline.Special}) {
		t.Errorf("%+v", d)
	}
	f.Set("target.minor", "yes")
	if d := b.Decide(f, emits); d.Verdict != pipeline.Deny || d.Fired[0].Rule != NothingLeft {
		t.Errorf("%+v", d)
	}
	f.Forget("target.minor")
	d = b.Decide(f, emits)
	if d.Verdict != pipeline.ReviewIt || !slices.Equal(d.Unknown, []string{"target.minor"}) || !slices.Equal(d.Redact, []pipeline.Category{pipeline.Special}) {
		t.Errorf("%+v", d)
	}
}
