package law

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

const least = `apiVersion: osint.compliance/v1
kind: Framework
metadata: {id: law-a, title: A law, version: "1", reviewed: 2026-11-01, review_by: 2027-02-01}
applies: data.personal
rules:
  - {id: law-a-1, cite: "s. 1", phase: plan, require: 'job.purpose in org.allowed_purposes', outcome: deny, remedy: Register the purpose.}
`

const leastList = `apiVersion: osint.compliance/v1
kind: ReferenceList
metadata: {id: eea, title: EEA, checked_at: 2026-11-01, stale_after_days: 90, source: "https://eea.example"}
entries:
  - {code: DE}
`

const leastCases = `apiVersion: osint.compliance/v1
kind: Cases
framework: law-a
given: {data.personal: true}
cases:
  - {name: a case, facts: {job: {purpose: x}}, unknown: [target.minor], expect: review}
`

// badDocuments is what can be wrong with each kind: what to write instead of
// which text.
var badDocuments = []struct{ name, in, old, new string }{
	{"unknown key", least, "applies:", "aplies: true\napplies:"},
	{"unknown key of a rule", least, "remedy:", "remedys: x, remedy:"},
	{"second document", least, "rules:", "---\nrules:"},
	{"alias", least, "applies: data.personal", "applies: &a data.personal\nx: *a"},
	{"type error", least, "job.purpose in org.allowed_purposes", "job.purpose in org.max_retention_days"},
	{"no condition", least, "job.purpose in org.allowed_purposes", "job.purpose"},
	{"unknown fact", least, "job.purpose in", "job.porpose in"},
	{"unknown list", least, "org.allowed_purposes", "list.eea"},
	{"too costly", least, "job.purpose in org.allowed_purposes",
		"org.establishments.all(a, org.establishments.all(b, org.establishments.all(c, org.establishments.all(d, a + b == c + d))))"},
	{"never judged", least, "job.purpose in org.allowed_purposes", "1 / 0 == 1"},
	{"missing citation", least, `cite: "s. 1", `, ""},
	{"empty citation", least, `"s. 1"`, `" "`},
	{"missing remedy", least, ", remedy: Register the purpose.", ""},
	{"missing phase", least, "phase: plan, ", ""},
	{"unknown phase", least, "phase: plan", "phase: plann"},
	{"missing outcome", least, "outcome: deny, ", ""},
	{"unknown outcome", least, "outcome: deny", "outcome: denied"},
	{"an outcome that is none", least, "outcome: deny", "outcome: allow"},
	{"redact without the outcome", least, "outcome: deny", "outcome: deny, redact: [special]"},
	{"redact_by without the outcome", least, "outcome: deny", "outcome: deny, redact_by: collector.emits"},
	{"redact_by that gives no categories", least, "outcome: deny", "outcome: allow-with-redaction, redact_by: collector.special"},
	{"the outcome without redact", least, "outcome: deny", "outcome: allow-with-redaction"},
	{"unknown category", least, "outcome: deny", "outcome: allow-with-redaction, redact: [specail]"},
	{"duplicate id", least, "rules:\n", "rules:\n  - {id: law-a-1, cite: x, phase: plan, outcome: deny, remedy: x}\n"},
	{"id of another", least, "id: law-a-1", "id: law-b-1"},
	{"no id", least, "id: law-a-1, ", ""},
	{"id that is none", least, "id: law-a-1", "id: law-a-A_1"},
	{"number as id", least, "id: law-a,", "id: 7,"},
	{"review before reviewed", least, "2027-02-01", "2026-10-01"},
	{"no review", least, ", review_by: 2027-02-01", ""},
	{"date that is none", least, "2027-02-01", "soon"},
	{"no metadata", least, "metadata: {id: law-a, title: A law, version: \"1\", reviewed: 2026-11-01, review_by: 2027-02-01}\n", ""},
	{"no applies", least, "applies: data.personal\n", ""},
	{"no rules", least, "rules:\n  - {id: law-a-1, cite: \"s. 1\", phase: plan, require: 'job.purpose in org.allowed_purposes', outcome: deny, remedy: Register the purpose.}\n", ""},
	{"other kind", least, "kind: Framework", "kind: Frame"},
	{"no kind", least, "kind: Framework\n", ""},
	{"other version", least, "v1", "v2"},
	{"not YAML", least, "rules:", "rules: ["},

	{"list: unknown key", leastList, "code:", "kode:"},
	{"list: no source", leastList, `, source: "https://eea.example"`, ""},
	{"list: no check", leastList, "checked_at: 2026-11-01, stale_after_days: 90, ", ""},
	{"list: code twice", leastList, "entries:\n", "entries:\n  - {code: DE}\n"},
	{"list: end before it begins", leastList, "code: DE", "code: DE, since: 2026-02-01, valid_until: 2026-01-01"},
	{"list: empty", leastList, "entries:\n  - {code: DE}\n", ""},

	{"cases: unknown fact", leastCases, "purpose: x", "porpose: x"},
	{"cases: unknown fact in given", leastCases, "data.personal", "data.person"},
	{"cases: unknown unknown", leastCases, "target.minor", "target.miner"},
	{"cases: type of a fact", leastCases, "purpose: x", "retention_days: x"},
	{"cases: known and unknown", leastCases, "target.minor", "job.purpose"},
	{"cases: no name", leastCases, "name: a case, ", ""},
	{"cases: name twice", leastCases, "cases:\n", "cases:\n  - {name: a case, expect: deny}\n"},
	{"cases: verdict", leastCases, "expect: review", "expect: reviewed"},
	{"cases: no verdict", leastCases, ", expect: review", ""},
	{"cases: category", leastCases, "expect", "emits: [contacts], expect"},
	{"cases: two ways", leastCases, "framework: law-a", "framework: law-a\nframeworks: [law-a]"},
	{"cases: none", leastCases, "cases:\n  - {name: a case, facts: {job: {purpose: x}}, unknown: [target.minor], expect: review}\n", ""},
}

// read reads a document by its kind.
func read(file, text string) error {
	if strings.Contains(text, "kind: Cases") {
		_, err := ParseCases(file, []byte(text))
		return err
	}
	_, err := Load(map[string][]byte{file: []byte(text)})
	return err
}

// TestBadDocuments is the manual of what does not load, and in which words.
func TestBadDocuments(t *testing.T) {
	var got strings.Builder
	for _, c := range badDocuments {
		text := strings.Replace(c.in, c.old, c.new, 1)
		if text == c.in {
			t.Errorf("%s: %q is not there", c.name, c.old)
		}
		err := read("f.yaml", text)
		if err == nil {
			t.Errorf("%s: loads", c.name)
			continue
		}
		if !strings.HasPrefix(err.Error(), "f.yaml:") {
			t.Errorf("%s: no place: %v", c.name, err)
		}
		fmt.Fprintf(&got, "%s\n    %s\n", c.name, strings.ReplaceAll(err.Error(), "\n", "\n    "))
	}
	golden(t, "bad-documents", got.String())
	for _, text := range []string{least, leastList, leastCases} {
		if err := read("f.yaml", text); err != nil {
			t.Error(err)
		}
	}
}

// TestTwice holds that an id stands once in all files.
func TestTwice(t *testing.T) {
	_, err := Load(map[string][]byte{"a.yaml": []byte(least), "b.yaml": []byte(least), "c.yaml": []byte(leastList), "d.yaml": []byte(leastList)})
	want := `b.yaml:3: the framework law-a is in a.yaml:3 already: an id stands once, choose another
b.yaml:6: the rule law-a-1 is in a.yaml:6 already: an id stands once, choose another
d.yaml:3: the list eea is in c.yaml:3 already: an id stands once, choose another`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestStrangers holds that cases name what the book has.
func TestStrangers(t *testing.T) {
	b := load(t, small(t))
	c, err := ParseCases("c.yaml", []byte(`apiVersion: osint.compliance/v1
kind: Cases
frameworks:
  - land
cases:
  - {name: one, facts: {list: {neighbors: [LA]}, data.personal: false}, expect: allow, fired: [land-1-base]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range b.Try(c) {
		got = append(got, f.String())
	}
	c.names[0].Value, c.Frameworks[0] = "lend", "lend"
	for _, f := range b.Try(c) {
		got = append(got, f.String())
	}
	want := `c.yaml:6: one: there is no fact list.neighbors: did you mean list.neighbours?
c.yaml:6: one: there is no rule land-1-base: did you mean land-1-basis?
c.yaml:6: one: fired [], want [land-1-base]
c.yaml:4: there is no framework "lend": did you mean land?`
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s", file, got)
	}
}

// TestNoSuchList holds that a list that is not there is named, with the one
// that may have been meant.
func TestNoSuchList(t *testing.T) {
	text := strings.Replace(least, "org.allowed_purposes", "list.eee", 1)
	_, err := Load(map[string][]byte{"a.yaml": []byte(text), "eea.yaml": []byte(leastList)})
	if want := "a.yaml:6: there is no list for list.eee: did you mean list.eea?"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
