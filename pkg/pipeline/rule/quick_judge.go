package rule

import (
	"cmp"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A place is a fact: its slot, and its bit.
type place struct {
	slot int
	bit  uint64
}

func (p place) read(f *Facts) ref.Val { return f.at(p.slot) }

type isTrue struct{ place }

func (q isTrue) judge(f *Facts) (Truth, uint64, bool) {
	switch v := q.read(f).(type) {
	case nil:
		return Unknown, q.bit, true
	case types.Bool:
		return truthOf(bool(v)), 0, true
	}
	return Unknown, 0, false
}

type not struct{ of quick }

func (q not) judge(f *Facts) (Truth, uint64, bool) {
	t, unknown, sure := q.of.judge(f)
	switch t {
	case True:
		t = False
	case False:
		t = True
	}
	return t, unknown, sure
}

type among struct {
	place
	texts []types.String
	want  bool
}

func (q among) judge(f *Facts) (Truth, uint64, bool) {
	switch v := q.read(f).(type) {
	case nil:
		return Unknown, q.bit, true
	case types.String:
		for _, t := range q.texts {
			if t == v {
				return truthOf(q.want), 0, true
			}
		}
		return truthOf(!q.want), 0, true
	}
	return Unknown, 0, false
}

type pair struct {
	of [2]struct {
		place
		value ref.Val // nil if it is a fact
	}
	test func(a, b ref.Val) (holds, sure bool)
}

func (q pair) judge(f *Facts) (Truth, uint64, bool) {
	var unknown uint64
	var v [2]ref.Val
	for i := range q.of {
		if v[i] = q.of[i].value; v[i] == nil {
			if v[i] = q.of[i].read(f); v[i] == nil {
				unknown |= q.of[i].bit
			}
		}
	}
	if unknown != 0 {
		return Unknown, unknown, true
	}
	is, sure := q.test(v[0], v[1])
	return truthOf(is), 0, sure
}

// both is && (ends with False) or || (ends with True).
type both struct {
	terms []quick
	ends  Truth
}

func (q both) judge(f *Facts) (Truth, uint64, bool) {
	var unknown uint64
	for _, term := range q.terms {
		switch t, u, sure := term.judge(f); {
		case !sure:
			return Unknown, 0, false
		case t == q.ends:
			return t, 0, true
		default:
			unknown |= u
		}
	}
	switch {
	case unknown != 0:
		return Unknown, unknown, true
	case q.ends == True:
		return False, 0, true
	}
	return True, 0, true
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// named returns the facts of a set of bits.
func (p *Program) named(bits uint64) (missing []string) {
	for i, s := range p.slots {
		switch {
		case bits == 1<<i:
			return s.alone
		case bits&(1<<i) != 0:
			missing = append(missing, s.name)
		}
	}
	return missing
}

// contains reports whether b, a list or the keys of a map, holds the text a.
func contains(a, b ref.Val) (is, sure bool) {
	of, ok := b.(traits.Container)
	if _, text := a.(types.String); !ok || !text {
		return false, false
	}
	found, ok := of.Contains(a).(types.Bool)
	return bool(found), ok
}

// compare compares whole numbers.
func compare(a, b ref.Val, is func(order int) bool) (holds, sure bool) {
	x, ok := a.(types.Int)
	y, too := b.(types.Int)
	return is(cmp.Compare(x, y)), ok && too
}
