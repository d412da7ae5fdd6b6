package rule

import (
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A Fact is one thing that expressions may ask after: a variable of its own,
// with a dotted name.
type Fact struct {
	Name  string // "job.basis"
	Type  *cel.Type
	Means string // one line for the manual
}

// A Vocabulary is every fact that the expressions of a kind of file may name.
type Vocabulary []Fact

// Env returns an environment of these facts: see [NewEnv].
func (v Vocabulary) Env(options ...cel.EnvOption) (*cel.Env, error) {
	for _, f := range v {
		options = append(options, cel.Variable(f.Name, f.Type))
	}
	return NewEnv(options...)
}

// Facts are what is known of one case, ready for [Program.Test]. What was not
// set is unknown. Facts may be read from several goroutines, not set.
type Facts struct {
	known []ref.Val // by the number of the slot; nil is unknown
	long  []bool    // is longer than costs are reckoned with
}

// NewFacts returns facts of which none is known.
func NewFacts() *Facts {
	n := len(allSlots())
	return &Facts{make([]ref.Val, n), make([]bool, n)}
}

// Clone returns facts that know the same and can be set apart. It costs less
// than setting a single fact.
func (f *Facts) Clone() *Facts { return &Facts{slices.Clone(f.known), slices.Clone(f.long)} }

// Set says that a fact is known: a bool, a string, a number, a time, a
// duration, a slice or map of these, or any value that CEL knows.
func (f *Facts) Set(name string, value any) {
	n := slotOf(name).number
	if more := n + 1 - len(f.known); more > 0 {
		f.known, f.long = append(f.known, make([]ref.Val, more)...), append(f.long, make([]bool, more)...)
	}
	f.known[n] = types.DefaultTypeAdapter.NativeToValue(value)
	f.long[n] = long(f.known[n])
}

// Forget makes a fact unknown again.
func (f *Facts) Forget(name string) {
	if n := slotOf(name).number; n < len(f.known) {
		f.known[n] = nil
	}
}

// at returns the fact of a slot, nil if it is unknown.
func (f *Facts) at(n int) ref.Val {
	if n < len(f.known) {
		return f.known[n]
	}
	return nil
}

// ResolveName implements [cel.Activation].
func (f *Facts) ResolveName(name string) (any, bool) {
	if s, ok := slots.byName.Load(name); ok {
		if v := f.at(s.(*slot).number); v != nil {
			return v, true
		}
	}
	return nil, false
}

// Parent implements [cel.Activation].
func (f *Facts) Parent() cel.Activation { return nil }

// native turns what an expression gave into a Go value.
func native(v ref.Val) any {
	switch v := v.(type) {
	case types.Null:
		return nil
	case types.Timestamp:
		return v.Time.UTC()
	case types.Duration:
		return time.Duration(v.Duration)
	case traits.Mapper:
		m := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			if s, ok := k.ConvertToType(types.StringType).(types.String); ok {
				m[string(s)] = native(v.Get(k))
			}
		}
		return m
	case traits.Lister:
		list := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			list = append(list, native(it.Next()))
		}
		return list
	}
	return v.Value()
}
