package profiles_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"osint/pkg/compliance/law"
	"osint/profiles"
)

const (
	ownGDPR = `apiVersion: osint.compliance/v1
kind: Framework
metadata: {id: gdpr, title: Our reading of it, version: "1", reviewed: 2026-11-01, review_by: 2027-02-01}
applies: '"DE" in list.eea'
rules:
  - {id: gdpr-1, cite: Art. 1, phase: plan, outcome: review, remedy: Think.}
`
	ownEEA = `apiVersion: osint.compliance/v1
kind: ReferenceList
metadata: {id: eea, title: Ours, checked_at: 2026-11-01, stale_after_days: 90, source: x}
entries: [{code: XX}]
`
)

func idsOf(b *law.Book) string {
	var ids []string
	for _, f := range b.Frameworks() {
		ids = append(ids, f.ID)
	}
	for _, l := range b.Lists() {
		ids = append(ids, l.ID)
	}
	return strings.Join(ids, " ")
}

// An organisation names ids of the shelf and files of its own, which stand in
// for what has their id.
func TestLawOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"ours.yaml": ownGDPR, "lists.yaml": ownEEA} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for names, want := range map[string]string{
		"":                         "ccpa gdpr lgpd pipeda uk-gdpr eea eu-adequate uk-adequate",
		"lgpd gdpr":                "gdpr lgpd eea eu-adequate uk-adequate",
		"lgpd ours.yaml":           "gdpr lgpd eea eu-adequate uk-adequate",
		"gdpr ./ours.yaml":         "gdpr eea eu-adequate uk-adequate",
		"lgpd lists.yaml":          "lgpd eea eu-adequate uk-adequate",
		dir + "/ours.yaml uk-gdpr": "gdpr uk-gdpr eea eu-adequate uk-adequate",
	} {
		b, err := profiles.LawOf(dir, strings.Fields(names)...)
		if err != nil {
			t.Errorf("%s: %v", names, err)
			continue
		}
		if got := idsOf(b); got != want {
			t.Errorf("%s: %s, want %s", names, got, want)
		}
		for _, f := range b.Frameworks() {
			if own := f.Title == "Our reading of it"; f.ID == "gdpr" && own != strings.Contains(names, "ours") {
				t.Errorf("%s: gdpr is %q", names, f.Title)
			}
		}
		for _, l := range b.Lists() {
			if own := l.Title == "Ours"; l.ID == "eea" && own != strings.Contains(names, "lists") {
				t.Errorf("%s: eea is %q", names, l.Title)
			}
		}
	}
	for name, want := range map[string]string{
		"gdrp":        `framework "gdrp": there is none of that id, and a file needs its path, such as ./gdrp.yaml: did you mean gdpr?`,
		"absent.yaml": "no such file",
	} {
		if _, err := profiles.LawOf(dir, "lgpd", name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The files of the shelf are named after what is in them, and every framework
// has cases.
func TestLawShelf(t *testing.T) {
	t.Parallel()
	cases := profiles.FrameworkCases()
	for file, text := range profiles.Frameworks() {
		id := profiles.IDOf(file, text)
		if file != "frameworks/"+id+".yaml" || law.Kind(file, text) != "Framework" {
			t.Errorf("%s holds a %s %s", file, law.Kind(file, text), id)
		}
		if cases["frameworks/"+id+".cases.yaml"] == nil {
			t.Errorf("%s has no cases", id)
		}
		if !strings.Contains(string(text), "no legal advice") {
			t.Errorf("%s does not say that it is no legal advice", file)
		}
	}
	for file, text := range profiles.Lists() {
		if id := profiles.IDOf(file, text); file != "lists/"+id+".yaml" || law.Kind(file, text) != "ReferenceList" {
			t.Errorf("%s holds a %s %s", file, law.Kind(file, text), id)
		}
	}
}
