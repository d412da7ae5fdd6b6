package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"osint/pkg/pipeline"
)

// Ways of showing personal values, as a profile names them.
const (
	personalShow = "show" // in clear, where the key exists
	personalOmit = "omit" // rows with them are left out and counted
)

// A teller says what stands in the report for a sealed value: a label, or the
// value where it may be shown. A label is the same in everything that is ever
// made of the case, two values never share one, and it is not given to another
// once its value is erased: it is counted by [pipeline.Case.Sealed], whether or
// not those before it are shown. It remembers what it showed.
type teller struct {
	shown map[string]string              // by token
	open  map[string][]pipeline.Category // of tokens that are shown in clear
	told  map[pipeline.Category]bool     // categories that stand in the report in clear
	omit  bool
	gone  int // rows left out
}

func newTeller(c *pipeline.Case, o Options) *teller {
	t := &teller{shown: map[string]string{}, open: map[string][]pipeline.Category{}, told: map[pipeline.Category]bool{}, omit: o.Personal == personalOmit}
	destroyed := map[string]bool{}
	kids, _ := c.Erasures()
	for _, kid := range kids {
		destroyed[kid] = true
	}
	var about map[string][]pipeline.Category
	if o.Personal == personalShow && o.Reveal != nil {
		about = categoriesOf(c)
	}
	count := map[pipeline.Kind]int{}
	for _, e := range c.Sealed {
		count[e.Kind]++
		t.shown[e.Value] = label(e.Kind, count[e.Kind], destroyed[pipeline.KeyOf(e.Value)])
		of := about[e.Value]
		if about != nil && !slices.ContainsFunc(of, func(c pipeline.Category) bool { return slices.Contains(o.Seal, c) }) {
			if clear, ok := o.Reveal(e); ok {
				t.shown[e.Value], t.open[e.Value] = clear.Value, of
			}
		}
	}
	return t
}

// label is the pseudonym of the nth value of a kind.
func label(k pipeline.Kind, n int, erased bool) string {
	text := fmt.Sprintf("[sealed %s %d", cmp.Or(k, "text"), n)
	if erased {
		text += ", erased"
	}
	return text + "]"
}

// categoriesOf returns by token what a reader learns who reads the value in
// its place: the value itself, and all that stands beside it.
func categoriesOf(c *pipeline.Case) map[string][]pipeline.Category {
	of := map[string][]pipeline.Category{}
	put := func(token string, c pipeline.Category) {
		if c != "" && c.Personal() && !slices.Contains(of[token], c) {
			of[token] = append(of[token], c)
		}
	}
	entity := func(e pipeline.Entity, beside pipeline.Category) {
		if e.Sealed() {
			put(e.Value, e.Category())
			put(e.Value, beside)
		}
	}
	for e := range c.Entities {
		entity(e, "")
	}
	for _, o := range c.Observations {
		entity(o.Subject, o.Category)
		if o.Object != nil {
			entity(*o.Object, o.Category)
		}
		eachText(o.Value, func(s string) {
			if pipeline.IsToken(s) {
				put(s, o.Category)
			}
		})
	}
	return of
}

// clear returns the categories of data about people that the report has shown
// so far, sorted.
func (t *teller) clear() []pipeline.Category { return sortedKeys(t.told) }

// eachText calls f with every text in a value.
func eachText(v any, f func(string)) {
	switch x := v.(type) {
	case string:
		f(x)
	case []any:
		for _, y := range x {
			eachText(y, f)
		}
	case map[string]any:
		for _, k := range sortedKeys(x) {
			eachText(x[k], f)
		}
	}
}

func (t *teller) entity(e pipeline.Entity) pipeline.Entity {
	switch {
	case e.Sealed():
		e.Value = t.text(e.Value)
	case e.Personal(): // the case itself has it in clear
		t.told[e.Category()] = true
	}
	return e
}

func (t *teller) entities(es []pipeline.Entity) []pipeline.Entity {
	out := make([]pipeline.Entity, len(es))
	for i, e := range es {
		out[i] = t.entity(e)
	}
	return out
}

var reToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`sealed:[0-9a-zA-Z]*:[0-9a-zA-Z]*`) })

// text puts labels in the place of the tokens in a text.
func (t *teller) text(s string) string {
	if len(s) < len("sealed::") {
		return s
	}
	return reToken().ReplaceAllStringFunc(s, func(token string) string {
		for _, c := range t.open[token] {
			t.told[c] = true
		}
		return cmp.Or(t.shown[token], "[sealed]")
	})
}

// value puts labels in the place of tokens in an observation's value.
func (t *teller) value(v any) any {
	switch x := v.(type) {
	case string:
		return t.text(x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = t.value(x[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k := range x {
			out[k] = t.value(x[k])
		}
		return out
	}
	return v
}

// drops reports whether a row about these entities and this value is left
// out, and counts it.
func (t *teller) drops(v any, es ...pipeline.Entity) bool {
	if !t.omit {
		return false
	}
	sealed := false
	eachText(v, func(s string) { sealed = sealed || reToken().MatchString(s) })
	for _, e := range es {
		sealed = sealed || e.Sealed()
	}
	if sealed {
		t.gone++
	}
	return sealed
}
