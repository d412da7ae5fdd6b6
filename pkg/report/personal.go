package report

import (
	"cmp"
	"fmt"
	"regexp"
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
// not those before it are shown.
type teller struct {
	shown map[string]string // by token
	omit  bool
	gone  int // rows left out
}

func newTeller(c *pipeline.Case, o Options) *teller {
	t := &teller{shown: map[string]string{}, omit: o.Personal == personalOmit}
	destroyed := map[string]bool{}
	kids, _ := c.Erasures()
	for _, kid := range kids {
		destroyed[kid] = true
	}
	count := map[pipeline.Kind]int{}
	for _, e := range c.Sealed {
		count[e.Kind]++
		t.shown[e.Value] = label(e.Kind, count[e.Kind], destroyed[pipeline.KeyOf(e.Value)])
		if o.Personal == personalShow && o.Reveal != nil {
			if clear, ok := o.Reveal(e); ok {
				t.shown[e.Value] = clear.Value
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
	if e.Sealed() {
		e.Value = t.text(e.Value)
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
