package law

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/pipeline/rule"
)

// A Book is the frameworks and lists that are loaded, ready to decide. It
// keeps no state and may decide for several goroutines at once.
type Book struct {
	frameworks []*Framework // by id
	lists      []*List      // by id
	conditions []condition
	sittings   sync.Pool // of *sitting
}

// Frameworks returns the frameworks, sorted by id. The caller must not change
// them.
func (b *Book) Frameworks() []*Framework { return slices.Clone(b.frameworks) }

// Lists returns the reference lists, sorted by id. The caller must not change
// them.
func (b *Book) Lists() []*List { return slices.Clone(b.lists) }

// Rule returns a rule and its framework by the rule's id.
func (b *Book) Rule(id string) (*Framework, *Rule, bool) {
	for _, f := range b.frameworks {
		if !strings.HasPrefix(id, f.ID+"-") {
			continue
		}
		for _, r := range f.Rules {
			if r.ID == id {
				return f, r, true
			}
		}
	}
	return nil, nil, false
}

// Only returns a book of some of the frameworks, by id, and all lists. It
// shares what is compiled.
func (b *Book) Only(ids ...string) (*Book, error) {
	only := &Book{lists: b.lists, conditions: b.conditions}
	var known []string
	for _, f := range b.frameworks {
		known = append(known, f.ID)
		if slices.Contains(ids, f.ID) {
			only.frameworks = append(only.frameworks, f)
		}
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return nil, fmt.Errorf("there is no framework %q: %s", id, rule.OneOf(id, known))
		}
	}
	return only, nil
}

// Lend sets the facts that the book itself knows: now, and each list as it
// stands then. A list that was not checked for twice the time that it is good
// for is unknown.
func (b *Book) Lend(f *rule.Facts, now time.Time) {
	f.Set("now", now)
	for _, l := range b.lists {
		if now.After(l.stale(2)) {
			f.Forget(l.Fact())
			continue
		}
		f.Set(l.Fact(), l.At(now))
	}
}

// A Warning says that a framework or list was not held against its source for
// too long.
type Warning struct {
	What  string    // "framework" or "list"
	ID    string    //
	Since time.Time // when that was due
	Text  string    // one sentence
}

// Stale returns what is to be reviewed, frameworks first.
func (b *Book) Stale(now time.Time) []Warning {
	var ws []Warning
	for _, f := range b.frameworks {
		if end := f.ReviewBy.AddDate(0, 0, 1); !now.Before(end) {
			ws = append(ws, Warning{"framework", f.ID, f.ReviewBy, fmt.Sprintf(
				"framework %s %s was to be reviewed by %s: hold it against the law as it stands, or take a newer one",
				f.ID, f.Version, f.ReviewBy.Format(time.DateOnly))})
		}
	}
	for _, l := range b.lists {
		text := "list %s was last checked on %s and is good for %d days: check it"
		if now.After(l.stale(2)) {
			text = "list %s was last checked on %s and is good for %d days: it is no longer believed, and what rests on it waits for review"
		}
		if now.After(l.stale(1)) {
			ws = append(ws, Warning{"list", l.ID, l.stale(1), fmt.Sprintf(text, l.ID, l.CheckedAt.Format(time.DateOnly), l.StaleDays)})
		}
	}
	return ws
}
