package tolerance

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A shorthand makes CEL of what is typed:
//
//	high                 findings.exists(f, f.severity >= high)
//	new                  findings.exists(f, f.new)
//	new.severity >= high findings.exists(f, f.new && f.severity >= high)
//	rule == EML-01       findings.exists(f, f.rule == "EML-01")
//
// Each is asked of the findings by itself: to ask several things of one
// finding, write findings.exists(f, ...). A severity may be quoted.
type shorthand struct {
	ast.ExprFactory
	tree  *ast.AST
	fault func(id int64, what string)
	rules []string // that there are
	next  int64    // id of the next node
}

// expand rewrites a parsed expression.
func (s *shorthand) expand() {
	s.next = ast.MaxID(s.tree) + 1
	ast.PostOrderVisit(s.tree.Expr(), ast.NewExprVisitor(s.literals))
	ast.PostOrderVisit(s.tree.Expr(), ast.NewExprVisitor(s.names))
	s.condition(s.tree.Expr())
}

var ruleHead = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{3}$`) })

// literals makes a text of a rule's id, which CEL reads as a difference:
// EML-01.
func (s *shorthand) literals(e ast.Expr) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Subtract {
		return
	}
	a, b := e.AsCall().Args()[0], e.AsCall().Args()[1]
	if a.Kind() != ast.IdentKind || b.Kind() != ast.LiteralKind || !ruleHead().MatchString(a.AsIdent()) {
		return
	}
	if n, ok := b.AsLiteral().(types.Int); ok {
		e.SetKindCase(s.NewLiteral(e.ID(), types.String(fmt.Sprintf("%s-%02d", a.AsIdent(), int64(n)))))
	}
}

// names checks what a comparison is with, and which fields of a finding are
// asked for.
func (s *shorthand) names(e ast.Expr) {
	switch {
	case e.Kind() == ast.SelectKind:
		of := e.AsSelect().Operand()
		if of.Kind() == ast.IdentKind && of.AsIdent() != "bounds" && !slices.Contains(fields, e.AsSelect().FieldName()) {
			s.fault(e.ID(), fmt.Sprintf("a finding has no %s: %s", e.AsSelect().FieldName(), rule.OneOf(e.AsSelect().FieldName(), fields)))
		}
	case comparison(e):
		args := e.AsCall().Args()
		for i, a := range args {
			with := args[1-i]
			switch lastName(a) {
			case "severity", "level":
				s.each(with, s.severity)
			case "rule":
				s.each(with, s.ruleID)
			}
		}
	}
}

// each calls do with a literal, or with those in a list.
func (s *shorthand) each(e ast.Expr, do func(ast.Expr, string)) {
	if e.Kind() == ast.ListKind {
		for _, x := range e.AsList().Elements() {
			s.each(x, do)
		}
		return
	}
	if e.Kind() == ast.LiteralKind {
		text, ok := e.AsLiteral().(types.String)
		if !ok {
			text = types.String(fmt.Sprint(e.AsLiteral().Value()))
		}
		do(e, string(text))
	}
}

func (s *shorthand) severity(e ast.Expr, word string) {
	if rank := pipeline.Severity(word).Rank(); rank >= 0 {
		e.SetKindCase(s.NewLiteral(e.ID(), types.Int(rank)))
		return
	}
	var known []string
	for _, x := range severities {
		known = append(known, string(x))
	}
	s.fault(e.ID(), fmt.Sprintf("%q is no severity: %s", word, rule.OneOf(word, known)))
}

func (s *shorthand) ruleID(e ast.Expr, id string) {
	if slices.Contains(s.rules, id) {
		return
	}
	if meant, ok := rule.Nearest(id, s.rules); ok {
		s.fault(e.ID(), fmt.Sprintf("there is no rule %q: did you mean %s?", id, meant))
		return
	}
	s.fault(e.ID(), fmt.Sprintf("there is no rule %q: osint report CASE --json | jq '.risk.checks[].rule' lists them", id))
}

// condition rewrites the shorthands among what stands for true or false.
func (s *shorthand) condition(e ast.Expr) {
	if e.Kind() == ast.CallKind {
		switch c := e.AsCall(); c.FunctionName() {
		case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
			for _, a := range c.Args() {
				s.condition(a)
			}
			return
		}
	}
	switch {
	case e.Kind() == ast.IdentKind && pipeline.Severity(e.AsIdent()).Rank() >= 0:
		s.any(e, s.NewCall(s.id(e), operators.GreaterEquals, s.field(e, "severity"), s.NewIdent(s.id(e), e.AsIdent())))
	case e.Kind() == ast.IdentKind && (e.AsIdent() == isNew || e.AsIdent() == isKnown):
		s.any(e, s.field(e, e.AsIdent()))
	case comparison(e):
		s.ask(e)
	}
}

// ask rewrites a comparison that names a field of a finding.
func (s *shorthand) ask(e ast.Expr) {
	var also ast.Expr
	asks := false
	for _, a := range e.AsCall().Args() {
		switch {
		case a.Kind() == ast.IdentKind && slices.Contains(bare, a.AsIdent()):
			a.SetKindCase(s.field(a, a.AsIdent()))
			asks = true
		case a.Kind() == ast.SelectKind && a.AsSelect().Operand().Kind() == ast.IdentKind:
			if of := a.AsSelect().Operand().AsIdent(); of == isNew || of == isKnown {
				a.SetKindCase(s.field(a, a.AsSelect().FieldName()))
				also, asks = s.field(e, of), true
			}
		}
	}
	if !asks {
		return
	}
	asked := s.NewCall(s.id(e), e.AsCall().FunctionName(), e.AsCall().Args()...)
	if also != nil {
		asked = s.NewCall(s.id(e), operators.LogicalAnd, also, asked)
	}
	s.any(e, asked)
}

// one is the name of the finding in a shorthand; nobody can type it.
const one = "@finding"

func (s *shorthand) field(at ast.Expr, name string) ast.Expr {
	return s.NewSelect(s.id(at), s.NewIdent(s.id(at), one), name)
}

// any makes of e: is there a finding of which asked is true?
func (s *shorthand) any(e, asked ast.Expr) {
	id := func() int64 { return s.id(e) }
	e.SetKindCase(s.NewComprehension(e.ID(), s.NewIdent(id(), "findings"), one, s.AccuIdentName(),
		s.NewLiteral(id(), types.False),
		s.NewCall(id(), operators.NotStrictlyFalse, s.NewCall(id(), operators.LogicalNot, s.NewAccuIdent(id()))),
		s.NewCall(id(), operators.LogicalOr, s.NewAccuIdent(id()), asked),
		s.NewAccuIdent(id())))
}

// id returns the id of a new node that stands where at does.
func (s *shorthand) id(at ast.Expr) int64 {
	s.next++
	if place, ok := s.tree.SourceInfo().GetOffsetRange(at.ID()); ok {
		s.tree.SourceInfo().SetOffsetRange(s.next, place)
	}
	return s.next
}

// comparison reports whether e compares two things.
func comparison(e ast.Expr) bool {
	if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
		return false
	}
	switch e.AsCall().FunctionName() {
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.In:
		return true
	}
	return false
}

// lastName returns severity of severity and of f.severity.
func lastName(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		return e.AsSelect().FieldName()
	}
	return ""
}
