package threat

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// events are those that name the subject, and what they say by their tags.
type events struct {
	subject  pipeline.Entity
	now      time.Time
	met      map[string]bool // attributes
	named    map[string]event
	families map[string]bool
	attacks  map[string]bool
	rests    []pipeline.ExchangeID
}

// An event is told once, however many of its attributes are the subject.
type event struct {
	title, label, uuid string
	at                 loose.Time
}

func newEvents(subject pipeline.Entity, now time.Time) *events {
	return &events{subject: subject, now: now, met: map[string]bool{}, named: map[string]event{}, families: map[string]bool{}, attacks: map[string]bool{}}
}

// add takes one attribute, and reports whether it was not met before.
func (m *events) add(x attribute, a *collectors.Answer) (fresh bool) {
	id := x.UUID.String()
	if id == "" || m.met[id] {
		return false
	}
	m.met[id] = true
	if bool(x.Deleted) || !x.Event.Has || !x.about(m.subject) {
		return true
	}
	if !slices.Contains(m.rests, a.Exchange) {
		m.rests = append(m.rests, a.Exchange)
	}
	e := event{title: oneLineOf(x.Event.Of.Info.String()), at: x.Last, uuid: eventUUID(x.Event.Of.UUID.String())}
	for _, at := range []loose.Time{x.At, x.Event.Of.Date} {
		if e.at.IsZero() {
			e.at = at
		}
	}
	for _, t := range append(x.Tag, x.Event.Of.Tag...) {
		name := t.Name.String()
		e.label = stricter(e.label, labelOf(name))
		if f, ok := galaxy(name, "malpedia", "mitre-malware", "mitre-tool", "tool", "ransomware", "banker", "stealer", "rat", "botnet"); ok {
			m.families[family(mitreName(f))] = true
		}
		if pattern, ok := galaxy(name, "mitre-attack-pattern"); ok {
			m.attacks[techniqueID(pattern)] = true
		}
	}
	key := cmp.Or(e.uuid, e.title)
	if old, known := m.named[key]; known {
		e.label = stricter(old.label, e.label)
		if old.at.After(e.at.Time) {
			e.at = old.at
		}
	}
	if key != "" {
		m.named[key] = e
	}
	return true
}

// about reports whether the subject is the value, or a part of it: "name|hash".
func (x attribute) about(subject pipeline.Entity) bool {
	for part := range strings.SplitSeq(x.Value.String(), "|") {
		if e, err := pipeline.NewEntity(subject.Kind, part); err == nil && e == subject {
			return true
		}
	}
	return false
}

// tell reports the events, the newest first.
func (m *events) tell(emit collectors.Emit) {
	say := func(o pipeline.Observation) {
		o.Exchanges = m.rests
		emit(o)
	}
	all := make([]event, 0, len(m.named))
	for _, e := range m.named {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b event) int {
		return cmp.Or(b.at.Compare(a.at.Time), cmp.Compare(a.uuid, b.uuid), cmp.Compare(a.title, b.title))
	})
	for _, e := range all {
		say(pipeline.Observation{Predicate: "campaign", At: asOf(e.at, m.now), Value: stated(map[string]any{"by": "MISP", "title": e.title,
			"at": e.at.RFC3339(), "tlp": e.label, "reference": e.uuid})})
	}
	tellMalware(m.families, say)
	tellTechniques("MISP", m.attacks, say)
}

// labels from the widest to the strictest.
var labels = []string{"", "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"}

// stricter returns the one of two labels that lets fewer know.
func stricter(a, b string) string {
	if slices.Index(labels, b) > slices.Index(labels, a) {
		return b
	}
	return a
}

// galaxy returns the value of a tag of one of these galaxies:
// misp-galaxy:mitre-attack-pattern="Web Protocols - T1071.001".
func galaxy(tag string, kinds ...string) (value string, ok bool) {
	rest, ok := strings.CutPrefix(tag, "misp-galaxy:")
	kind, value, cut := strings.Cut(rest, "=")
	return strings.Trim(value, `"`), ok && cut && slices.Contains(kinds, kind)
}

// mitreName is a name without the id that MITRE's galaxies put behind it.
func mitreName(s string) string {
	name, id, ok := strings.Cut(s, " - ")
	if ok && len(id) == 5 && id[0] == 'S' {
		return name
	}
	return s
}

var uuidForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
})

// eventUUID is what an event is found by on any MISP; "" if it is none.
func eventUUID(s string) string {
	if s = strings.ToLower(s); uuidForm().MatchString(s) {
		return s
	}
	return ""
}
