package compliance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

// TestSuppressForms is the manual of which spellings are the same person.
func TestSuppressForms(t *testing.T) {
	keys := t.TempDir()
	listed := entities(t, "friederike.moosbrugger@quellenau.example", "person:Friederike Moosbrugger", "person:Jörg Müller", "person:Bauer, Anna-Lena",
		"account:funken.example/friedemoos", "https://werkbank.example/users/Ada", "https://corp.example/news/2024", "person:Ma Li", "person:Phil O’Neill")
	if _, err := Suppress(keys, listed, Entry{Reason: "objected", Date: now}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"person:Moosbrugger, Friederike": true, "person:MOOSBRUGGER Friederike": true, "person:Dr. Friederike Moosbrugger": true,
		"person:Frau Prof. Dr.-Ing. Friederike Moosbrugger, M.Sc.": true, "person:Dipl.-Ing. F\u200briederike Moos\u00adbrugger": true,
		"person:Moosbrugger, Dr.med. Friederike": true, "person:Friederike\u00adMoosbrugger": true, "person:Fr\u0456ederike Moosbrugger": true, "person:Friederike Μοοsbrugger": true,
		"person:Ｆriederike Moosbrugger": true, "person:Friederike Moosbrugger-Moosbrugger": true, "person:\u202eFriederike Moosbrugger\u202c": true,
		"person:Friederike Moosbrucker": false, "person:F. Moosbrugger": false, "person:Moosbrugger": false, "person:Friederike Anna Moosbrugger": false,
		"person:Joerg Mueller": true, "person:Jorg Muller": true, "person:JÖRG MÜLLER": true, "person:Jo\u0308rg Mueller": true, "person:Georg Müller": false,
		"person:Anna Lena Bauer": true, "person:Anna-Lena Baur": false, "person:Li": false, "person:M.A. Li": false, "person:Phil ONeill": true, "person:Dr. phil. Phil O'Neill": true, "person:O'Neill": false,

		"account:funken.example/@friedemoos": true, "account:www.Funken.example/@FriedeMoos": true, "account:andere.example/friedemoos@funken.example": true,
		"https://funken.example/@friedemoos": true, "http://m.funken.example/users/friedemoos/": true, "https://funken.example/web/@friedemoos/1123": true,
		"https://funken.example/friedemoos": true, "https://funken.example/%40friedemoos": true, "https://funken.example/profile.php?id=friedemoos": true, "https://andere.example/@friedemoos@funken.example": true,
		"https://funken.example/.well-known/webfinger?resource=acct:friedemoos@funken.example": true, "repository:funken.example/friedemoos/lens": true,
		"https://funken.example/": false, "https://funken.example/@friedemoos2": false, "https://andere.example/@friedemoos": false, "https://funken.example/about/friedemoos": false,

		"account:werkbank.example/ada": true, "https://werkbank.example/u/ada": true, "https://corp.example/news/2024": true, "https://corp.example/news": false, "account:corp.example/news": false,

		"friederike.moosbrugger%2B@quellenau.example": true, "friederike.moosbrugger%2Bnews@quellenau.example": true, "%66riederike.moosbrugger@quellenau.example": true,
		"friederike.moosbrugger%252b@quellenau.example": true, `"friederike.moosbrugger"@quellenau.example`: true, "friederike.moosbrugger.@Quellenau.example.": true, "mailto:Friederike.Moosbrugger+x@quellenau.example": true,
		"friederikemoosbrugger@quellenau.example": false, "friederike.moosbrugger@mail.quellenau.example": false,
	} {
		if got := asked(t, keys, now, text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	// Whoever is listed by another of the spellings is there too, and comes off the
	// list by one.
	for spelled, asks := range map[string]string{"person:Moosbrugger, Dr. Friederike": "person:Friederike Moosbrugger", "person:Friederike\u00adMoosbrugger": "person:Friederike\u00adMoosbrugger",
		"https://funken.example/@friedemoos": "account:funken.example/friedemoos", "a%2Bx@corp.example": "a@corp.example"} {
		keys := t.TempDir()
		if _, err := Suppress(keys, entities(t, spelled), Entry{Reason: "r", Date: now}); err != nil || !asked(t, keys, now, asks) {
			t.Errorf("%s is listed, and %s is not (%v)", spelled, asks, err)
		}
		if x, err := Unsuppress(keys, entities(t, asks)); err != nil || x.Changed != 1 || asked(t, keys, now, spelled) {
			t.Errorf("%s did not come off by %s: %+v, %v", spelled, asks, x, err)
		}
	}
}

// TestSuppressOldForm holds that a list from before the forms were told apart
// holds as it did, and that what is added to it has the new form.
func TestSuppressOldForm(t *testing.T) {
	keys := t.TempDir()
	dir := suppressionDir(keys)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old, err := newList(dir, strings.Repeat("a", 16), OwnList, make([]byte, 32), now, 0)
	if err != nil {
		t.Fatal(err)
	}
	var digests []string
	for _, text := range []string{"person:jörg müller", "person:doe, jane", "account:funken.example/@mia", "account:funken.example/ada", "email:a%2bx@corp.example", "email:b@corp.example"} {
		digests = append(digests, old.digestOf(text))
	}
	slices.Sort(digests)
	if err := old.write(old.merge(digests, Entry{Reason: "r", Date: now}, nil)); err != nil {
		t.Fatal(err)
	}
	was := map[string]bool{"person:JÖRG  Müller": true, "person:Doe, Jane": true, "account:funken.example/@mia": true, "account:funken.example/mia": true,
		"https://funken.example/@mia": true, "account:funken.example/ada": true, "a%2Bx@corp.example": true, "b+x@corp.example": true, "person:Jane Roe": false}
	for text, want := range was {
		if got := asked(t, keys, now, text); got != want {
			t.Errorf("old: %s: %v", text, got)
		}
	}
	if _, err := Suppress(keys, entities(t, "person:Roe, Jane"), Entry{Reason: "r", Date: now}); err != nil {
		t.Fatal(err)
	}
	was["person:Jane Roe"] = true
	for text, want := range was {
		if got := asked(t, keys, now, text); got != want {
			t.Errorf("old with new: %s: %v", text, got)
		}
	}
	if x, err := Unsuppress(keys, entities(t, "account:funken.example/mia")); err != nil || x.Changed != 1 {
		t.Error(x, err)
	}

	// Taken in elsewhere it holds the same; as v1 too, as older ones wrote it.
	file, there := filepath.Join(t.TempDir(), "list"), t.TempDir()
	if _, err := ExportSuppressions(keys, file); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(file)
	for _, text := range []string{string(b), strings.Replace(string(b), suppressionFormat, suppressionFormat1, 1)} {
		if _, err := ImportSuppressions(there, strings.NewReader(text), "x"); err != nil || !asked(t, there, now, "person:Jörg Müller") || !asked(t, there, now, "person:Jane Roe") {
			t.Error("exchanged:", err)
		}
	}

	// A list has the form that it was begun in, and one of a later osint is not read
	// as if it were known.
	fresh := t.TempDir()
	if _, err := Suppress(fresh, entities(t, "b@corp.example"), Entry{Reason: "r", Date: now}); err != nil {
		t.Fatal(err)
	}
	if _, err := ExportSuppressions(fresh, file); err != nil {
		t.Fatal(err)
	}
	b, _ = os.ReadFile(file)
	head, rest, _ := strings.Cut(string(b), "\n")
	var says exported
	if err := json.Unmarshal([]byte(head), &says); err != nil || says.Format != suppressionFormat || says.Form != suppressionForm {
		t.Errorf("%s, %v", head, err)
	}
	for _, wrong := range []string{strings.Replace(head, `"form":2`, `"form":3`, 1), strings.Replace(head, "@v2", "@v1", 1), strings.Replace(head, "@v2", "@v3", 1)} {
		if _, err := ImportSuppressions(t.TempDir(), strings.NewReader(wrong+"\n"+rest), "x"); err == nil {
			t.Errorf("taken in: %s", wrong)
		}
	}
	s, _ := OpenSuppressions(fresh)
	path := s.lists[0].path
	b, _ = os.ReadFile(path)
	os.WriteFile(path, []byte(strings.Replace(string(b), `"form":2`, `"form":3`, 1)), 0o600)
	if _, err := OpenSuppressions(fresh); err == nil || !strings.Contains(err.Error(), "form 3") {
		t.Error(err)
	}
}

// A pageLead is a page that is asked about.
func pageLead(t testing.TB, text string) pipeline.Lead {
	return pipeline.Lead{Entity: parsed(t, text), Clear: parsed(t, text)}
}

// TestSuppressPages holds that a page of somebody who is left alone is neither asked
// about nor kept, and that other pages are what they were.
func TestSuppressPages(t *testing.T) {
	listed := parsed(t, "account:funken.example/friedemoos")
	g := New(office(), Job{}).Sparing(func(e pipeline.Entity) bool {
		return e == listed || slices.Contains(e.Accounts(), listed)
	})
	s := pipeline.Spec{Name: "pages", Mode: pipeline.Relayed, Emits: []pipeline.Category{pipeline.Technical}, Produces: []pipeline.Predicate{"links-to"}}
	for text, want := range map[string]bool{"https://funken.example/@friedemoos": true, "https://funken.example/@friedemoos/77": true, "https://funken.example/@other": false, "https://funken.example/about": false} {
		if r := g.Ask(s, pageLead(t, text)); (r.Rule == RuleSuppressed) != want {
			t.Errorf("%s: %+v", text, r)
		}
		page := parsed(t, text)
		_, r := g.Keep(s, pipeline.Observation{Subject: parsed(t, "corp.example"), Predicate: "links-to", Object: &page})
		if (r.Rule == RuleSuppressed) != want {
			t.Errorf("kept of %s: %+v", text, r)
		}
	}
}

// spelling draws a name with what stands in the way of comparing it.
func spelling(t *rapid.T) string {
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"Dr.", "Prof", "phil.", "M.A.", "oe", "ue", "aue", "ÄE", "ß", "ẞ", "İ", "ŉ", "ﬁ", "\u0301", "\u00ad", "\u200d", "і", "Ν", "が", "한", "%2B", "%25", `"`, `\`, "+", ".", "@", "-", "'", ",", " "}))
	return strings.Join(rapid.SliceOfN(part, 0, 8).Draw(t, "parts"), "")
}

// TestSuppressIdempotent holds that a form is its own.
func TestSuppressIdempotent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { idempotent(rt, spelling(rt)) })
}

func FuzzSuppressForms(f *testing.F) {
	for _, s := range []string{"Dr. Jörg Müller", "Moosbrugger, Friederike", "a%2Bb@c.example", `"a\b"@c.example`, "www.m.x.example/@@A", "Ueoe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { idempotent(t, s) })
}

func idempotent(t interface{ Errorf(string, ...any) }, s string) {
	for name, fold := range map[string]func(string) string{"name": foldName, "address": foldAddress, "account": foldAccount} {
		for _, s := range []string{s, s + "@corp.example", "corp.example/" + s} {
			if once := fold(s); fold(once) != once {
				t.Errorf("%s %q: %q, then %q", name, s, once, fold(once))
			}
		}
	}
}
