package tolerance

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

var rules = []string{"EML-01", "EML-05", "EXP-02", "INF-01"}

func entity(text string) pipeline.Entity {
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		panic(err)
	}
	return e
}

func finding(id, rule string, s pipeline.Severity, status pipeline.Status, subject string) *pipeline.Finding {
	return &pipeline.Finding{ID: id, Rule: rule, Severity: s, Status: status, Subject: entity(subject), Vector: rule[:3], Family: "spf", Confidence: .9}
}

var found = []*pipeline.Finding{
	finding("f-001", "EML-01", pipeline.Critical, pipeline.Suppressed, "corp.example"),
	finding("f-002", "EML-05", pipeline.High, pipeline.Known, "corp.example"),
	finding("f-003", "INF-01", pipeline.Low, pipeline.New, "www.corp.example"),
	finding("f-004", "EXP-02", pipeline.Critical, pipeline.Accepted, "corp.example"),
	finding("f-005", "EXP-02", pipeline.Critical, pipeline.Disputed, "www.corp.example"),
}

var assessed = &pipeline.Assessment{Score: 62.5, Level: "high", Coverage: .9, Confidence: .8, Bounds: pipeline.Bounds{Known: 62.5, Expected: 70, Max: 85}}
var sparse = &pipeline.Assessment{Score: 12, Level: "low", Insufficient: true, Coverage: .4, Bounds: pipeline.Bounds{Known: 12, Expected: 50, Max: 99}}

// TestConditions is the manual of --fail-on.
func TestConditions(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{`high`, "high holds because of EML-05 on corp.example (high)"},
		{`critical`, ""}, // suppressed, accepted and disputed do not count
		{`low`, "low holds because of EML-05 on corp.example (high), INF-01 on www.corp.example (low)"},
		{`new`, "new holds because of INF-01 on www.corp.example (low)"},
		{`new.severity>=high`, ""},
		{`new.severity>=low`, "new.severity>=low holds because of INF-01 on www.corp.example (low)"},
		{`new.severity>="low"`, `new.severity>="low" holds because of INF-01 on www.corp.example (low)`},
		{`known.rule == EML-05`, "known.rule == EML-05 holds because of EML-05 on corp.example (high)"},
		{`rule==EML-05`, "rule==EML-05 holds because of EML-05 on corp.example (high)"},
		{`rule=="EML-05"`, `rule=="EML-05" holds because of EML-05 on corp.example (high)`},
		{`rule==EML-01`, ""},
		{`rule in [EML-01, INF-01]`, "rule in [EML-01, INF-01] holds because of INF-01 on www.corp.example (low)"},
		{`high <= severity`, "high <= severity holds because of EML-05 on corp.example (high)"},
		{`severity == medium`, ""},
		{`vector == "EML"`, `vector == "EML" holds because of EML-05 on corp.example (high)`},
		{`new && high`, "new && high holds because of EML-05 on corp.example (high), INF-01 on www.corp.example (low)"},
		{`findings.exists(f, f.new && f.severity >= high)`, ""},
		{`findings.exists(f, f.known && f.severity >= "high" && f.rule == EML-05)`, `findings.exists(f, f.known && f.severity >= "high" && f.rule == EML-05) holds because of EML-05 on corp.example (high)`},
		{`findings.size() > 2`, ""},
		{`score>=60`, "score>=60 holds: score is 62.5"},
		{`score>=63`, ""},
		{`score>=60 && bounds.max>=80`, "score>=60 && bounds.max>=80 holds: score is 62.5, bounds.max is 85"},
		{`level>=high`, "level>=high holds: level is high"},
		{`coverage<0.7`, ""},
		{`coverage<1`, "coverage<1 holds: coverage is 0.9"},
		{`!high || score<10`, ""},
		{`(critical || score > 99) || !new`, ""},
		{`insufficient`, ""},
	} {
		p, err := Parse(c.text, rules)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := p.judge(found, assessed)
		if got.Holds != (c.says != "") || got.Holds && got.Reason != c.says || !got.Judged {
			t.Errorf("%s: %+v, want %q", c.text, got, c.says)
		}
	}
}

// TestConditionsFailSafe holds that a score that is not known breaks the
// build, also where the expression turns it round, unless something else
// decides.
func TestConditionsFailSafe(t *testing.T) {
	for text, want := range map[string]string{
		`score>=60`:                 "score>=60 can't be judged, and so holds: coverage is 40 %, too little for a score",
		`!(score<60)`:               "!(score<60) can't be judged, and so holds: coverage is 40 %, too little for a score",
		`score>=60 && critical`:     "",
		`level>=critical`:           "level>=critical can't be judged, and so holds: coverage is 40 %, too little for a score",
		`bounds.max>=80`:            "bounds.max>=80 holds: bounds.max is 99",
		`coverage<0.7`:              "coverage<0.7 holds: coverage is 0.4",
		`high`:                      "high holds because of EML-05 on corp.example (high)",
		`score>=60 && rule==EML-05`: "score>=60 && rule==EML-05 can't be judged, and so holds: coverage is 40 %, too little for a score",
	} {
		p, err := Parse(text, rules)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.judge(found, sparse); got.Holds != (want != "") || got.Holds && got.Reason != want {
			t.Errorf("%s: %+v, want %q", text, got, want)
		}
	}
	p, _ := Parse("coverage<0.7", rules)
	if got := p.judge(nil, nil); !got.Holds || got.Judged || got.Reason != "coverage<0.7 can't be judged, and so holds: nothing was scored" {
		t.Errorf("nothing scored: %+v", got)
	}
}

// A run that was killed has found nothing, and that means nothing.
func TestNeverJudged(t *testing.T) {
	p, _ := Parse("high", rules)
	if got := p.Judge(pipeline.NewCase()); !got.Holds || got.Judged || got.Reason != "high can't be judged, and so holds: the run was stopped before it judged" {
		t.Errorf("%+v", got)
	}
}

// TestBadConditions is the manual of what is refused, and in which words.
func TestBadConditions(t *testing.T) {
	for text, want := range map[string]string{
		`scroe>=60`:                        `"scroe>=60", column 1: there is no scroe: did you mean score?`,
		`high && hihg`:                     `"high && hihg", column 9: there is no hihg: did you mean high?`,
		`xyzzy`:                            `"xyzzy", column 1: there is no xyzzy: write one of info, low, medium, high, critical, new, known, severity,`,
		`new.sevrity>=high`:                `column 4: a finding has no sevrity: did you mean severity?`,
		`severity >= "hgih"`:               `column 13: "hgih" is no severity: did you mean high?`,
		`rule==EML-99`:                     `column 10: there is no rule "EML-99": did you mean EML-`,
		`rule==FOO-77`:                     `there is no rule "FOO-77"`,
		`findings.exists(f, f.rul == "x")`: `a finding has no rul: did you mean rule?`,
		`score`:                            `want an expression that gives a bool, not a double`,
		`score>=`:                          `column 8: the expression ends too early`,
		`score>="60"`:                      `column 6: found no matching overload`,
		``:                                 `the expression is empty`,
	} {
		_, err := Parse(text, rules)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// FuzzParse holds that no expression breaks the compiler, and that one that
// compiles can be judged.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"high", "new.severity>=high", "rule==EML-01", "!(score<60)||insufficient", `findings.exists(f,f.new)`, "new", "rule in [EML-01]", "severity?high:low", "new.new.new==new", "x-1==-1", "high>=high-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text, rules)
		if err != nil {
			return
		}
		for _, a := range []*pipeline.Assessment{nil, sparse, assessed} {
			if got := c.judge(found, a); !got.Judged && !got.Holds {
				t.Errorf("%q was not judged and does not hold", text)
			}
		}
	})
}
