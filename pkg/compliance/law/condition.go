package law

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"

	"osint/pkg/pipeline/rule"
)

// A condition is a text of CEL that is judged at most once in a decision,
// however many rules it stands in.
type condition struct {
	program *rule.Program // nil where it is always the same
	always  rule.Truth
}

// conditions are those of a book, while it is loaded.
type conditions struct {
	env  *cel.Env
	has  []string       // lists, by the names of their facts
	at   map[string]int // number of a text in list
	list []condition
	errs []error

	given map[string]*rule.Program // of redact_by, by text
}

// The numbers of the conditions that every book has.
const (
	never = iota
	ever
)

func newConditions(env *cel.Env, lists []*List) *conditions {
	var has []string
	for _, l := range lists {
		has = append(has, l.Fact())
	}
	return &conditions{env: env, has: has, given: map[string]*rule.Program{}, at: map[string]int{"false": never, "true": ever},
		list: []condition{never: {always: rule.False}, ever: {always: rule.True}}}
}

// add returns the number of a condition; where there is none, that of what it
// means to leave it out.
func (c *conditions) add(file string, e rule.Expr, absent bool) int {
	text := strings.TrimSpace(e.Text)
	switch n, known := c.at[text]; {
	case e.IsZero() && absent:
		return ever
	case e.IsZero():
		return never
	case known:
		return n
	}
	if err := c.lists(file, e); err != nil {
		c.errs = append(c.errs, err)
		return never
	}
	p, err := rule.Compile(c.env, file, e)
	if err != nil {
		c.errs = append(c.errs, err)
		return never
	}
	made := condition{program: p}
	if len(p.Facts()) == 0 {
		if made.always, _ = p.Test(rule.NewFacts()); made.always == rule.Unknown {
			c.errs = append(c.errs, rule.Problem{File: file, Line: e.Line, What: "this can never be judged, whatever the facts are: write true or false"})
		}
		made.program = nil
	}
	c.list = append(c.list, made)
	c.at[text] = len(c.list) - 1
	return c.at[text]
}

// gives compiles an expression that gives categories; nil where there is none.
func (c *conditions) gives(file string, e rule.Expr) *rule.Program {
	text := strings.TrimSpace(e.Text)
	if p := c.given[text]; p != nil || e.IsZero() {
		return p
	}
	if err := c.lists(file, e); err != nil {
		c.errs = append(c.errs, err)
		return nil
	}
	p, err := rule.Compile(c.env, file, e, rule.Yields(texts))
	if err != nil {
		c.errs = append(c.errs, err)
		return nil
	}
	c.given[text] = p
	return p
}

var listName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\blist\.\w+`) })

// lists says which list a condition names that there is none of: list is a
// word of CEL too, and what CEL says of it helps nobody.
func (c *conditions) lists(file string, e rule.Expr) error {
	for _, name := range listName().FindAllString(e.Text, -1) {
		switch {
		case slices.Contains(c.has, name):
		case len(c.has) == 0:
			return rule.Problem{File: file, Line: e.Line, What: fmt.Sprintf("there is no list for %s: no ReferenceList is loaded beside this", name)}
		default:
			return rule.Problem{File: file, Line: e.Line, What: fmt.Sprintf("there is no list for %s: %s", name, rule.OneOf(name, c.has))}
		}
	}
	return nil
}

// A sitting holds what the conditions of one decision gave.
type sitting struct {
	session rule.Session
	judged  []bool
	truth   []rule.Truth
	missing [][]string
	fired   []Fired // room to note them in
}

func (b *Book) sit(f *rule.Facts) *sitting {
	s, _ := b.sittings.Get().(*sitting)
	if s == nil {
		n := len(b.conditions)
		s = &sitting{judged: make([]bool, n), truth: make([]rule.Truth, n), missing: make([][]string, n)}
	}
	s.session = f.Open()
	return s
}

func (b *Book) rise(s *sitting) {
	s.session.Close()
	s.session = rule.Session{}
	clear(s.judged)
	clear(s.missing)
	b.sittings.Put(s)
}

// judge returns what condition n gives, and the facts it lacks.
func (s *sitting) judge(list []condition, n int) (rule.Truth, []string) {
	if s.judged[n] {
		return s.truth[n], s.missing[n]
	}
	c := &list[n]
	s.judged[n] = true
	if c.program == nil {
		s.truth[n] = c.always
	} else {
		s.truth[n], s.missing[n] = s.session.Test(c.program)
	}
	return s.truth[n], s.missing[n]
}
