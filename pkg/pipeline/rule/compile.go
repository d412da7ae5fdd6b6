package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
)

// What an expression may cost, in CEL's units (about one for each step), and
// how large what it looks at is taken to be.
const (
	DefaultCost = 1_000_000
	listSize    = 100
	textSize    = 256
)

// NewEnv returns an environment for expressions over the given variables. It
// has CEL's standard functions and macros; none does I/O or reads a clock.
// Making one takes milliseconds: make it when first needed, once.
func NewEnv(options ...cel.EnvOption) (*cel.Env, error) {
	return cel.NewEnv(append([]cel.EnvOption{
		cel.ParserExpressionSizeLimit(8 << 10),
		cel.ParserRecursionLimit(100),
		cel.CrossTypeNumericComparisons(true),
	}, options...)...)
}

// An Option says how [Compile] judges an expression.
type Option func(*compiler)

type compiler struct {
	want    *cel.Type
	limit   uint64
	rewrite func(*ast.AST, func(id int64, what string))
}

// Yields says that the expression gives a t; without it, a bool.
func Yields(t *cel.Type) Option { return func(c *compiler) { c.want = t } }

// CostLimit sets what the expression may cost; without it, [DefaultCost].
func CostLimit(units uint64) Option { return func(c *compiler) { c.limit = units } }

// Rewrite lets f change an expression that parses, before its names and types
// are checked: for shorthand that is no CEL. With fault it says what is wrong
// with a node, by the node's id; then the expression does not compile.
func Rewrite(f func(tree *ast.AST, fault func(id int64, what string))) Option {
	return func(c *compiler) { c.rewrite = f }
}

// Compile checks an expression and makes it ready to run. It fails with
// [Problems] that name file, line and, within a single line, column, when the
// expression doesn't parse, names what env doesn't know, has the wrong type,
// or could cost more than the limit on lists of 100 and texts of 256. One
// that holds a loop is also stopped at the limit when it runs.
func Compile(env *cel.Env, file string, e Expr, options ...Option) (*Program, error) {
	c := compiler{want: cel.BoolType, limit: DefaultCost}
	for _, o := range options {
		o(&c)
	}
	tree, err := c.check(env, file, e)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) error {
		return Problems{e.problem(file, 1, 0, fmt.Sprintf(format, args...))}
	}
	if out := tree.OutputType(); !c.want.IsAssignableType(out) && !out.IsExactType(cel.DynType) {
		return nil, fail("want an expression that gives a %s, not a %s: %s", c.want, out, clip(e.Text))
	}
	estimate, err := env.EstimateCost(tree, sizes{})
	if err != nil {
		return nil, fail("can't tell what this costs: %v", err)
	}
	if estimate.Max > c.limit {
		return nil, fail("could cost %d steps, and %d is the most: loop over less", estimate.Max, c.limit)
	}
	facts, loops := survey(env, tree)
	var at []*slot
	for _, f := range facts {
		at = append(at, slotOf(f))
	}
	p := &Program{Expr: e, facts: facts, slots: at}
	if !loops {
		p.quick = quicken(tree, at)
	}
	plain := []cel.ProgramOption{reading(at, tree), cel.EvalOptions(cel.OptOptimize)}
	p.run, err = env.Program(tree, plain...)
	if err == nil && loops {
		p.brief = p.run
		p.run, err = env.Program(tree, append(plain, cel.CostLimit(c.limit))...)
	}
	if err != nil {
		return nil, fail("%v", err)
	}
	return p, nil
}

// check parses an expression, lets it be rewritten, and checks its names and
// types.
func (c *compiler) check(env *cel.Env, file string, e Expr) (*cel.Ast, error) {
	var ps Problems
	tree, issues := env.Parse(e.Text)
	if issues.Err() == nil && c.rewrite != nil {
		c.rewrite(tree.NativeRep(), func(id int64, what string) {
			at := tree.NativeRep().SourceInfo().GetStartLocation(id)
			ps = append(ps, e.problem(file, at.Line(), at.Column(), what))
		})
	}
	if issues.Err() == nil && len(ps) == 0 {
		tree, issues = env.Check(tree)
	}
	if issues.Err() != nil {
		for _, i := range issues.Errors() {
			ps = append(ps, e.problem(file, i.Location.Line(), i.Location.Column(), tidy(i.Message)))
		}
	}
	return tree, ps.err()
}

// survey returns which of env's variables an expression looks at, sorted, and
// whether it holds a loop.
func survey(env *cel.Env, tree *cel.Ast) (facts []string, loops bool) {
	a := tree.NativeRep()
	named := map[string]bool{}
	for _, ref := range a.ReferenceMap() {
		named[ref.Name] = true
	}
	for _, v := range env.Variables() {
		if named[v.Name()] && v.Type().Kind() != types.TypeKind {
			facts = append(facts, v.Name())
		}
	}
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		loops = loops || x.Kind() == ast.ComprehensionKind
	}))
	slices.Sort(facts)
	return slices.Compact(facts), loops
}

var (
	container = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` \(in container '[^']*'\)`) })
	expecting = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` expecting \{.*\}$`) })
)

// tidy makes a message of CEL's read like the rest.
func tidy(message string) string {
	message = container().ReplaceAllString(message, "")
	message = strings.TrimPrefix(message, "Syntax error: ")
	message = expecting().ReplaceAllString(message, "")
	if strings.HasSuffix(message, "input '<EOF>'") {
		return "the expression ends too early"
	}
	return strings.ToLower(message[:1]) + message[1:]
}

// sizes tells the cost estimate how large facts may be.
type sizes struct{}

func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if len(n.Path()) == 0 {
		return nil
	}
	largest := uint64(listSize)
	if k := n.Type().Kind(); k == cel.StringKind || k == cel.BytesKind {
		largest = textSize
	}
	s := cost.RangedSizeEstimate(0, largest)
	return &s
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
