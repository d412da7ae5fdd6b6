package law

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline/rule"
)

// Load reads Framework and ReferenceList documents by their paths, and
// compiles every condition. The error says everything that is wrong with
// them, each with file and line: where one can't be judged, none is loaded.
func Load(files map[string][]byte) (*Book, error) {
	l := &loading{book: &Book{}, seen: map[string]string{}}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		l.read(file, files[file])
	}
	if err := l.compile(); err != nil {
		return nil, err
	}
	slices.SortFunc(l.book.frameworks, func(a, b *Framework) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(l.book.lists, func(a, b *List) int { return strings.Compare(a.ID, b.ID) })
	return l.book, nil
}

// loading is what is known while files are read.
type loading struct {
	book *Book
	docs []loaded
	seen map[string]string // what stands where, to find it twice
	errs []error
}

// loaded is a framework whose conditions are not compiled yet.
type loaded struct {
	file      string
	doc       *frameworkDoc
	framework *Framework
}

var kindLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^kind:[ \t]*["']?([A-Za-z]+)`) })

// Kind returns the kind that a document says it is; "" if it doesn't say.
// It does not judge the rest.
func Kind(file string, text []byte) string {
	if m := kindLine().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	leaves, _ := rule.Leaves(file, text) // in [brackets], or quoted
	for _, l := range leaves {
		var kind string
		if len(l.Path) == 1 && l.Path[0] == "kind" && l.Decode(&kind) == nil {
			return kind
		}
	}
	return ""
}

func (l *loading) read(file string, text []byte) {
	sum := sha256.Sum256(text)
	digest := hex.EncodeToString(sum[:])
	if Kind(file, text) == "ReferenceList" {
		var d listDoc
		if err := rule.Decode(file, text, &d); err != nil {
			l.errs = append(l.errs, err)
			return
		}
		m := d.Metadata
		l.once(file, m.ID, "list")
		l.book.lists = append(l.book.lists, &List{ID: m.ID.Value, Title: m.Title, CheckedAt: m.CheckedAt,
			StaleDays: m.StaleDays, Source: m.Source, SHA256: digest, Entries: d.Entries})
		return
	}
	var d frameworkDoc
	if err := rule.Decode(file, text, &d); err != nil {
		l.errs = append(l.errs, err)
		return
	}
	m := d.Metadata
	f := &Framework{ID: m.ID.Value, Title: m.Title, Version: m.Version, Reviewed: m.Reviewed, ReviewBy: m.ReviewBy,
		Reviewer: m.Reviewer, Source: m.Source, SHA256: digest, Applies: d.Applies.Text, Rules: d.Rules}
	l.once(file, m.ID, "framework")
	for _, r := range d.Rules {
		r.ID, r.phase, r.Redact = r.Name.Value, r.Phase.bit(), sorted(r.Redact)
		if !strings.HasPrefix(r.ID, f.ID+"-") {
			l.errs = append(l.errs, r.Name.Problem(file, "the id of a rule of %s begins with %s-: write %s-%s", f.ID, f.ID, f.ID, r.ID))
		}
		l.once(file, r.Name, "rule")
	}
	l.book.frameworks = append(l.book.frameworks, f)
	l.docs = append(l.docs, loaded{file, &d, f})
}

// once notes an id, and says where it stands already.
func (l *loading) once(file string, id rule.Text, what string) {
	key := what + " " + id.Value
	if at, twice := l.seen[key]; twice {
		l.errs = append(l.errs, id.Problem(file, "the %s is in %s already: an id stands once, choose another", key, at))
		return
	}
	l.seen[key] = fmt.Sprintf("%s:%d", file, id.Line)
}

// compile makes every condition ready to run, once for each distinct text.
func (l *loading) compile() error {
	words := slices.Clone(Vocabulary)
	for _, list := range l.book.lists {
		words = append(words, rule.Fact{Name: list.Fact(), Type: texts, Means: list.Title})
	}
	env, err := words.Env()
	if err != nil {
		return err
	}
	c := newConditions(env, l.book.lists)
	for _, d := range l.docs {
		d.framework.applies = c.add(d.file, d.doc.Applies, true)
		for _, r := range d.doc.Rules {
			r.when = c.add(d.file, r.When, true)
			r.require = c.add(d.file, r.Require, false)
			r.by = c.gives(d.file, r.By)
		}
	}
	l.book.conditions = c.list
	return rule.Join(append(l.errs, c.errs...)...)
}
