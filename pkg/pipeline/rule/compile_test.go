package rule

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
)

var words = Vocabulary{
	{"job.basis", cel.StringType, "why"},
	{"job.days", cel.IntType, "how long"},
	{"target.minor", cel.BoolType, "a child"},
	{"list.eea", cel.ListType(cel.StringType), "countries"},
	{"record", cel.MapType(cel.StringType, cel.DynType), "what was seen"},
}

var env = sync.OnceValue(func() *cel.Env {
	e, err := words.Env()
	if err != nil {
		panic(err)
	}
	return e
})

// TestBadExpressions is the manual of what does not compile, and in which
// words. The expression stands at line 7, column 10 of its file.
func TestBadExpressions(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`job.bassis == "x"`, `f.yaml:7:13: undeclared reference to 'job.bassis' (did you mean 'job.basis'?)`},
		{`job.basis ==`, `f.yaml:7:22: the expression ends too early`},
		{`job.basis == 3`, `f.yaml:7:20: found no matching overload for '_==_' applied to '(string, int)'`},
		{`job.basis`, `f.yaml:7:10: want an expression that gives a bool, not a string: job.basis`},
		{`now() > 3`, `f.yaml:7:13: undeclared reference to 'now'`},
		{"true &&\n  job.baasis == \"x\"", `f.yaml:8: undeclared reference to 'job.baasis' (did you mean 'job.basis'?)`},
		{`job.basis.matches("[")`, "f.yaml:7:10: error parsing regexp: missing closing ]: `[`"},
		{`list.eea.all(a, list.eea.all(b, list.eea.all(c, list.eea.all(d, a + b == c + d))))`, `and 1000000 is the most: loop over less`},
		{`job.bassis == "x" || job.dais == 1`, "f.yaml:7:13: undeclared reference to 'job.bassis' (did you mean 'job.basis'?)\n" +
			"f.yaml:7:34: undeclared reference to 'job.dais' (did you mean 'job.days'?)"},
	} {
		t.Run(c.text, func(t *testing.T) {
			_, err := Compile(env(), "f.yaml", Expr{Text: c.text, Line: 7, Column: 10})
			if err == nil {
				t.Fatalf("compiles, want: %s", c.want)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("got:\n%s\nwant:\n%s", err, c.want)
			}
		})
	}
}

// TestWhere holds that a column is that of the file, however the expression
// is written there.
func TestWhere(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`when: job.bassis == "x"`, `f.yaml:1:10: `},
		{`when: 'job.bassis == "x"'`, `f.yaml:1:11: `},
		{"when: |\n  true &&\n  job.bassis == \"x\"", `f.yaml:3: `},
		{"{when: 'job.bassis == \"x\"'}", `f.yaml:1:12: `},
	} {
		var doc struct{ When Expr }
		if err := Decode("f.yaml", []byte(c.text), &doc); err != nil {
			t.Fatal(err)
		}
		_, err := Compile(env(), "f.yaml", doc.When)
		if err == nil || !strings.HasPrefix(err.Error(), c.want+"undeclared") {
			t.Errorf("%s\ngot  %v\nwant %s…", c.text, err, c.want)
		}
	}
}

// TestUnknown holds that what is not known is never taken for "no".
func TestUnknown(t *testing.T) {
	facts := NewFacts()
	facts.Set("job.basis", "consent")
	facts.Set("list.eea", []string{"DE", "FR"})
	facts.Set("record", map[string]any{"all": "?", "lookups": 11.0})
	for _, c := range []struct {
		text    string
		want    Truth
		missing string
	}{
		{`true`, True, ""},
		{`job.basis == "consent"`, True, ""},
		{`job.basis in ["contract"]`, False, ""},
		{`"DE" in list.eea && job.basis.startsWith("con")`, True, ""},
		{`list.eea.exists(c, c == "FR")`, True, ""},
		{`job.days > 3`, Unknown, "job.days"},
		{`!target.minor`, Unknown, "target.minor"},
		{`target.minor && job.days > 3`, Unknown, "job.days target.minor"},
		{`job.basis == "contract" && target.minor`, False, ""},
		{`target.minor && job.basis == "contract"`, False, ""},
		{`target.minor || job.basis == "consent"`, True, ""},
		{`target.minor || job.basis == "contract"`, Unknown, "target.minor"},
		{`target.minor ? true : true`, Unknown, "target.minor"},
		{`record.lookups > 10`, True, ""},
		{`record.all == "?"`, True, ""},
		{`record.absent == "?"`, Unknown, ""},
		{`has(record.absent)`, False, ""},
		{`record.all > 3`, Unknown, ""},
		{`record.all`, Unknown, ""},
	} {
		p, err := Compile(env(), "f.yaml", Expr{Text: c.text, Line: 1})
		if err != nil {
			t.Error(err)
			continue
		}
		got, missing := p.Test(facts)
		if got != c.want || strings.Join(missing, " ") != c.missing {
			t.Errorf("%s is %s %v, want %s [%s]", c.text, got, missing, c.want, c.missing)
		}
		asMap := map[string]any{"job.basis": "consent", "list.eea": []string{"DE", "FR"},
			"record": map[string]any{"all": "?", "lookups": 11.0}}
		if again, _ := p.Test(asMap); again != got {
			t.Errorf("%s is %s over a map, %s over facts", c.text, again, got)
		}
	}
	facts.Forget("job.basis")
	p, _ := Compile(env(), "f.yaml", Expr{Text: `job.basis == "consent"`, Line: 1})
	if got, missing := p.Test(facts); got != Unknown || len(missing) != 1 {
		t.Errorf("forgotten, yet %s %v", got, missing)
	}
}

// TestRunawayLoop holds that a loop over more than was reckoned with stops
// and is unknown.
func TestRunawayLoop(t *testing.T) {
	p, err := Compile(env(), "f.yaml", Expr{Text: `list.eea.all(a, list.eea.all(b, a.contains(b)))`, Line: 1}, CostLimit(7_000_000))
	if err != nil {
		t.Fatal(err)
	}
	many := make([]string, 3000)
	if got, _ := p.Test(map[string]any{"list.eea": many}); got != Unknown {
		t.Errorf("got %s", got)
	}
	if got, _ := p.Test(map[string]any{"list.eea": many[:10]}); got != True {
		t.Errorf("got %s", got)
	}
}

func TestValue(t *testing.T) {
	facts := map[string]any{"job.basis": "consent", "job.days": 3, "record": map[string]any{"n": 1.5, "l": []any{"a"}}}
	for text, want := range map[string]any{
		`job.basis + "!"`:                   "consent!",
		`job.days + 1`:                      int64(4),
		`record`:                            map[string]any{"n": 1.5, "l": []any{"a"}},
		`[job.days]`:                        []any{int64(3)},
		`duration("90s")`:                   90 * time.Second,
		`timestamp("2026-11-23T00:00:00Z")`: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		`null`:                              nil,
	} {
		p, err := Compile(env(), "f.yaml", Expr{Text: text, Line: 1}, Yields(cel.DynType))
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := p.Value(facts); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s gives %#v, %v", text, got, err)
		}
	}
	p, _ := Compile(env(), "f.yaml", Expr{Text: `job.days / 0`, Line: 1}, Yields(cel.IntType))
	if _, err := p.Value(facts); err == nil || !strings.Contains(err.Error(), "job.days / 0: division by zero") {
		t.Errorf("got %v", err)
	}
}

func TestFactsOf(t *testing.T) {
	p, err := Compile(env(), "f.yaml", Expr{Text: `list.eea.exists(c, c == job.basis) && type(job.days) == int`, Line: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.Facts(), " "); got != "job.basis job.days list.eea" {
		t.Errorf("got %s", got)
	}
}

func BenchmarkTest(b *testing.B) {
	p, err := Compile(env(), "f.yaml", Expr{Text: `job.basis in ["contract", "consent"] && job.days <= 30`, Line: 1})
	if err != nil {
		b.Fatal(err)
	}
	known, unknown := NewFacts(), NewFacts()
	known.Set("job.basis", "consent")
	known.Set("job.days", 7)
	for name, facts := range map[string]*Facts{"known": known, "unknown": unknown} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Test(facts)
			}
		})
	}
}
