package rule

import (
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
	if s.frame == nil || p.quick != nil || p.brief != nil && !p.short(s.facts) {
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

// short reports whether all that an expression looks at is as short as its
// cost was reckoned with: then it can't run away, and nobody need count.
func (p *Program) short(f *Facts) bool {
	for _, s := range p.slots {
		if s.number < len(f.long) && f.long[s.number] {
			return false
		}
	}
	return true
}

// long reports whether a value is longer than costs are reckoned with, or
// nobody knows.
func long(v ref.Val) bool {
	switch v := v.(type) {
	case types.Bool, types.Int, types.Uint, types.Double, types.Timestamp, types.Duration:
		return false
	case types.String:
		return len(v) > textSize
	case traits.Mapper:
		return tooMany(v) || anyLong(v, func(k ref.Val) bool { return long(k) || long(v.Get(k)) })
	case traits.Lister:
		return tooMany(v) || anyLong(v, long)
	}
	return true
}

func tooMany(v traits.Sizer) bool {
	n, ok := v.Size().(types.Int)
	return !ok || n > listSize
}

func anyLong(v traits.Iterable, is func(ref.Val) bool) bool {
	for it := v.Iterator(); it.HasNext() == types.True; {
		if is(it.Next()) {
			return true
		}
	}
	return false
}
