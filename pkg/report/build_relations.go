package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A relation is one thing said of two entities, and who says so.
type relation struct {
	Subject, Object pipeline.Entity
	Predicate       pipeline.Predicate
	Means           string
	Origins         []string
	Against         []string
}

func relationsOf(stated []*pipeline.Statement, t *teller) []relation {
	var out []relation
	for _, s := range stated {
		if s.Object == nil || len(s.Origins) == 0 || t.omit && (s.Subject.Sealed() || s.Object.Sealed()) {
			continue
		}
		out = append(out, relation{t.entity(s.Subject), t.entity(*s.Object), s.Predicate, means(s.Predicate), s.Origins, s.Against})
	}
	return out
}

// means returns how a predicate reads between subject and object.
func means(p pipeline.Predicate) string {
	if r, ok := pipeline.Relate(p); ok {
		return r.Means
	}
	return string(p)
}

func statementsOf(stated []*pipeline.Statement, t *teller) Statements {
	s := Statements{Total: len(stated), Contradictions: []Contradiction{}}
	for _, x := range stated {
		if len(x.Origins) > 1 && len(x.Against) == 0 {
			s.Corroborated++
		}
		if !x.Contradicted() {
			continue
		}
		s.Contradicted++
		if t.omit && (x.Subject.Sealed() || x.Object != nil && x.Object.Sealed()) {
			continue
		}
		object := ""
		if x.Object != nil {
			object = t.entity(*x.Object).Value
		} else {
			object = valueText(t.value(x.Value))
		}
		s.Contradictions = append(s.Contradictions, Contradiction{
			Text: fmt.Sprintf("%s %s %s", t.entity(x.Subject).Value, means(x.Predicate), object),
			For:  x.Origins, Against: x.Against, Observations: x.Observations})
	}
	return s
}

// valueText returns an observation's value as one line of text: a record as
// "key: value" pairs sorted by key.
func valueText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = valueText(y)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for _, k := range sortedKeys(x) {
			if s := valueText(x[k]); s != "" {
				parts = append(parts, k+": "+s)
			}
		}
		return strings.Join(parts, "; ")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// lanes says in which lane of the timeline a dated fact stands.
var lanes = map[pipeline.Predicate]string{
	"registered-at": "registration", "expires-at": "registration", "changed-at": "registration",
	"valid-from": "certificates", "valid-until": "certificates", "has-name": "names",
}

// timelineOf gathers the facts that carry a date of their own, and the case's
// acts. A name's first certificate dates the name.
func timelineOf(c *pipeline.Case, t *teller) []Moment {
	var out []Moment
	first := map[pipeline.Entity]Moment{}
	for _, o := range c.Observations {
		lane, dated := lanes[o.Predicate]
		if !dated || o.Denies || t.drops(o.Value, o.Subject) {
			continue
		}
		if o.Object != nil {
			record, _ := o.Value.(map[string]any)
			at, ok := moment(record["not_before"])
			name := t.entity(*o.Object)
			old, known := first[name]
			if ok && (!known || at.Before(old.At)) {
				first[name] = Moment{at, lane, "first certificate that names it", name, o.ID}
			}
			continue
		}
		if at, ok := moment(o.Value); ok {
			out = append(out, Moment{at, lane, means(o.Predicate), t.entity(o.Subject), o.ID})
		}
	}
	for _, m := range first {
		out = append(out, m)
	}
	out = append(out, actsOf(c, t)...)
	slices.SortFunc(out, func(a, b Moment) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Lane, b.Lane), cmp.Compare(a.Subject.String(), b.Subject.String()),
			cmp.Compare(a.Text, b.Text), cmp.Compare(a.Evidence, b.Evidence))
	})
	return orEmpty(out)
}

// actsOf returns the case's own moments: its first line, what commands
// appended, its last.
func actsOf(c *pipeline.Case, t *teller) []Moment {
	var out []Moment
	if !c.Began.IsZero() {
		out = append(out, Moment{At: c.Began.UTC(), Lane: "case", Text: "investigation began"})
	}
	for _, e := range c.Acts {
		name, act := e.Act()
		if e.Seq > c.Lines || act == nil {
			continue
		}
		text := name
		if act.By != "" {
			text += " by " + act.By
		}
		if act.What != "" {
			text += ": " + act.What
		}
		out = append(out, Moment{At: e.Time.UTC(), Lane: "case", Text: t.text(text)})
	}
	if c.Closed != nil && !c.Ended.IsZero() {
		out = append(out, Moment{At: c.Ended.UTC(), Lane: "case", Text: "last line that this report renders"})
	}
	return out
}

func moment(v any) (time.Time, bool) {
	s, _ := v.(string)
	at, err := time.Parse(time.RFC3339, s)
	return at.UTC(), err == nil
}
