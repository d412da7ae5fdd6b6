package all

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// admitting lets every question be asked, and every answer of a collector that
// may bring personal data be kept as it says. What personal data would have to
// be left out of is its own part: a gate that rules by law is tested elsewhere.
type admitting struct{ keep pipeline.Keep }

func (g admitting) Ask(s pipeline.Spec, _ pipeline.Lead) pipeline.Ruling {
	if slices.ContainsFunc(s.Emits, pipeline.Category.Personal) {
		return pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: g.keep}
	}
	return pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: pipeline.KeepRaw}
}

func (g admitting) Keep(_ pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	if o.Category == pipeline.Content { // a careless gate: free text is sealed all the same
		return o, pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: pipeline.KeepRaw}
	}
	return o, pipeline.Ruling{Verdict: pipeline.Allow, Rule: "test", Keep: pipeline.KeepSealed}
}

// What people say of themselves stands in clear in no file of a case, whether
// its answers are sealed or kept as derivatives; and while the keys are there,
// it can be read.
func TestPeopleStandNowhereInClear(t *testing.T) {
	w, err := lab.Open("quellenau")
	if err != nil {
		t.Fatal(err)
	}
	for _, keep := range []pipeline.Keep{pipeline.KeepSealed, pipeline.KeepDerived} {
		t.Run(string(keep), func(t *testing.T) {
			t.Parallel()
			n, dir := serve(t, w, 0), t.TempDir()
			f, err := pipeline.Create(filepath.Join(dir, "case"), filepath.Join(dir, "keys"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			run := &pipeline.Run{Gate: admitting{keep}, Vault: f.Vault(), Pacer: n}
			run.Scope.Seeds = entities(t, w.Seeds()...)
			run.Opened.Limits = pipeline.Limits{Depth: 2, Entities: 200, Workers: 16, Timeout: time.Minute}
			for _, e := range Entries() {
				if e.Spec.Domain == pipeline.Social || e.Spec.Name == "rdap" || e.Spec.Name == "whois" {
					run.Collectors = append(run.Collectors, collectors.Bind(n, e))
				}
			}
			cs, err := run.Do(t.Context(), f.Sinks()...)
			if err != nil {
				t.Fatal(err)
			}
			nothingPlanted(t, filepath.Join(dir, "case"), w.Personal())
			told := map[pipeline.Predicate]int{}
			for _, o := range cs.Observations {
				told[o.Predicate]++
				text, ok := o.Value.(string)
				if o.Predicate != "describes-itself" {
					continue
				}
				if clear, open := f.Vault().RevealText(text); !ok || !pipeline.IsToken(text) || !open || clear == "" {
					t.Errorf("%v is no sealed text", o.Value)
				}
			}
			for _, p := range []pipeline.Predicate{"has-contact", "has-account", "holds-name", "has-page", "links-to", "goes-by", "works-for", "has-role", "located-at", "describes-itself"} {
				if told[p] == 0 {
					t.Errorf("nobody says %s", p)
				}
			}
			derived := 0
			for _, x := range cs.Exchanges {
				if x.Kept == pipeline.KeepDerived && x.SHA256 != "" {
					derived++
				}
			}
			if (derived > 0) != (keep == pipeline.KeepDerived) {
				t.Errorf("%d answers were kept as derivatives", derived)
			}
		})
	}
}

// nothingPlanted reads every file below a folder, unpacked.
func nothingPlanted(t *testing.T, dir string, planted []string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if z, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
			if text, err = io.ReadAll(z); err != nil {
				return err
			}
		}
		read++
		low := strings.ToLower(string(text))
		for _, p := range planted {
			if i := strings.Index(low, strings.ToLower(p)); i >= 0 {
				t.Errorf("%q stands in %s: %.300q", p, path, low[max(0, i-100):])
			}
		}
		return nil
	})
	if err != nil || read < 5 {
		t.Fatalf("read %d files: %v", read, err)
	}
}
