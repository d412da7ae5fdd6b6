package technology

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"osint/pkg/pipeline/rule"
)

//go:embed rules/*.yaml
var shelf embed.FS

// Own returns the rules that come with the program. They are read when first
// asked for, once.
var Own = sync.OnceValues(func() (*Rules, error) {
	names, err := fs.Glob(shelf, "rules/*.yaml")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = shelf.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return Load(files)
})

// Rules are ready to look at answers. They keep no state and may be asked
// from several goroutines.
type Rules struct {
	rules   []Rule
	of      map[string]int // by product
	signs   []sign         // each literal of the automaton is one
	literal *automaton
	bare    map[named][]sign // without a literal: headers and meta elements
	icons   map[int32][]sign
}

// named is a header or a meta element.
type named struct {
	place place
	name  string
}

// sign is a Sign made ready.
type sign struct {
	rule           int
	place          place
	name           string // of the header or the meta element
	size           int    // of the literal
	begins, closes bool   // the literal begins or ends its place
	then           func() *regexp.Regexp
	label          string // where it was seen, for people
}

// document is one file of rules.
type document struct {
	Rules []Rule `yaml:"rules"`
}

// Load reads rules, by file name. The error says everything that is wrong
// with them, with file and line. Expressions are compiled when first needed.
func Load(files map[string][]byte) (*Rules, error) {
	r := &Rules{of: map[string]int{}, bare: map[named][]sign{}, icons: map[int32][]sign{}}
	var errs []error
	for _, file := range slices.Sorted(maps.Keys(files)) {
		var d document
		if err := rule.Decode(file, files[file], &d); err != nil {
			errs = append(errs, err)
			continue
		}
		r.rules = append(r.rules, d.Rules...)
	}
	if err := rule.Join(errs...); err != nil {
		return nil, err
	}
	if err := r.agree(); err != nil {
		return nil, err
	}
	var literals []string
	for i := range r.rules {
		for j := range r.rules[i].Signs {
			if l := r.place(i, &r.rules[i].Signs[j]); l != "" {
				literals = append(literals, l)
			}
		}
	}
	var err error
	r.literal, err = newAutomaton(literals)
	return r, err
}

// agree checks what only the rules together can get wrong.
func (r *Rules) agree() error {
	for i := range r.rules {
		p := r.rules[i].Product
		if _, twice := r.of[p]; twice {
			return fmt.Errorf("two rules for %s: one has all the signs", p)
		}
		r.of[p] = i
	}
	for _, x := range r.rules {
		for _, p := range x.Implies {
			if _, known := r.of[p]; !known {
				return fmt.Errorf("%s implies %s, for which there is no rule: %s", x.Product, p, rule.OneOf(p, slices.Collect(maps.Keys(r.of))))
			}
		}
	}
	return nil
}

// place puts a sign where it will be found, and returns its literal if it has
// one.
func (r *Rules) place(i int, s *Sign) (literal string) {
	p, what, _ := s.where()
	x := sign{rule: i, place: p, label: string(p)}
	switch p {
	case inHeader, inMeta:
		x.name = strings.ToLower(what)
		x.label += " " + x.name
	case inCookie:
		x.label += " " + what
	case inIcon:
		r.icons[s.Icon] = append(r.icons[s.Icon], x)
		return ""
	}
	if s.Then != "" {
		x.then = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^(?:` + s.Then + `)`) })
	}
	literal = s.text()
	if literal == "" {
		at := named{p, x.name}
		r.bare[at] = append(r.bare[at], x)
		return ""
	}
	literal, x.begins = strings.CutPrefix(literal, "^")
	literal, x.closes = strings.CutSuffix(literal, "$")
	x.size = len(literal)
	r.signs = append(r.signs, x)
	return literal
}
