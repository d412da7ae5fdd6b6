package risk

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"osint/pkg/pipeline"
)

// A sight is what is known of one subject; expressions look through it. What
// nobody answered is CEL's unknown, alone or as the last element of a list
// that may be longer than we know. A sight that takes only says what was
// said: it is for gathering evidence, not for judging.
type sight struct {
	*scene
	rule    *Rule // that looks; nil: none in particular
	subject pipeline.Entity
	said    map[pipeline.Predicate]*said
	nowhere []*pipeline.Observation
	only    bool
}

// said is what was said of a subject with one predicate.
type said struct{ support, deny []*pipeline.Observation }

func (s *scene) sightOf(n *pipeline.Node) *sight {
	v := &sight{scene: s, subject: n.Entity, said: map[pipeline.Predicate]*said{}, nowhere: s.absent(n.Entity)}
	for _, o := range n.Out {
		x := v.of(o.Predicate)
		if o.Denies {
			x.deny = append(x.deny, o)
		} else {
			x.support = append(x.support, o)
		}
	}
	return v
}

func (s *sight) of(p pipeline.Predicate) *said {
	x := s.said[p]
	if x == nil {
		x = &said{}
		s.said[p] = x
	}
	return x
}

// heard returns the sight that takes only what was said.
func (s *sight) heard() *sight {
	h := *s
	h.only = true
	return &h
}

// unknownVal is what nobody told.
func unknownVal() ref.Val { return types.NewUnknown(0, types.NewAttributeTrail(hidden)) }

// is reports whether an observation's value or object is x.
func is(o *pipeline.Observation, x ref.Val) bool {
	if o.Object != nil && x.Value() == o.Object.Value {
		return true
	}
	return o.Value != nil && types.DefaultTypeAdapter.NativeToValue(o.Value).Equal(x) == types.True
}

// blanket reports whether a denial is of everything: no value, no object.
func blanket(o *pipeline.Observation) bool { return o.Value == nil && o.Object == nil }

func (s *sight) seen(p pipeline.Predicate, x []ref.Val) ref.Val {
	for _, o := range s.of(p).support {
		if len(x) == 0 || is(o, x[0]) {
			return types.True
		}
	}
	for _, o := range s.of(p).deny {
		if blanket(o) || len(x) > 0 && is(o, x[0]) {
			return types.False
		}
	}
	if s.only || s.answered(p, s.subject) == inFull {
		return types.False
	}
	return unknownVal()
}

// denied is unknown if nobody says either: silence denies nothing.
func (s *sight) denied(p pipeline.Predicate, x []ref.Val) ref.Val {
	for _, o := range s.of(p).deny {
		if blanket(o) || len(x) > 0 && is(o, x[0]) {
			return types.True
		}
	}
	for _, o := range s.of(p).support {
		if len(x) == 0 || is(o, x[0]) {
			return types.False
		}
	}
	if s.only {
		return types.False
	}
	return unknownVal()
}

func (s *sight) facts(p pipeline.Predicate) ref.Val {
	return s.list(s.of(p).support, len(s.of(p).deny) > 0, p)
}

func (s *sight) denials(p pipeline.Predicate) ref.Val {
	return s.list(s.of(p).deny, len(s.of(p).support) > 0, p)
}

// list returns observations as facts; otherwise is whether the contrary was
// said, which makes an empty list a known one.
func (s *sight) list(os []*pipeline.Observation, otherwise bool, p pipeline.Predicate) ref.Val {
	facts := make([]ref.Val, 0, len(os)+1)
	for _, o := range os {
		facts = append(facts, factOf(o))
	}
	if s.only || s.answered(p, s.subject) == inFull || len(os) == 0 && otherwise {
		return types.NewRefValList(types.DefaultTypeAdapter, facts)
	}
	if len(os) == 0 {
		return unknownVal()
	}
	return types.NewRefValList(types.DefaultTypeAdapter, append(facts, unknownVal()))
}

// beyond returns what was said with q of the objects of p.
func (s *sight) beyond(p, q pipeline.Predicate, denials bool) ref.Val {
	var facts []ref.Val
	open := !s.only && s.answered(p, s.subject) != inFull
	for _, o := range s.of(p).support {
		n := s.c.Entities[*o.Object]
		known := s.answered(q, *o.Object) == inFull
		for _, x := range n.Out {
			if x.Predicate != q {
				continue
			}
			known = true
			if x.Denies == denials {
				facts = append(facts, factOf(x))
			}
		}
		open = open || !known && !s.only
	}
	if open {
		facts = append(facts, unknownVal())
	}
	return types.NewRefValList(types.DefaultTypeAdapter, facts)
}

func (s *sight) count(p pipeline.Predicate) ref.Val {
	if !s.only && s.answered(p, s.subject) != inFull {
		return unknownVal()
	}
	different := map[string]bool{}
	for _, o := range s.of(p).support {
		different[thing(o)] = true
	}
	return types.Int(len(different))
}

// networks counts the /24s, or the /48s if there are more, that the objects
// of p lie in. One whose addresses are not known is taken to lie apart.
func (s *sight) networks(p pipeline.Predicate) ref.Val {
	if !s.only && s.answered(p, s.subject) != inFull {
		return unknownVal()
	}
	four, six, apart := map[netip.Prefix]bool{}, map[netip.Prefix]bool{}, map[pipeline.Entity]bool{}
	for _, o := range s.of(p).support {
		lies := false
		for _, x := range s.c.Entities[*o.Object].Out {
			if x.Predicate != "resolves-to" || x.Denies {
				continue
			}
			if n, ok := network(x.Object.Value); ok {
				lies = true
				map[bool]map[netip.Prefix]bool{true: four, false: six}[n.Addr().Is4()][n] = true
			}
		}
		if !lies {
			apart[*o.Object] = true
		}
	}
	return types.Int(max(len(four), len(six)) + len(apart))
}

func (s *sight) pastFacts(p pipeline.Predicate) []ref.Val {
	var facts []ref.Val
	if s.past == nil {
		return nil
	}
	if n := s.past.Entities[s.subject]; n != nil {
		for _, o := range n.Out {
			if o.Predicate == p && !o.Denies {
				stood := *o
				stood.At = s.since(o)
				facts = append(facts, factOf(&stood))
			}
		}
	}
	return facts
}

// since returns since when an earlier observation stood: where a finding
// stands on it, that may be the first of a row of cases.
func (s *scene) since(o *pipeline.Observation) time.Time {
	at := o.At
	for _, f := range s.past.Findings {
		if !f.FirstSeen.IsZero() && f.FirstSeen.Before(at) && slices.Contains(f.Observations, o.ID) {
			at = f.FirstSeen
		}
	}
	return at
}

// before is never unknown: without a case to compare with, nothing is known to
// have stood before.
func (s *sight) before(p pipeline.Predicate) ref.Val {
	return types.NewRefValList(types.DefaultTypeAdapter, s.pastFacts(p))
}

// thing names what an observation says, whoever says it.
func thing(o *pipeline.Observation) string {
	if o.Object != nil {
		return o.Object.String()
	}
	return fmt.Sprint(o.Value)
}

func factOf(o *pipeline.Observation) ref.Val {
	f := map[string]any{"id": o.ID, "value": o.Value, "object": "", "about": o.Subject.Value, "at": o.At, "origin": o.Origin}
	if o.Object != nil {
		f["object"] = o.Object.Value
	}
	return types.NewStringInterfaceMap(types.DefaultTypeAdapter, f)
}

// The rest makes a sight a value of CEL.

// ConvertToNative implements [ref.Val].
func (s *sight) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a %s is no %s", sightType, t)
}

// ConvertToType implements [ref.Val].
func (s *sight) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("a %s is no %s", sightType, t.TypeName())
}

// Equal implements [ref.Val].
func (s *sight) Equal(other ref.Val) ref.Val { return types.Bool(s == other) }

// Type implements [ref.Val].
func (s *sight) Type() ref.Type { return sightType }

// Value implements [ref.Val].
func (s *sight) Value() any { return s }

// activation is what an expression is handed.
func (s *sight) activation() cel.Activation {
	a, _ := cel.NewActivation(map[string]any{"subject.kind": string(s.subject.Kind), "subject.value": s.subject.Value,
		"now": s.now, hidden: s})
	return a
}
