package law

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// Cases is a file that says what frameworks must decide: facts, and what
// comes out.
type Cases struct {
	File       string
	Frameworks []string // by id; none is all of the book
	Cases      []Case

	names []rule.Text // of Frameworks, with their lines
}

// A Case is one of them.
type Case struct {
	Name   string
	Line   int
	Facts  map[string]any      // by their dotted names, those of the file under those of the case
	Emits  []pipeline.Category // what the collector may bring
	Phases []Phase             // none is all
	Expect pipeline.Verdict
	Fired  []string            // exactly the rules that fire, in any order; nil is not looked at
	Redact []pipeline.Category // exactly what is redacted; nil is not looked at

	unknown []string
}

type casesDoc struct {
	APIVersion string      `yaml:"apiVersion"`
	Kind       string      `yaml:"kind"`
	Framework  rule.Text   `yaml:"framework"`
	Frameworks []rule.Text `yaml:"frameworks"`
	Given      given       `yaml:"given"`
	Cases      []caseDoc   `yaml:"cases"`
}

type caseDoc struct {
	Name    rule.Text           `yaml:"name"`
	Facts   given               `yaml:"facts"`
	Unknown []string            `yaml:"unknown"`
	Emits   []pipeline.Category `yaml:"emits"`
	Phases  []Phase             `yaml:"phases"`
	Expect  pipeline.Verdict    `yaml:"expect"`
	Fired   []string            `yaml:"fired"`
	Redact  []pipeline.Category `yaml:"redact"`
}

// ParseCases reads a Cases document. Whether there are such frameworks, rules
// and lists only a book knows: [Book.Try] says so.
func ParseCases(file string, text []byte) (*Cases, error) {
	var d casesDoc
	if err := rule.Decode(file, text, &d); err != nil {
		return nil, err
	}
	c := &Cases{File: file, names: d.Frameworks}
	if d.Framework.Value != "" {
		c.names = []rule.Text{d.Framework}
	}
	for _, n := range c.names {
		c.Frameworks = append(c.Frameworks, n.Value)
	}
	seen, errs := map[string]bool{}, []error(nil)
	for _, x := range d.Cases {
		if seen[x.Name.Value] {
			errs = append(errs, x.Name.Problem(file, "the case %q stands here twice: choose another name", x.Name.Value))
		}
		seen[x.Name.Value] = true
		facts := d.Given.flat()
		for name, v := range x.Facts.flat() {
			facts[name] = v
		}
		for _, name := range x.Unknown {
			delete(facts, name)
		}
		c.Cases = append(c.Cases, Case{x.Name.Value, x.Name.Line, facts, x.Emits, x.Phases, x.Expect, x.Fired, x.Redact, x.Unknown})
	}
	return c, rule.Join(errs...)
}

// Check implements [rule.Checker].
func (d *casesDoc) Check() error {
	errs := []error{heading(d.APIVersion, d.Kind, "Cases")}
	if d.Framework.Value != "" && d.Frameworks != nil {
		errs = append(errs, rule.Key("framework", errors.New("stands beside frameworks: write one of the two")))
	}
	if len(d.Cases) == 0 {
		errs = append(errs, errors.New("cases are missing: write at least one"))
	}
	return errors.Join(errs...)
}

var verdicts = []pipeline.Verdict{pipeline.Allow, pipeline.Redact, pipeline.ReviewIt, pipeline.Deny}

// Check implements [rule.Checker].
func (c *caseDoc) Check() error {
	var errs []error
	if strings.TrimSpace(c.Name.Value) == "" {
		errs = append(errs, errors.New("name is missing: say in a few words what the case is"))
	}
	switch {
	case c.Expect == "":
		errs = append(errs, fmt.Errorf("expect is missing: write one of %s", strings.Join(words(verdicts), ", ")))
	case !slices.Contains(verdicts, c.Expect):
		errs = append(errs, rule.Key("expect", fmt.Errorf("there is no verdict %q: %s", string(c.Expect), rule.OneOf(string(c.Expect), words(verdicts)))))
	}
	facts := c.Facts.flat()
	for _, name := range c.Unknown {
		if _, ok := factType(name); !ok {
			errs = append(errs, rule.Key("unknown", noFact(name)))
		} else if _, both := facts[name]; both {
			errs = append(errs, rule.Key("unknown", fmt.Errorf("%s stands under facts too: write one of the two", name)))
		}
	}
	return errors.Join(append(errs, rule.Key("emits", categories(c.Emits)), rule.Key("redact", categories(c.Redact)))...)
}

// noFact says which fact may have been meant.
func noFact(name string) error {
	known := make([]string, len(Vocabulary))
	for i, f := range Vocabulary {
		known[i] = f.Name
	}
	if meant, ok := rule.Nearest(name, known); ok {
		return fmt.Errorf("there is no fact %s: did you mean %s?", name, meant)
	}
	return fmt.Errorf("there is no fact %s", name)
}

// given is facts as a file says them: by dotted names, or nested.
type given map[string]any

// flat returns the facts by their dotted names.
func (g given) flat() map[string]any {
	facts := map[string]any{}
	_ = g.walk("", func(name string, value any) error {
		facts[name] = plain(value)
		return nil
	})
	return facts
}

// plain returns lists as texts and maps as maps of them, which are the
// quickest to judge.
func plain(value any) any {
	switch v := value.(type) {
	case given:
		m := map[string]any{}
		for key, x := range v {
			m[key] = plain(x)
		}
		return m
	case []any:
		if areTexts(v) {
			list := make([]string, len(v))
			for i, x := range v {
				list[i], _ = x.(string)
			}
			return list
		}
	}
	return value
}

// Check implements [rule.Checker]: every fact must be one, and of its type.
func (g given) Check() error {
	return g.walk("", func(name string, value any) error {
		t, ok := factType(name)
		if !ok {
			return noFact(name)
		}
		return fits(value, t)
	})
}

// walk visits facts by name; errors are placed at the keys that lead there.
func (g given) walk(under string, visit func(name string, value any) error) error {
	var errs []error
	for key, value := range g {
		name := key
		if under != "" {
			name = under + "." + key
		}
		inner, nested := value.(given) // yaml.v3 reads maps within as it reads the outer one
		if _, fact := factType(name); nested && !fact {
			errs = append(errs, rule.Key(key, inner.walk(name, visit)))
			continue
		}
		errs = append(errs, rule.Key(key, visit(name, value)))
	}
	return errors.Join(errs...)
}

// fits reports whether a value can be a fact of a type.
func fits(value any, t *cel.Type) error {
	ok := false
	switch t.Kind() {
	case cel.BoolKind:
		_, ok = value.(bool)
	case cel.StringKind:
		_, ok = value.(string)
	case cel.IntKind:
		_, ok = value.(int)
	case cel.TimestampKind:
		_, ok = value.(time.Time)
	case cel.ListKind:
		ok = areTexts(value)
	case cel.MapKind:
		m, is := value.(given)
		ok = is
		for _, v := range m {
			ok = ok && areTexts(v)
		}
	}
	if !ok {
		return fmt.Errorf("want %s, not %v", wanted[t.Kind()], value)
	}
	return nil
}

var wanted = map[types.Kind]string{cel.BoolKind: "true or false", cel.StringKind: "text", cel.IntKind: "a whole number",
	cel.TimestampKind: "a time such as 2026-11-23T00:00:00Z", cel.ListKind: "a list of texts", cel.MapKind: "keys and lists of texts"}

func areTexts(value any) bool {
	list, ok := value.([]any)
	for _, v := range list {
		_, is := v.(string)
		ok = ok && is
	}
	return ok
}
