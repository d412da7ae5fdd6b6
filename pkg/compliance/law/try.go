package law

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline/rule"
)

// A Failure is a case that did not come out as its file says, or asks after
// what is not in the book.
type Failure struct {
	File string
	Line int
	Case string // "" if it is about the file
	What string
}

// String returns "file:line: case: what".
func (f Failure) String() string {
	at := fmt.Sprintf("%s:%d: ", f.File, f.Line)
	if f.Case != "" {
		at += f.Case + ": "
	}
	return at + f.What
}

// Try decides every case and returns what did not come out as it should. A
// case that doesn't say when now is takes place on the day of the book's
// latest review or check.
func (b *Book) Try(c *Cases) []Failure {
	book, fs := b, []Failure(nil)
	if len(c.Frameworks) > 0 {
		for _, n := range c.names {
			if _, err := b.Only(n.Value); err != nil {
				fs = append(fs, Failure{c.File, n.Line, "", err.Error()})
			}
		}
		var err error
		if book, err = b.Only(c.Frameworks...); err != nil {
			return fs
		}
	}
	for i := range c.Cases {
		x := &c.Cases[i]
		for _, what := range append(book.strangers(x), book.try(x)...) {
			fs = append(fs, Failure{c.File, x.Line, x.Name, what})
		}
	}
	return fs
}

// strangers says which rules and lists of a case the book does not have.
func (b *Book) strangers(x *Case) (what []string) {
	var rules, lists []string
	for _, f := range b.frameworks {
		for _, r := range f.Rules {
			rules = append(rules, r.ID)
		}
	}
	for _, l := range b.lists {
		lists = append(lists, l.Fact())
	}
	for _, id := range x.Fired {
		if id != NothingLeft && !slices.Contains(rules, id) {
			what = append(what, fmt.Sprintf("there is no rule %s: %s", id, meant(id, rules)))
		}
	}
	for name := range x.Facts {
		if strings.HasPrefix(name, listPrefix) && !slices.Contains(lists, name) {
			what = append(what, fmt.Sprintf("there is no fact %s: %s", name, meant(name, lists)))
		}
	}
	slices.Sort(what)
	return what
}

// meant says which word may have been, without naming dozens.
func meant(word string, known []string) string {
	if w, ok := rule.Nearest(word, known); ok {
		return "did you mean " + w + "?"
	}
	return "none is like it"
}

// try decides a case and says what is not as it should be.
func (b *Book) try(x *Case) (what []string) {
	d := b.Decide(b.FactsOf(x), x.Emits, x.Phases...)
	if d.Verdict != x.Expect {
		what = append(what, fmt.Sprintf("is %s, want %s%s", d.Verdict, x.Expect, d.because()))
	}
	var fired []string
	for _, f := range d.Fired {
		fired = append(fired, f.Rule)
	}
	if x.Fired != nil && !alike(fired, x.Fired) {
		what = append(what, fmt.Sprintf("fired %v, want %v", sorted(fired), sorted(x.Fired)))
	}
	if x.Redact != nil && !alike(d.Redact, x.Redact) {
		what = append(what, fmt.Sprintf("redacts %v, want %v", sorted(d.Redact), sorted(x.Redact)))
	}
	return what
}

// because names the rules that fired, and what was not known.
func (d *Decision) because() string {
	var b strings.Builder
	for i, f := range d.Fired {
		if i == 0 {
			b.WriteString(":")
		}
		fmt.Fprintf(&b, " %s %s", f.Rule, f.Outcome)
		if len(f.Unknown) > 0 {
			fmt.Fprintf(&b, " (unknown: %s)", strings.Join(f.Unknown, ", "))
		}
	}
	return b.String()
}

// FactsOf returns the facts of a case, with what the book lends.
func (b *Book) FactsOf(x *Case) *rule.Facts {
	facts := rule.NewFacts()
	now, ok := x.Facts["now"].(time.Time)
	if !ok {
		now = b.latest()
	}
	b.Lend(facts, now)
	for name, v := range x.Facts {
		facts.Set(name, v)
	}
	for _, name := range x.unknown {
		facts.Forget(name)
	}
	return facts
}

// latest returns when the book was last held against anything.
func (b *Book) latest() (t time.Time) {
	for _, f := range b.frameworks {
		if f.Reviewed.After(t) {
			t = f.Reviewed
		}
	}
	for _, l := range b.lists {
		if l.CheckedAt.After(t) {
			t = l.CheckedAt
		}
	}
	return t
}

func alike[T ~string](a, b []T) bool { return slices.Equal(sorted(a), sorted(b)) }

func sorted[T ~string](list []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}
