package pipeline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Traces is what a case holds of a person, or of some classes of data, and what
// goes with it. Tokens in lines stay: without their keys they tell nothing.
type Traces struct {
	Kids    []string `json:"kids"`    // keys that sealed values and answers
	Digests []string `json:"digests"` // ciphertext of values, and answers

	Values       []HeldValue  `json:"-"`            // in clear
	Observations []string     `json:"observations"` // about them, by id
	Answers      int          `json:"answers"`      // that these rest on, or that name them, and that are here
	Asked        []*Exchange  `json:"-"`            // all such questions, in the order of their lines
	Shared       []string     `json:"-"`            // answers that other cases have too, as the same file
	Others       []string     `json:"others"`       // observations about others that rest on the same answers: their proof goes too
	Clear        []ClearLine  `json:"clear"`        // lines with a value in clear; no line ever changes
	Unread       []ExchangeID `json:"-"`            // answers that are here and can't be read
}

// A HeldValue is a sealed value that was opened.
type HeldValue struct {
	Token string
	Clear string
}

// A ClearLine is a line of a case in which a value stands in clear.
type ClearLine struct {
	Line uint64 `json:"line"`
	Kind string `json:"kind"` // "opened"
}

// None reports whether there is nothing that could be destroyed.
func (t *Traces) None() bool { return len(t.Kids)+len(t.Digests) == 0 }

// Trace finds what a case holds of a person: values that are sealed, what the
// case says of them and whose they are by its word, each
// answer that an observation about the person rests on or that names them, and
// lines in clear. Keys that are gone hide what they sealed from it too.
func Trace(dir string, c *Case, v *Vault, s *Subject) (*Traces, error) {
	l, err := readLines(dir, s)
	if err != nil {
		return nil, err
	}
	t := &tracer{Traces: &Traces{Clear: l.clear}, c: c, v: v, about: map[string]bool{}, goes: map[ExchangeID]bool{}}
	for token := range l.tokens {
		if text, ok := v.RevealText(token); ok && s.Is(text) {
			t.value(token, text)
		}
	}
	for _, e := range s.Entities { // sealed, and then in no line
		if token, ok := v.sealedAs(e.Value); ok {
			t.value(token, e.Value)
		}
	}
	t.follow()
	t.observations()
	for _, x := range l.answers {
		if t.goes[x.ID] || t.about[x.Task.Subject.Value] || t.names(x, s) {
			t.answer(x)
		}
	}
	return t.done(), nil
}

// Expired finds what a case holds sealed of some classes, and the answers that
// it rests on.
func Expired(dir string, c *Case, v *Vault, classes ...Class) (*Traces, error) {
	l, err := readLines(dir, nil)
	if err != nil {
		return nil, err
	}
	t := &tracer{Traces: &Traces{}, c: c, v: v, about: map[string]bool{}, goes: map[ExchangeID]bool{}}
	all := slices.Contains(classes, Confidential) // what an answer holds beside what was observed is no less
	stays := map[string]bool{}                    // tokens that another class has too
	for _, o := range c.Observations {
		for token, category := range o.tokens() {
			if slices.Contains(classes, category.Class()) {
				t.about[token] = true
			} else {
				stays[token] = true
			}
		}
	}
	for e := range c.Entities { // seeds, of which nothing was observed
		if e.Sealed() && slices.Contains(classes, e.Category().Class()) {
			t.about[e.Value] = true
		}
	}
	for token := range t.about {
		if text, ok := v.RevealText(token); !stays[token] && ok {
			t.value(token, text)
		} else {
			delete(t.about, token)
		}
	}
	t.observations()
	for _, x := range l.answers {
		if x.Kept == KeepSealed && (all || t.goes[x.ID] || t.about[x.Task.Subject.Value]) {
			t.answer(x)
		}
	}
	return t.done(), nil
}

// tokens returns the sealed values of an observation, with their categories.
func (o *Observation) tokens() map[string]Category {
	all := map[string]Category{}
	for _, e := range []Entity{o.Subject, o.Asked} {
		if e.Sealed() {
			all[e.Value] = e.Category()
		}
	}
	if o.Object != nil && o.Object.Sealed() {
		all[o.Object.Value] = o.Object.Category()
	}
	if text, ok := o.Value.(string); ok && IsToken(text) {
		all[text] = o.Category
	}
	return all
}

// A tracer gathers traces.
type tracer struct {
	*Traces
	c     *Case
	v     *Vault
	about map[string]bool // tokens
	goes  map[ExchangeID]bool
}

func (t *tracer) value(token, text string) {
	kid, digest, ok := cutToken(token)
	if !ok {
		return
	}
	t.about[token] = true
	t.Values = append(t.Values, HeldValue{token, text})
	t.Kids, t.Digests = append(t.Kids, kid), append(t.Digests, digest)
}

// follow takes what the case says of the person for the person's own: the
// values of observations about what is known already, and the identifiers that
// these belong to. It goes from an account to whom it is of, but not from a name:
// others may have the same.
func (t *tracer) follow() {
	own := map[string]bool{} // tokens of identifiers, not of texts in which one stands
	for e := range t.c.Entities {
		own[e.Value] = own[e.Value] || t.about[e.Value]
	}
	for again := true; again; {
		again = false
		take := func(token string) {
			if text, ok := t.v.RevealText(token); ok && !own[token] {
				own[token], again = true, true
				if !t.about[token] {
					t.value(token, text)
				}
			}
		}
		for _, o := range t.c.Observations {
			switch {
			case o.Denies || !o.Subject.Sealed():
			case own[o.Subject.Value]:
				if o.Object != nil && o.Object.Sealed() {
					take(o.Object.Value)
				}
				if text, ok := o.Value.(string); ok && IsToken(text) {
					take(text)
				}
			case o.Object != nil && own[o.Object.Value] && o.Object.Kind != KindPerson:
				take(o.Subject.Value)
			}
		}
	}
}

// observations notes those about the tokens, and what they rest on.
func (t *tracer) observations() {
	for _, o := range t.c.Observations {
		for token := range o.tokens() {
			if t.about[token] {
				t.Observations = append(t.Observations, o.ID)
				for _, x := range o.Exchanges {
					t.goes[x] = true
				}
				break
			}
		}
	}
}

// names reports whether a person's value stands in an answer. One that is here and
// can't be read is noted: nobody can tell.
func (t *tracer) names(x *Exchange, s *Subject) bool {
	body, err := t.v.Body(x)
	if _, key := t.v.keys.Key(x.Kid); err != nil && t.v.store.has(x.SHA256) && (key || x.Kept != KeepSealed) {
		t.Unread = append(t.Unread, x.ID)
	}
	return err == nil && s.In(body)
}

func (t *tracer) answer(x *Exchange) {
	t.goes[x.ID] = true
	t.Asked = append(t.Asked, x)
	there := false
	if _, ok := t.v.keys.Key(x.Kid); ok && x.Kid != "" {
		t.Kids, there = append(t.Kids, x.Kid), true
	}
	if there || t.v.store.has(x.SHA256) {
		if t.v.store.shares(x.SHA256) {
			t.Shared = append(t.Shared, x.SHA256)
		}
		t.Digests = append(t.Digests, x.SHA256)
		t.Answers++
	}
}

func (t *tracer) done() *Traces {
	about := map[string]bool{}
	for _, id := range t.Observations {
		about[id] = true
	}
	for _, o := range t.c.Observations {
		if !about[o.ID] && slices.ContainsFunc(o.Exchanges, func(x ExchangeID) bool { return t.goes[x] }) {
			t.Others = append(t.Others, o.ID)
		}
	}
	for _, list := range []*[]string{&t.Kids, &t.Digests} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	slices.SortFunc(t.Values, func(a, b HeldValue) int { return strings.Compare(a.Clear, b.Clear) })
	return t.Traces
}

// fileLines is what is read of a case's lines beyond its fold.
type fileLines struct {
	tokens  map[string]bool // that are named anywhere
	answers []*Exchange     // with bytes; also those that were put again
	clear   []ClearLine
	s       *Subject // nil: nobody is looked for in clear
}

var tokenForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(sealPrefix + `[0-9a-f]{16}:[0-9a-f]{32}`) })

func readLines(dir string, s *Subject) (*fileLines, error) {
	in, err := os.Open(filepath.Join(dir, "case.jsonl"))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	l := &fileLines{tokens: map[string]bool{}, s: s}
	_, err = Replay(in, l)
	return l, err
}

// Event implements [Sink].
func (l *fileLines) Event(e *Event) error {
	for _, t := range tokenForm().FindAll(e.Line(), -1) {
		l.tokens[string(t)] = true
	}
	if e.Exchanged != nil && e.Exchanged.SHA256 != "" {
		l.answers = append(l.answers, e.Exchanged)
	}
	if l.s != nil && l.s.In(e.Line()) {
		l.clear = append(l.clear, ClearLine{e.Seq, e.Name()})
	}
	return nil
}

// Sync implements [Sink].
func (l *fileLines) Sync() error { return nil }

// Erasures returns what the case's Erased lines say was destroyed.
func (c *Case) Erasures() (kids, digests []string) {
	for _, e := range c.Acts {
		if e.Erased == nil {
			continue
		}
		var d struct{ Kids, Digests []string }
		if json.Unmarshal(e.Erased.Data, &d) == nil {
			kids, digests = append(kids, d.Kids...), append(digests, d.Digests...)
		}
	}
	return kids, digests
}
