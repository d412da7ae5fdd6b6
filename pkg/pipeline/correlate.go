package pipeline

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// A Statement is what one or more observations say alike: who supports it and
// who denies it, counted by origin, for two sources that pass on one
// origin's knowledge are one witness.
type Statement struct {
	Subject      Entity
	Predicate    Predicate
	Object       *Entity
	Value        any
	Origins      []string // that support it, sorted
	Against      []string // origins that deny it, or say otherwise where only one thing can be true
	Observations []string // ids, in the case's order
}

// Contradicted reports whether somebody says otherwise.
func (s *Statement) Contradicted() bool { return len(s.Origins) > 0 && len(s.Against) > 0 }

// Correlate returns the statements of a case, sorted by subject, predicate
// and object.
func Correlate(c *Case) []*Statement {
	type key struct {
		subject   Entity
		predicate Predicate
		said      string
	}
	said := map[key]*Statement{}
	topic := map[key][]*Statement{} // by subject and predicate
	for _, o := range c.Observations {
		text := objectText(o.Object)
		if o.Object == nil {
			v, _ := json.Marshal(o.Value)
			text = string(v)
		}
		k := key{o.Subject, o.Predicate, text}
		s := said[k]
		if s == nil {
			s = &Statement{Subject: o.Subject, Predicate: o.Predicate, Object: o.Object, Value: o.Value}
			said[k] = s
			about := key{o.Subject, o.Predicate, ""}
			topic[about] = append(topic[about], s)
		}
		s.Observations = append(s.Observations, o.ID)
		if o.Denies {
			s.Against = insert(s.Against, o.Origin)
		} else {
			s.Origins = insert(s.Origins, o.Origin)
		}
	}
	for about, all := range topic {
		if r, _ := Relate(about.predicate); r.Single {
			oppose(all)
		}
	}
	return slices.SortedFunc(maps.Values(said), func(a, b *Statement) int {
		return cmp.Or(compareEntity(a.Subject, b.Subject), cmp.Compare(a.Predicate, b.Predicate),
			cmp.Compare(objectText(a.Object), objectText(b.Object)), cmp.Compare(a.Observations[0], b.Observations[0]))
	})
}

// oppose sets statements of which only one can be true against each other.
func oppose(all []*Statement) {
	for _, a := range all {
		for _, b := range all {
			if a == b {
				continue
			}
			for _, origin := range b.Origins {
				if !slices.Contains(a.Origins, origin) {
					a.Against = insert(a.Against, origin)
				}
			}
		}
	}
}

func insert(sorted []string, s string) []string {
	i, found := slices.BinarySearch(sorted, s)
	if found {
		return sorted
	}
	return slices.Insert(sorted, i, s)
}
