package tolerance

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A Condition is an expression that breaks a build where it holds. It keeps
// no state.
type Condition struct {
	text    string
	program *rule.Program
}

// Parse compiles an expression: see shorthand for what it may be beside CEL.
// rules are the ids that there are. The error is one line for each fault, with
// the place, and what may have been meant.
func Parse(text string, rules []string) (*Condition, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("the expression is empty: write one such as high, new.severity>=high or score>=60")
	}
	env, err := environment()
	if err != nil {
		return nil, err
	}
	p, err := rule.Compile(env, "", rule.Expr{Text: text, Line: 1, Column: 1}, rule.CostLimit(math.MaxUint64),
		rule.Rewrite(func(tree *ast.AST, fault func(int64, string)) {
			s := shorthand{ExprFactory: ast.NewExprFactory(), tree: tree, fault: fault, rules: rules}
			s.expand()
		}))
	if err != nil {
		return nil, faults(text, err)
	}
	return &Condition{text, p}, nil
}

// faults says where in the expression what is wrong.
func faults(text string, err error) error {
	var ps rule.Problems
	if !errors.As(err, &ps) {
		return fmt.Errorf("%q: %w", text, err)
	}
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = fmt.Sprintf("%q, column %d: %s", text, max(p.Column, 1), p.What)
		if name, ok := strings.CutPrefix(p.What, "undeclared reference to '"); ok {
			name, _, _ = strings.Cut(name, "'")
			lines[i] = fmt.Sprintf("%q, column %d: there is no %s: %s", text, max(p.Column, 1), name, rule.OneOf(name, words()))
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// Judge says whether the condition holds of a case. It holds of one that was
// never judged: that nothing was found there means nothing.
func (c *Condition) Judge(cs *pipeline.Case) pipeline.Condition {
	if cs.Closed == nil {
		return pipeline.Condition{Expression: c.text, Holds: true, Findings: []string{},
			Reason: c.text + " can't be judged, and so holds: the run was stopped before it judged"}
	}
	return c.judge(cs.Findings, cs.Assessment)
}

// judge is Judge of what was found. A nil assessment is one that was not made:
// then no score is known.
func (c *Condition) judge(findings []*pipeline.Finding, a *pipeline.Assessment) pipeline.Condition {
	live := counting(findings)
	out := pipeline.Condition{Expression: c.text, Judged: true, Findings: []string{}}
	truth, _ := c.program.Test(facts(a, live))
	switch truth {
	case rule.False:
		out.Reason = fmt.Sprintf("%s does not hold", c.text)
		return out
	case rule.Unknown:
		out.Holds, out.Judged = true, false
		out.Reason = fmt.Sprintf("%s can't be judged, and so holds: %s", c.text, unknown(a))
		return out
	}
	out.Holds = true
	because := c.because(live, a)
	for _, f := range because {
		out.Findings = append(out.Findings, f.ID)
	}
	out.Reason = c.text + " holds" + c.why(because, a)
	return out
}

// because returns the findings by which a condition holds: each that alone
// makes it hold, where none at all does not; else each without which it does
// not. Where the condition holds of several together, or of none, there are
// none to name.
func (c *Condition) because(live []*pipeline.Finding, a *pipeline.Assessment) (fs []*pipeline.Finding) {
	holds := func(some []*pipeline.Finding) bool {
		t, _ := c.program.Test(facts(a, some))
		return t == rule.True
	}
	if holds(nil) {
		return nil
	}
	for i := range live {
		if holds(live[i : i+1]) {
			fs = append(fs, live[i])
		}
	}
	if len(fs) > 0 || len(live) > leaveOut {
		return fs
	}
	for i, f := range live {
		if !holds(slices.Concat(live[:i], live[i+1:])) {
			fs = append(fs, f)
		}
	}
	return fs
}

// leaveOut bounds leaving each finding out in turn, which takes time by the
// square.
const leaveOut = 200

// named is how many findings a sentence names.
const named = 3

// why says in a few words what makes the condition hold.
func (c *Condition) why(because []*pipeline.Finding, a *pipeline.Assessment) string {
	var parts []string
	for _, f := range because[:min(named, len(because))] {
		parts = append(parts, fmt.Sprintf("%s on %s (%s)", f.Rule, shown(f.Subject), f.Severity))
	}
	if n := len(because) - named; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more", n))
	}
	if len(parts) > 0 {
		return " because of " + strings.Join(parts, ", ")
	}
	if a == nil {
		return ""
	}
	for _, x := range []struct {
		name  string
		value float64
	}{{"score", a.Score}, {"coverage", a.Coverage}, {"confidence", a.Confidence}, {"bounds.known", a.Bounds.Known},
		{"bounds.expected", a.Bounds.Expected}, {"bounds.max", a.Bounds.Max}} {
		if slices.Contains(c.program.Facts(), x.name) {
			parts = append(parts, x.name+" is "+strconv.FormatFloat(x.value, 'f', -1, 64))
		}
	}
	if slices.Contains(c.program.Facts(), "level") {
		parts = append(parts, "level is "+a.Level)
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// unknown says why the score is not known.
func unknown(a *pipeline.Assessment) string {
	switch {
	case a == nil:
		return "nothing was scored"
	case a.Insufficient:
		return fmt.Sprintf("coverage is %.0f %%, too little for a score", 100*a.Coverage)
	}
	return "what it asks for is not known of every finding"
}

func shown(e pipeline.Entity) string {
	if e.Sealed() {
		return "a sealed " + string(e.Kind)
	}
	return e.Value
}
