package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// A quick judges what most conditions are made of, without CEL's machinery:
// facts that are bools, texts that are or are not one of some, lists that hold
// one, whole numbers that are compared, and these put together by &&, || and !.
// It says what CEL would say; where it can't (a fact of an unexpected type), sure
// is false and CEL is asked.
//
// What is unknown is a set of bits, by the place of a fact in its program.
type quick interface {
	judge(f *Facts) (t Truth, unknown uint64, sure bool)
}

// quicken returns the quick form of an expression, or nil if it has none.
func quicken(tree *cel.Ast, facts []*slot) quick {
	if len(facts) > 64 {
		return nil
	}
	return quicker{facts}.of(tree.NativeRep().Expr())
}

type quicker struct{ facts []*slot }

func (q quicker) of(x ast.Expr) quick {
	if at, ok := q.fact(x); ok {
		return isTrue{at}
	}
	if x.Kind() != ast.CallKind || x.AsCall().IsMemberFunction() {
		return nil
	}
	args := x.AsCall().Args()
	switch x.AsCall().FunctionName() {
	case operators.LogicalAnd:
		return q.all(args, False)
	case operators.LogicalOr:
		return q.all(args, True)
	case operators.LogicalNot:
		if of := q.of(args[0]); of != nil {
			return not{of}
		}
	case operators.Equals:
		return q.among(args[0], args[1:], true)
	case operators.NotEquals:
		return q.among(args[0], args[1:], false)
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			return q.among(args[0], args[1].AsList().Elements(), true)
		}
		return q.pair(args, contains)
	case operators.Less:
		return q.pair(args, func(a, b ref.Val) (bool, bool) { return compare(a, b, func(n int) bool { return n < 0 }) })
	case operators.LessEquals:
		return q.pair(args, func(a, b ref.Val) (bool, bool) { return compare(a, b, func(n int) bool { return n <= 0 }) })
	case operators.Greater:
		return q.pair(args, func(a, b ref.Val) (bool, bool) { return compare(a, b, func(n int) bool { return n > 0 }) })
	case operators.GreaterEquals:
		return q.pair(args, func(a, b ref.Val) (bool, bool) { return compare(a, b, func(n int) bool { return n >= 0 }) })
	}
	return nil
}

// pair compares two facts, or a fact and a text or whole number.
func (q quicker) pair(args []ast.Expr, test func(a, b ref.Val) (bool, bool)) quick {
	p := pair{test: test}
	for i, a := range args {
		at, ok := q.fact(a)
		switch {
		case ok:
			p.of[i].place = at
		case a.Kind() == ast.LiteralKind:
			p.of[i].value = a.AsLiteral()
		default:
			return nil
		}
	}
	return p
}

// all joins terms of which one that is ends decides.
func (q quicker) all(args []ast.Expr, ends Truth) quick {
	j := both{ends: ends}
	for _, a := range args {
		term := q.of(a)
		if term == nil {
			return nil
		}
		j.terms = append(j.terms, term)
	}
	return j
}

// among compares a fact with texts.
func (q quicker) among(x ast.Expr, with []ast.Expr, want bool) quick {
	at, ok := q.fact(x)
	if !ok || len(with) == 0 {
		return nil
	}
	m := among{place: at, want: want}
	for _, w := range with {
		if w.Kind() != ast.LiteralKind {
			return nil
		}
		text, ok := w.AsLiteral().(types.String)
		if !ok {
			return nil
		}
		m.texts = append(m.texts, text)
	}
	return m
}

// fact returns the place of the fact that an expression is.
func (q quicker) fact(x ast.Expr) (place, bool) {
	name := ""
	for x.Kind() == ast.SelectKind && !x.AsSelect().IsTestOnly() {
		name, x = "."+x.AsSelect().FieldName()+name, x.AsSelect().Operand()
	}
	if x.Kind() != ast.IdentKind {
		return place{}, false
	}
	name = x.AsIdent() + name
	for i, s := range q.facts {
		if s.name == name {
			return place{s.number, 1 << i}, true
		}
	}
	return place{}, false
}
