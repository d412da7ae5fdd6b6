package risk

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// The vocabulary of a rule's expressions. There is one subject; p and q are
// predicates, written as texts.
//
//	subject.kind, subject.value    the subject
//	now                            when the case is judged
//	seen(p), seen(p, x)            somebody says so (with the value or object x)
//	denied(p), denied(p, x)        somebody says that there is none (no x)
//	said(p), said(p, x), absent(p) as far as anybody said: never unknown
//	facts(p), denials(p)           what was said, as a list of facts
//	facts_of(p, q), denials_of(p, q)  the same about the objects of p
//	count(p)                       how many different things facts(p) names
//	networks(p)                    in how many networks the objects of p lie, as far as known
//	past(p)                        facts(p) as they stood in the case that this one is compared with
//	days(n)                        a duration
//	directive(text, name)          the value of name in "name=value; name2=value2", or ""
//	number(text)                   a whole number, or -1
//
// A fact is {id, value, object, about, at, origin}: object is the other entity's
// value or "", about the one of which it is said: the subject, or, in facts_of,
// an object of p. What is not known because nobody answered is unknown, and so
// is all that depends on it: "true || unknown" is true.
func vocabulary() (*cel.Env, error) {
	words := rule.Vocabulary{
		{Name: "subject.kind", Type: cel.StringType, Means: "the kind of the subject"},
		{Name: "subject.value", Type: cel.StringType, Means: "the subject"},
		{Name: "now", Type: cel.TimestampType, Means: "when the case is judged"},
		{Name: hidden, Type: sightType, Means: "what is known of the subject"},
	}
	options := []cel.EnvOption{
		cel.Function("days", cel.Overload("days_int", []*cel.Type{cel.IntType}, cel.DurationType, cel.UnaryBinding(days))),
		cel.Function("number", cel.Overload("number_string", []*cel.Type{cel.StringType}, cel.IntType, cel.UnaryBinding(number))),
		cel.Function("directive", cel.Overload("directive_strings", []*cel.Type{cel.StringType, cel.StringType}, cel.StringType, cel.BinaryBinding(directive))),
	}
	for _, w := range senses {
		options = append(options, cel.Macros(cel.GlobalVarArgMacro(w.name, w.expand)), w.function())
	}
	return words.Env(options...)
}

// hidden is the variable that the words of sense are methods of.
const hidden = "sight"

var (
	sightType = cel.OpaqueType("osint.Sight")
	fact      = cel.MapType(cel.StringType, cel.DynType)
)

// A sense is a word that looks at what is known: a method of the hidden
// variable, which its macro puts in.
type sense struct {
	name       string
	predicates int // how many of its arguments are predicates
	value      bool
	gives      *cel.Type
	look       func(s *sight, args []ref.Val) ref.Val
}

var senses = []sense{
	{"seen", 1, true, cel.BoolType, func(s *sight, a []ref.Val) ref.Val { return s.seen(predicate(a[0]), a[1:]) }},
	{"denied", 1, true, cel.BoolType, func(s *sight, a []ref.Val) ref.Val { return s.denied(predicate(a[0]), a[1:]) }},
	{"said", 1, true, cel.BoolType, func(s *sight, a []ref.Val) ref.Val { return s.heard().seen(predicate(a[0]), a[1:]) }},
	{"absent", 1, false, cel.BoolType, func(s *sight, a []ref.Val) ref.Val { return s.heard().denied(predicate(a[0]), nil) }},
	{"facts", 1, false, cel.ListType(fact), func(s *sight, a []ref.Val) ref.Val { return s.facts(predicate(a[0])) }},
	{"denials", 1, false, cel.ListType(fact), func(s *sight, a []ref.Val) ref.Val { return s.denials(predicate(a[0])) }},
	{"facts_of", 2, false, cel.ListType(fact), func(s *sight, a []ref.Val) ref.Val { return s.beyond(predicate(a[0]), predicate(a[1]), false) }},
	{"denials_of", 2, false, cel.ListType(fact), func(s *sight, a []ref.Val) ref.Val { return s.beyond(predicate(a[0]), predicate(a[1]), true) }},
	{"count", 1, false, cel.IntType, func(s *sight, a []ref.Val) ref.Val { return s.count(predicate(a[0])) }},
	{"networks", 1, false, cel.IntType, func(s *sight, a []ref.Val) ref.Val { return s.networks(predicate(a[0])) }},
	{"past", 1, false, cel.ListType(fact), func(s *sight, a []ref.Val) ref.Val { return s.before(predicate(a[0])) }},
}

func predicate(v ref.Val) pipeline.Predicate {
	s, _ := v.Value().(string)
	return pipeline.Predicate(s)
}

// expand writes seen("p") as sight.seen("p"), and rejects what is no
// predicate.
func (w sense) expand(f cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
	most := w.predicates
	if w.value {
		most++
	}
	if len(args) < w.predicates || len(args) > most {
		return nil, f.NewError(0, fmt.Sprintf("%s wants %d to %d arguments", w.name, w.predicates, most))
	}
	for _, a := range args[:w.predicates] {
		text := ""
		if a.Kind() == ast.LiteralKind {
			text, _ = a.AsLiteral().Value().(string)
		}
		if _, ok := pipeline.Relate(pipeline.Predicate(text)); !ok {
			return nil, f.NewError(a.ID(), fmt.Sprintf("%q is not a predicate: %s", text, rule.OneOf(text, predicates())))
		}
	}
	return f.NewMemberCall(w.name, f.NewIdent(hidden), args...), nil
}

func (w sense) function() cel.EnvOption {
	look := func(args ...ref.Val) ref.Val {
		s, ok := args[0].(*sight)
		if !ok {
			return types.NewErr("%s of nothing", w.name)
		}
		return w.look(s, args[1:])
	}
	args := []*cel.Type{sightType}
	for range w.predicates {
		args = append(args, cel.StringType)
	}
	overloads := []cel.FunctionOpt{cel.MemberOverload("sight_"+w.name, args, w.gives, cel.FunctionBinding(look))}
	if w.predicates == 1 && !w.value {
		overloads[0] = cel.MemberOverload("sight_"+w.name, args, w.gives, cel.BinaryBinding(func(a, b ref.Val) ref.Val { return look(a, b) }))
	}
	if w.value {
		overloads[0] = cel.MemberOverload("sight_"+w.name, args, w.gives, cel.BinaryBinding(func(a, b ref.Val) ref.Val { return look(a, b) }))
		overloads = append(overloads, cel.MemberOverload("sight_"+w.name+"_value", append(args, cel.DynType), w.gives, cel.FunctionBinding(look)))
	}
	return cel.Function(w.name, overloads...)
}

func predicates() []string {
	var names []string
	for _, r := range pipeline.Relations() {
		names = append(names, string(r.Predicate))
	}
	return names
}

// asked returns the predicates that an expression looks at.
func asked(env *cel.Env, text string) []pipeline.Predicate {
	tree, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil // said by the compiler
	}
	var ps []pipeline.Predicate
	ast.PreOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		for _, w := range senses {
			if w.name != e.AsCall().FunctionName() || w.name == "past" {
				continue
			}
			for _, a := range e.AsCall().Args()[:w.predicates] {
				ps = append(ps, predicate(a.AsLiteral()))
			}
			if w.name == "networks" {
				ps = append(ps, "resolves-to")
			}
		}
	}))
	return ps
}

func days(v ref.Val) ref.Val {
	n, _ := v.Value().(int64)
	return types.Duration{Duration: time.Duration(n) * day}
}

func number(v ref.Val) ref.Val {
	s, _ := v.Value().(string)
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return types.Int(-1)
	}
	return types.Int(n)
}

func directive(text, name ref.Val) ref.Val {
	s, _ := text.Value().(string)
	want, _ := name.Value().(string)
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == ',' }) {
		k, v, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(k), want) {
			return types.String(strings.Trim(strings.TrimSpace(v), `"`))
		}
	}
	return types.String("")
}

// network returns the /24 or /48 that an address lies in.
func network(addr string) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}
