package compliance

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

var update = flag.Bool("update", false, "write the golden files anew")

func text(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "documents", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func acme(t *testing.T) *Organisation {
	t.Helper()
	o, err := ParseOrganisation("acme.yaml", text(t, "acme.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func engagement(t *testing.T) *Mandate {
	t.Helper()
	m, err := ParseMandate("engagement.yaml", text(t, "engagement.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDocumentsRead holds that what a case has of a document is the document.
func TestDocumentsRead(t *testing.T) {
	o := acme(t)
	again, err := OrganisationFromJSON(o.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again.JSON(), o.JSON()) || again.SHA256() != o.SHA256() {
		t.Errorf("written\n%s\nread back\n%s", o.JSON(), again.JSON())
	}
	reordered, err := ParseOrganisation("elsewhere.yaml", bytes.Replace(text(t, "acme.yaml"), []byte("[DE, AT]"), []byte("[AT, DE, AT]"), 1))
	if err != nil || reordered.SHA256() != o.SHA256() {
		t.Errorf("%v: the order of countries makes another document", err)
	}
	m := engagement(t)
	token := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k1:abc"}
	sealed := m.Replace(func(e pipeline.Entity) pipeline.Entity {
		return pipeline.Entity{Kind: e.Kind, Value: token.Value + e.Value[:1]}
	})
	for _, secret := range []string{"ada@", "Ben"} {
		if strings.Contains(string(sealed.JSON()), secret) {
			t.Errorf("%s stands in clear: %s", secret, sealed.JSON())
		}
		if !strings.Contains(string(m.JSON()), secret) {
			t.Errorf("the mandate itself was changed: %s", m.JSON())
		}
	}
	back, err := MandateFromJSON(sealed.JSON())
	if err != nil || !bytes.Equal(back.JSON(), sealed.JSON()) {
		t.Fatalf("%v: written\n%s\nread back\n%s", err, sealed.JSON(), back.JSON())
	}
	if whose, minor := back.About(pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k1:abca"}); fmt.Sprintf("%v %s", whose, minor) != "[GB] no" {
		t.Errorf("about Ada: %v %v", whose, minor)
	}
	if whose, minor := back.About(pipeline.Entity{Kind: pipeline.KindPerson, Value: "sealed:k1:abcB"}); fmt.Sprintf("%v %s", whose, minor) != "[DE US-CA] yes" {
		t.Errorf("about Ben: %v %v", whose, minor)
	}
	if whose, minor := back.About(pipeline.Entity{Kind: pipeline.KindDomain, Value: "brindleford.example"}); fmt.Sprintf("%v %s", whose, minor) != "[DE US-CA] no" {
		t.Errorf("about the rest: %v %v", whose, minor)
	}
	if _, err := ParseMandate("stolen.yaml", sealed.JSON()); err == nil || !strings.Contains(err.Error(), "sealed token") {
		t.Errorf("a token in a file: %v", err)
	}
}

// TestFacts is the manual of what a rule of law knows by the documents.
func TestFacts(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	known := func(o *Organisation, m *Mandate) map[string]any {
		facts := map[string]any{}
		set := func(name string, v any) { facts[name] = v }
		if o != nil {
			o.Facts(now, set)
			m = m.Over(o.Terms())
		}
		m.Facts(set)
		return facts
	}
	compare := func(name string, facts map[string]any) {
		t.Helper()
		var got strings.Builder
		for _, k := range slices.Sorted(maps.Keys(facts)) {
			v, _ := json.Marshal(facts[k])
			fmt.Fprintf(&got, "%s = %s\n", k, v)
		}
		golden(t, filepath.Join("testdata", "documents", name), got.String())
	}
	compare("facts-all.txt", known(acme(t), engagement(t)))
	compare("facts-mandate.txt", known(nil, NewMandate()))
	least, err := ParseOrganisation("least.yaml", text(t, "least.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	compare("facts-least.txt", known(least, NewMandate()))
	if f := known(acme(t), NewMandate()); f["job.basis"] != "legitimate-interests" || f["job.human_review"] != true || f["job.retention_days"] != 180 || f["job.notice_exemption"] != "14-5-b" || fmt.Sprint(f["job.storage_countries"]) != "[DE]" {
		t.Errorf("the organisation's defaults do not hold: %v", f)
	}
	if f := known(acme(t), engagement(t)); f["job.lia_ref"] != "LIA-7" || f["job.retention_days"] != 90 || f["job.notice"] != "direct" || f["job.notice_exemption"] != "" {
		t.Errorf("the mandate does not go before the defaults: %v", f)
	}
	m := engagement(t)
	no := false
	m.HumanReview = &no
	if f := known(acme(t), m); f["job.human_review"] != false {
		t.Error("what a mandate denies, a default affirms")
	}
}

// TestBadDocuments reads each testdata/documents/bad/*.yaml and compares what
// is said of it with the file beside it.
func TestBadDocuments(t *testing.T) {
	files, _ := filepath.Glob("testdata/documents/bad/*.yaml")
	if len(files) < 10 {
		t.Fatalf("only %d files", len(files))
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(filepath.Base(f), "mandate") {
				_, err = ParseMandate(filepath.Base(f), text)
			} else {
				_, err = ParseOrganisation(filepath.Base(f), text)
			}
			if err == nil {
				t.Fatal("nothing is said of it")
			}
			golden(t, strings.TrimSuffix(f, ".yaml")+".txt", err.Error()+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got != string(want) {
		t.Errorf("%s (%v): got\n%s\nwant\n%s", file, err, got, want)
	}
}
