package risk

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var shelf = sync.OnceValues(func() (*Model, error) {
	files := map[string][]byte{}
	names, err := filepath.Glob("../../profiles/rules/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if files["rules/"+filepath.Base(n)], err = os.ReadFile(n); err != nil {
			return nil, err
		}
	}
	return Load(files)
})

// rules returns the model with the rules of the shelf.
func rules(t testing.TB) *Model {
	t.Helper()
	m, err := shelf()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every rule is tried on what stands below it in its file: at least one hit
// and one near miss.
func TestRulesDoWhatTheirTestsSay(t *testing.T) {
	m := rules(t)
	m.Try(func(rule, name string, err error) {
		t.Run(rule+"/"+name, func(t *testing.T) {
			if err != nil {
				t.Error(err)
			}
		})
	})
	for _, r := range m.Rules() {
		hit, miss := false, false
		for _, x := range r.Tests {
			hit = hit || x.Want == string(failed)
			miss = miss || x.Want == string(passed) || r.Absent && x.Want == string(notApplicable)
		}
		if !hit || !miss {
			t.Errorf("%s wants one test that fails and one that passes", r.ID)
		}
	}
	if n := len(m.Rules()); n < 34 {
		t.Errorf("%d rules", n)
	}
}
