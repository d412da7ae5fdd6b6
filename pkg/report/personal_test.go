package report

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// A person has one label in everything that is ever made of a case: whether
// others are shown or not, when a resumed run adds lines, whatever its token
// and time, and once somebody is erased, whose number nobody else gets.
func TestLabelsStay(t *testing.T) {
	token := func(kid string, n int) string { return fmt.Sprintf("sealed:%s:%08x%d", kid, rand.Uint32(), n) }
	s := newScribe(t)
	s.open()
	labels := map[string]string{} // by token, as first told
	revealed := ""
	hold := func(when, erased string) {
		t.Helper()
		for _, personal := range []string{"", personalShow, personalOmit} {
			tell := newTeller(s.c, Options{Personal: personal, Reveal: func(e pipeline.Entity) (pipeline.Entity, bool) {
				return pipeline.Entity{Kind: e.Kind, Value: "clear " + e.Value}, e.Value == revealed
			}})
			seen := map[string]bool{}
			for _, e := range s.c.Sealed {
				got := tell.text(e.Value)
				if personal == personalShow && e.Value == revealed {
					if got != "clear "+e.Value {
						t.Errorf("%s: %s is not shown: %s", when, e.Value, got)
					}
					continue
				}
				if labels[e.Value] == "" {
					labels[e.Value] = got
				}
				want := labels[e.Value]
				if pipeline.KeyOf(e.Value) == erased {
					want = strings.TrimSuffix(want, "]") + ", erased]"
				}
				if got != want || seen[got] {
					t.Errorf("%s, personal %q: %s is called %s, and was %s", when, personal, e.Value, got, want)
				}
				seen[got] = true
			}
		}
	}
	text := token("t1", 0)
	s.task("rdap", "rdap", acme, pipeline.OK, "", to("has-contact", ent(pipeline.KindEmail, token("e1", 1))), to("has-contact", ent(pipeline.KindEmail, token("e2", 2))),
		to("has-contact", ent(pipeline.KindPerson, token("p1", 3))), val("txt-record", text), val("txt-record", map0(token("t2", 4), token("t3", 5))))
	revealed = s.c.Sealed[0].Value
	hold("at first", "")
	s.write(pipeline.Event{Resumed: &pipeline.Act{What: "resumed"}})
	s.task("whois", "whois", acme, pipeline.OK, "", to("has-contact", ent(pipeline.KindEmail, token("e3", 6))), to("has-contact", ent(pipeline.KindEmail, s.c.Sealed[1].Value)),
		to("has-contact", ent(pipeline.KindPerson, text))) // what was a text is a name, too
	hold("resumed", "")
	s.write(pipeline.Event{Erased: &pipeline.Act{By: "dpo", What: "a person", Data: json.RawMessage(`{"kids":["e2"],"digests":[]}`)}})
	hold("erased", "e2")
	s.task("web", "web", acme, pipeline.OK, "", to("has-contact", ent(pipeline.KindEmail, token("e4", 7)))) // the same person, met again
	hold("met again", "e2")
	if len(labels) != 8 || labels[s.c.Sealed[7].Value] != "[sealed email 4]" {
		t.Errorf("%d labels: %v", len(labels), labels)
	}
}

func map0(texts ...string) map[string]any {
	m := map[string]any{}
	for i, s := range texts {
		m[fmt.Sprint("z", 9-i)] = s
	}
	return m
}
