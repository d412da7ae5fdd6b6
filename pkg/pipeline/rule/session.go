package rule

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// A Session judges many conditions over the same facts, quicker than each by
// itself. It is for one goroutine; the facts must not change meanwhile.
type Session struct {
	facts *Facts
	frame *interpreter.ExecutionFrame
}

// Open begins a session, which must be closed.
func (f *Facts) Open() Session {
	frame, err := interpreter.NewExecutionFrame(f)
	if err != nil {
		frame = nil // each condition makes its own, and says so
	}
	return Session{f, frame}
}

// Close ends the session.
func (s Session) Close() {
	if s.frame != nil {
		s.frame.Close()
	}
}

// Test is [Program.Test] over the facts of the session.
func (s Session) Test(p *Program) (t Truth, missing []string) {
	if s.frame == nil || p.brief != nil && !p.short(s.facts) {
		return p.Test(s.facts)
	}
	run := p.run
	if p.brief != nil {
		run = p.brief
	}
	v, _, err := run.Eval(s.frame)
	return p.truth(s.facts, v, err)
}

func (p *Program) eval(facts any) (ref.Val, error) {
	run := p.run
	if f, ok := facts.(*Facts); ok && p.brief != nil && p.short(f) {
		run = p.brief
	}
	v, _, err := run.Eval(facts)
	return v, err
}

// flat reports whether facts are single values or lists of these: their
// sizes are seen at a glance.
func flat(env *cel.Env, facts []string) bool {
	for _, v := range env.Variables() {
		t := v.Type()
		if t.Kind() == cel.ListKind {
			t = t.Parameters()[0]
		}
		switch t.Kind() {
		case cel.BoolKind, cel.StringKind, cel.IntKind, cel.UintKind, cel.DoubleKind, cel.TimestampKind, cel.DurationKind:
		default:
			if slices.Contains(facts, v.Name()) {
				return false
			}
		}
	}
	return true
}

// short reports whether all that an expression looks at is as short as its
// cost was reckoned with: then it can't run away, and nobody need count.
func (p *Program) short(f *Facts) bool {
	for _, s := range p.slots {
		switch v := f.at(s.number).(type) {
		case nil, types.Bool, types.Int, types.Uint, types.Double, types.Timestamp, types.Duration:
		case types.String:
			if len(v) > textSize {
				return false
			}
		case traits.Lister:
			n, ok := v.Size().(types.Int)
			if !ok || n > listSize {
				return false
			}
		default:
			return false
		}
	}
	return true
}
