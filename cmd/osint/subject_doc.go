package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// An accessDoc is the answer to who asks what is held about them.
type accessDoc struct {
	SchemaVersion int              `json:"schema_version"`
	At            time.Time        `json:"at"`
	Subject       []string         `json:"subject"`
	Controller    accessController `json:"controller"`
	Cases         []*accessCase    `json:"cases"`
	Unread        []string         `json:"unread,omitempty"` // cases whose folder is not here
}

type accessController struct {
	Name    string `json:"name,omitempty"`
	Contact string `json:"contact,omitempty"`
	DPO     string `json:"dpo,omitempty"`
}

// An accessCase is what one case holds.
type accessCase struct {
	Case       string         `json:"case"`
	Began      time.Time      `json:"began"`
	About      string         `json:"about"`  // whom the case is about, unless that is another person
	Target     bool           `json:"target"` // it is about the person
	Purpose    string         `json:"purpose,omitempty"`
	Basis      string         `json:"lawful_basis,omitempty"`
	Until      schedule       `json:"kept_until"`
	Held       []accessDatum  `json:"held"`
	Values     []string       `json:"values"` // of the person's, as they are sealed in the case
	Asked      []accessAsk    `json:"asked"`  // questions that sent an identifier of the person somewhere
	Answers    []accessAsk    `json:"answers"`
	Recipients []string       `json:"recipients"`
	Clear      []uint64       `json:"clear_lines,omitempty"` // lines of the case file that name the person in clear
	Rulings    []accessRuling `json:"rulings"`               // what was decided about asking about the person

	Dir string `json:"-"`
}

// An accessDatum is one thing that is known of the person.
type accessDatum struct {
	Subject   string             `json:"subject"`
	Predicate pipeline.Predicate `json:"predicate"`
	Object    string             `json:"object,omitempty"`
	Value     any                `json:"value,omitempty"`
	Denies    bool               `json:"denies,omitempty"`
	Category  pipeline.Category  `json:"category"`
	Terms     []string           `json:"dpv,omitempty"`
	Class     pipeline.Class     `json:"class"`
	Source    string             `json:"source"` // who was asked
	Origin    string             `json:"origin"` // whose knowledge it is
	Country   string             `json:"country,omitempty"`
	Grade     pipeline.Grade     `json:"grade"`
	At        time.Time          `json:"at"`
}

// An accessAsk is one question, and its answer.
type accessAsk struct {
	At      time.Time     `json:"at"`
	Source  string        `json:"source"`
	Country string        `json:"country,omitempty"`
	Kept    pipeline.Keep `json:"kept"` // how its answer is kept
	SHA256  string        `json:"sha256,omitempty"`
}

type accessRuling struct {
	Verdict    pipeline.Verdict `json:"verdict"`
	Rule       string           `json:"rule"`
	Reason     string           `json:"reason"`
	Collectors []string         `json:"collectors"`
}

const anotherPerson = "[another person]"

// An accessWriter makes the answer of one case.
type accessWriter struct {
	cs     *pipeline.Case
	v      *pipeline.Vault
	own    map[string]string // the person's values by token
	refs   map[string]pipeline.CollectorRef
	tokens *regexp.Regexp
}

func newAccessCase(dir string, cs *pipeline.Case, v *pipeline.Vault, t *pipeline.Traces, until schedule) *accessCase {
	w := &accessWriter{cs: cs, v: v, own: map[string]string{}, refs: map[string]pipeline.CollectorRef{}, tokens: regexp.MustCompile(`sealed:[0-9a-f]+:[0-9a-f]+`)}
	for _, n := range cs.Nodes() { // so that a text that names others is scrubbed of them
		_, _ = v.Reveal(n.Entity)
	}
	for _, h := range t.Values {
		w.own[h.Token] = h.Clear
	}
	for _, c := range cs.Opened.Collectors {
		w.refs[c.Source] = c
	}
	o := cs.Opened
	x := &accessCase{Case: o.Case, Dir: dir, Began: cs.Began.UTC(), About: title(o.Seeds), Purpose: w.text(o.Purpose), Basis: w.text(o.LawfulBasis), Until: until,
		Held: []accessDatum{}, Values: []string{}, Asked: []accessAsk{}, Answers: []accessAsk{}, Recipients: []string{}, Rulings: []accessRuling{}}
	for _, s := range o.Seeds {
		x.Target = x.Target || w.own[s.Value] != ""
	}
	for _, h := range t.Values {
		x.Values = append(x.Values, w.others(h.Token, h.Clear))
	}
	for _, id := range t.Observations {
		x.Held = append(x.Held, w.datum(cs.Observation(id)))
	}
	for _, e := range t.Asked {
		ask := accessAsk{At: e.At.UTC(), Source: e.Source, Country: w.refs[e.Source].Country, Kept: e.Kept, SHA256: e.SHA256}
		if w.own[e.Task.Subject.Value] != "" {
			x.Asked = append(x.Asked, ask)
		}
		x.Answers = append(x.Answers, ask)
	}
	for _, c := range copiesOf(cs, v) {
		x.Recipients = append(x.Recipients, c.told())
	}
	for _, l := range t.Clear {
		x.Clear = append(x.Clear, l.Line)
	}
	for _, r := range cs.Rulings {
		for _, g := range r.Groups {
			if w.own[r.Lead.Entity.Value] != "" {
				x.Rulings = append(x.Rulings, accessRuling{g.Ruling.Verdict, g.Ruling.Rule, g.Ruling.Reason, g.Collectors})
			}
		}
	}
	return x
}

func (w *accessWriter) datum(o *pipeline.Observation) accessDatum {
	d := accessDatum{Subject: w.entity(o.Subject), Predicate: o.Predicate, Value: w.value(o.Value), Denies: o.Denies, Category: o.Category, Terms: o.Category.DPV(),
		Class: o.Category.Class(), Source: o.Source, Origin: o.Origin, Country: w.refs[o.Source].Country, Grade: o.Grade, At: o.At.UTC()}
	if o.Object != nil {
		d.Object = w.entity(*o.Object)
	}
	return d
}

// entity is the person's in clear, anything else as it is, and nobody else.
func (w *accessWriter) entity(e pipeline.Entity) string {
	if !e.Sealed() {
		return e.String()
	}
	return string(e.Kind) + ":" + w.text(e.Value)
}

// text puts the person's values, and no others, in the place of tokens.
func (w *accessWriter) text(s string) string {
	return w.tokens.ReplaceAllStringFunc(s, func(token string) string {
		if clear := w.own[token]; clear != "" {
			return w.others(token, clear)
		}
		return anotherPerson
	})
}

// others takes other people out of a text that was sealed because the person
// stands in it.
func (w *accessWriter) others(token, clear string) string {
	if scrubbed := w.v.Scrub(clear); scrubbed != token {
		own := map[string]string{}
		for t, c := range w.own {
			own[t] = c
		}
		return w.tokens.ReplaceAllStringFunc(scrubbed, func(t string) string {
			if own[t] != "" && t != token {
				return own[t]
			}
			return anotherPerson
		})
	}
	return clear
}

func (w *accessWriter) value(v any) any {
	text, err := json.Marshal(v)
	if v == nil || err != nil {
		return nil
	}
	var out any
	if s, ok := v.(string); ok {
		return w.text(s)
	}
	if json.Unmarshal(w.tokens.ReplaceAll(text, []byte(anotherPerson)), &out) != nil {
		return nil
	}
	return out
}

// categories returns those that the answer shows.
func (x *accessCase) categories() []pipeline.Category {
	cs := []pipeline.Category{}
	for _, d := range x.Held {
		if !slices.Contains(cs, d.Category) {
			cs = append(cs, d.Category)
		}
	}
	slices.Sort(cs)
	return cs
}
