package rule

import (
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
)

func compile(t *testing.T, text string, options ...Option) *Program {
	t.Helper()
	p, err := Compile(env(), "f.yaml", Expr{Text: text, Line: 1}, options...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSession holds that a session says what each condition says by itself,
// and names of what is missing only what would decide.
func TestSession(t *testing.T) {
	f := NewFacts()
	f.Set("job.basis", "consent")
	f.Set("list.eea", []string{"DE", "FR"})
	f.Set("record", map[string]any{"n": 1})
	s := f.Open()
	defer s.Close()
	for text, want := range map[string]string{
		`job.basis == "consent"`:                                               "true",
		`list.eea.exists(c, c == "FR")`:                                        "true",
		`list.eea.all(c, c == "FR" || target.minor)`:                           "unknown target.minor",
		`(job.basis == "contract" && job.days > 3) || target.minor`:            "unknown target.minor",
		`job.days > 3 && (job.basis == "contract" || target.minor)`:            "unknown job.days target.minor",
		`job.days > 3 ? target.minor : false`:                                  "unknown job.days",
		`list.eea.exists(now, now == "FR") && record.n == 1`:                   "true",
		`record.exists(k, k == "n" && list.eea.exists(c, c == job.basis))`:     "false",
		`record.exists(k, k == "n" && list.eea.exists(c, job.days in [1]))`:    "unknown job.days",
		`list.eea.exists(list, list == "FR")`:                                  "true",
		`[1, job.days].exists(n, n == 3) || job.basis.startsWith("x")`:         "unknown job.days",
		`record.gone == 1 || target.minor`:                                     "unknown target.minor",
		`record.gone == 1`:                                                     "unknown",
		`list.eea.map(c, c + job.basis).size() == 2 && !("x" in list.eea)`:     "true",
		`list.eea.filter(c, c in ["DE"] && job.basis != "").size() == 1`:       "true",
		`list.eea.exists_one(c, c == "DE" && (target.minor || !target.minor))`: "unknown target.minor",
	} {
		p := compile(t, text)
		for how, test := range map[string]func() (Truth, []string){
			"a session": func() (Truth, []string) { return s.Test(p) },
			"itself":    func() (Truth, []string) { return p.Test(f) },
			"a map": func() (Truth, []string) {
				return p.Test(map[string]any{"job.basis": "consent", "list.eea": []string{"DE", "FR"}, "record": map[string]any{"n": 1}})
			},
		} {
			truth, missing := test()
			if got := strings.TrimSpace(truth.String() + " " + strings.Join(missing, " ")); got != want {
				t.Errorf("%s in %s is %s, want %s", text, how, got, want)
			}
		}
	}
}

// TestSessionLimits holds that a loop over something long is counted, and
// that what it took is not charged to the conditions after it.
func TestSessionLimits(t *testing.T) {
	f := NewFacts()
	f.Set("job.basis", "consent")
	f.Set("list.eea", make([]string, 3000))
	s := f.Open()
	defer s.Close()
	runaway := compile(t, `list.eea.all(a, list.eea.all(b, a.contains(b)))`, CostLimit(7_000_000))
	once := compile(t, `list.eea.all(a, a == "")`, CostLimit(100_000))
	for range 50 {
		if got, _ := s.Test(once); got != True {
			t.Fatalf("counted too much: %s", got)
		}
	}
	if got, _ := s.Test(runaway); got != Unknown {
		t.Errorf("ran to its end: %s", got)
	}
	for range 50 {
		if got, _ := s.Test(once); got != True {
			t.Fatalf("counted too much: %s", got)
		}
	}
}

func TestClone(t *testing.T) {
	f := NewFacts()
	f.Set("job.basis", "consent")
	g := f.Clone()
	g.Set("job.basis", "contract")
	g.Set("job.days", 3)
	p := compile(t, `job.basis == "contract" && job.days == 3`)
	if got, _ := p.Test(g); got != True {
		t.Error(got)
	}
	if got, _ := p.Test(f); got != False {
		t.Error(got)
	}
}

func TestTexts(t *testing.T) {
	f := NewFacts()
	f.Set("list.eea", []string{"DE", "FR"})
	for text, want := range map[string][]string{`list.eea.filter(c, c != "DE")`: {"FR"}, `["a"]`: {"a"}} {
		if got, known, _ := compile(t, text, Yields(cel.ListType(cel.StringType))).Texts(f); !known || !slices.Equal(got, want) {
			t.Errorf("%s gives %v, %t", text, got, known)
		}
	}
	got, known, missing := compile(t, `list.eea.filter(c, c != job.basis)`, Yields(cel.ListType(cel.StringType))).Texts(f)
	if got != nil || known || !slices.Equal(missing, []string{"job.basis"}) {
		t.Error(got, known, missing)
	}
}
