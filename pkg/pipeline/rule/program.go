package rule

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Truth is what a condition says.
type Truth int

// The truths. Unknown is not a kind of False: it means that something that
// would decide was not known.
const (
	Unknown Truth = iota
	False
	True
)

// String returns the word in lower case.
func (t Truth) String() string { return [...]string{"unknown", "false", "true"}[t] }

// A Program is an expression ready to run. It keeps no state and may be run
// from several goroutines.
type Program struct {
	Expr  Expr
	facts []string // sorted
	slots []*slot  // of facts
	quick quick    // nil if CEL must be asked
	run   cel.Program
	brief cel.Program // of one that holds a loop: without a limit, where nothing can be long
}

// Facts returns the names of the variables that the expression looks at,
// sorted. The caller must not change it.
func (p *Program) Facts() []string { return p.facts }

// Test judges a condition over facts: a map of names to values, [Facts], or
// another [cel.Activation]. A fact that is absent, and any error while it is
// judged (no such key, a loop over the limit), is unknown: "false && unknown"
// is False, "true || unknown" is True, what remains is Unknown. Then missing
// names the absent facts that would decide, sorted; it is empty if there are
// none. The caller must not change it.
func (p *Program) Test(facts any) (t Truth, missing []string) {
	if f, ok := facts.(*Facts); ok && p.quick != nil {
		if t, unknown, sure := p.quick.judge(f); sure {
			return t, p.named(unknown)
		}
	}
	v, err := p.eval(facts)
	return p.truth(facts, v, err)
}

func (p *Program) truth(facts any, v ref.Val, err error) (t Truth, missing []string) {
	switch {
	case err != nil:
		return Unknown, p.missing(facts)
	case v == types.True:
		return True, nil
	case v == types.False:
		return False, nil
	}
	if u, is := v.(*types.Unknown); is {
		return Unknown, names(u, p.slots)
	}
	return Unknown, nil // a dyn that is no bool
}

// Texts returns the list of texts that an expression gives; of what is no
// text in it, nothing. It is not known if something was missing, as
// [Program.Test] says; then there is no list.
func (p *Program) Texts(facts any) (list []string, known bool, missing []string) {
	v, err := p.eval(facts)
	if _, missing = p.truth(facts, v, err); err != nil || types.IsUnknown(v) {
		return nil, false, missing
	}
	of, _ := native(v).([]any)
	for _, x := range of {
		if text, ok := x.(string); ok {
			list = append(list, text)
		}
	}
	return list, true, nil
}

// Value returns what an expression gives: a bool, string, float64, int64,
// uint64, []any, map[string]any, time.Time or time.Duration.
func (p *Program) Value(facts any) (any, error) {
	v, err := p.eval(facts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", clip(p.Expr.Text), err)
	}
	if u, is := v.(*types.Unknown); is {
		return nil, fmt.Errorf("%s: not known: %s", clip(p.Expr.Text), strings.Join(names(u, p.slots), ", "))
	}
	return native(v), nil
}

// missing returns those of the program's facts that are absent.
func (p *Program) missing(facts any) []string {
	known, err := cel.NewActivation(facts)
	if err != nil {
		return p.facts
	}
	var absent []string
	for _, f := range p.facts {
		if _, ok := known.ResolveName(f); !ok {
			absent = append(absent, f)
		}
	}
	return absent
}
