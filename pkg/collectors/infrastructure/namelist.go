package infrastructure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// listsNames is the Spec of a collector that asks a list for the names below a
// domain and tells nothing else; its ceiling is that of one request and two
// repeats.
func listsNames(name, title, origin string, grade pipeline.Grade, s pipeline.Source) pipeline.Spec {
	return pipeline.Spec{
		Name: name, Title: title, Domain: pipeline.Infrastructure,
		Consumes: []pipeline.Kind{pipeline.KindDomain},
		Produces: []pipeline.Predicate{"has-name"},
		Emits:    []pipeline.Category{pipeline.Technical},
		Mode:     pipeline.Passive, Origin: origin, Grade: grade, Source: s,
		Sends:   []pipeline.Kind{pipeline.KindDomain},
		Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 16 << 20},
		Timeout: 60 * time.Second,
	}
}

// A nameList gathers the names below a domain that a source lists, each with
// the time in which it was seen, where the source says so.
type nameList struct {
	domain string
	own    bool // the domain itself was named, or a name below it
	others int  // names that lie elsewhere
	names  map[pipeline.Entity]listedName
}

// A listedName is when a name was seen, zero where nobody says, and the first
// exchange that showed it.
type listedName struct {
	first, last time.Time
	exchange    pipeline.ExchangeID
}

func newNameList(domain string) *nameList {
	return &nameList{domain: domain, names: map[pipeline.Entity]listedName{}}
}

// add takes a name as it stands in an answer: wildcards, addresses and all.
func (l *nameList) add(text string, first, last time.Time, x pipeline.ExchangeID) {
	name, ok := nameBelow(text, l.domain)
	switch {
	case !ok && strings.TrimPrefix(bare(strings.TrimSpace(text)), "*.") == l.domain:
		l.own = true
	case !ok:
		l.others++
	default:
		l.own = true
		old, known := l.names[name]
		if !known {
			l.names[name] = listedName{first, last, x}
			return
		}
		if old.first.IsZero() || !first.IsZero() && first.Before(old.first) {
			old.first = first
		}
		if last.After(old.last) {
			old.last = last
		}
		l.names[name] = old
	}
}

// tell reports the names in alphabetical order. It returns a Failure if there
// are more than are told, and if the answer was about something else.
func (l *nameList) tell(emit collectors.Emit) error {
	if !l.own && l.others > 0 {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%d names, and not one of them is %s or below it", l.others, l.domain))
	}
	names := slices.SortedFunc(maps.Keys(l.names), func(a, b pipeline.Entity) int { return strings.Compare(a.Value, b.Value) })
	for _, name := range names[:min(len(names), maxCertifiedNames)] {
		n := l.names[name]
		emit(pipeline.Observation{Predicate: "has-name", Object: &name, Value: spanOf(n.first, n.last), Exchanges: []pipeline.ExchangeID{n.exchange}})
	}
	if len(names) > maxCertifiedNames {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d names below %s, of which the first %d are told", len(names), l.domain, maxCertifiedNames))
	}
	return nil
}

// spanOf is a Record of when something was seen; nil if nobody says.
func spanOf(first, last time.Time) any {
	q := map[string]any{}
	for key, t := range map[string]time.Time{"first": first, "last": last} {
		if s := moment(t); s != "" {
			q[key] = s
		}
	}
	if len(q) == 0 {
		return nil
	}
	return q
}

// toldThen tells the names, and returns why no more of them were had; a failure
// of the telling itself comes first.
func (l *nameList) toldThen(emit collectors.Emit, cut error) error {
	if err := l.tell(emit); err != nil {
		return err
	}
	return cut
}
