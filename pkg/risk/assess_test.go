package risk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"osint/pkg/collectors/all"
	"osint/pkg/pipeline"
	"osint/pkg/risk"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func model(t testing.TB) *risk.Model {
	t.Helper()
	files := map[string][]byte{}
	names, _ := filepath.Glob("../../profiles/rules/*.yaml")
	for _, n := range names {
		files["rules/"+filepath.Base(n)], _ = os.ReadFile(n)
	}
	m, err := risk.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A story is a case told line by line about corp.example.
type story struct {
	*pipeline.Case
	subject pipeline.Entity
}

var asked = []string{"dns", "mail-policy", "rdap", "ct-crtsh", "tls", "web"}

func tell(outcomes map[string]pipeline.Outcome) *story {
	s := &story{pipeline.NewCase(), pipeline.Entity{Kind: pipeline.KindDomain, Value: "corp.example"}}
	o := &pipeline.Opened{Seeds: []pipeline.Entity{s.subject}}
	for _, c := range asked {
		o.Collectors = append(o.Collectors, pipeline.CollectorRef{Name: c})
	}
	s.Event(&pipeline.Event{Seq: 1, Time: now, Opened: o})
	s.Event(&pipeline.Event{Seq: 2, Time: now, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: s.subject}, Scope: "subject", Reason: "seed"}})
	for _, c := range asked {
		out := pipeline.OK
		if x, ok := outcomes[c]; ok {
			out = x
		}
		s.Event(&pipeline.Event{Seq: 3, Time: now, Finished: &pipeline.Finished{Task: pipeline.TaskKey{Collector: c, Subject: s.subject}, Outcome: out}})
	}
	return s
}

func (s *story) says(p pipeline.Predicate, object string, value any, denies bool) *story {
	return s.about(s.subject, p, object, value, denies)
}

func (s *story) about(e pipeline.Entity, p pipeline.Predicate, object string, value any, denies bool) *story {
	o := &pipeline.Observation{Collector: "c", Origin: "zone", Subject: e, Asked: s.subject, Predicate: p, Denies: denies, Grade: pipeline.Own, At: now}
	o.Value, _ = pipeline.Normal(value)
	if object != "" {
		x, err := pipeline.ParseEntity(object)
		if err != nil {
			panic(err)
		}
		o.Object = &x
	}
	if err := pipeline.CheckRelation(o); err != nil {
		panic(err)
	}
	o.ID = o.Digest()
	s.Event(&pipeline.Event{Seq: 4, Time: now, Observed: o})
	return s
}

func (s *story) assess(t testing.TB, o risk.Options) ([]pipeline.Finding, *pipeline.Assessment) {
	t.Helper()
	fs, a, err := model(t).Assessor(o).Assess(s.Case, now)
	if err != nil {
		t.Fatal(err)
	}
	return fs, a
}

func state(a *pipeline.Assessment, id string) string {
	for _, c := range a.Checks {
		if c.Rule == id {
			return c.State
		}
	}
	return "no such rule"
}

func weak(outcomes map[string]pipeline.Outcome) *story {
	return tell(outcomes).
		says("mail-handled-by", "mx.corp.example", 10.0, false).
		says("spf-record", "", nil, true).
		says("caa-record", "", nil, true).
		says("tls-version", "", "TLS 1.0", false)
}

func TestAFailedSourceLowersCoverageAndNeverTheScore(t *testing.T) {
	_, whole := weak(nil).assess(t, risk.Options{})
	for _, c := range asked {
		for _, out := range []pipeline.Outcome{pipeline.Timeout, pipeline.Partial, pipeline.Refused, pipeline.Cancelled} {
			_, a := weak(map[string]pipeline.Outcome{c: out}).assess(t, risk.Options{})
			if a.Score < whole.Score || a.Coverage > whole.Coverage {
				t.Errorf("%s %s: score %v → %v, coverage %v → %v", c, out, whole.Score, a.Score, whole.Coverage, a.Coverage)
			}
			if a.Bounds.Known > a.Bounds.Expected || a.Bounds.Expected > a.Bounds.Max {
				t.Errorf("%s %s: %+v", c, out, a.Bounds)
			}
		}
	}
}

// Nobody answered: nothing is found, nothing passed, and no level is judged.
func TestSilenceIsNoFindingAndNoPass(t *testing.T) {
	all := map[string]pipeline.Outcome{}
	for _, c := range asked {
		all[c] = pipeline.Timeout
	}
	fs, a := tell(all).assess(t, risk.Options{})
	if len(fs) > 0 || a.Score != 0 || a.Coverage != 0 || !a.Insufficient || a.Bounds.Max < 70 {
		t.Errorf("%v, %+v", fs, a)
	}
	for _, c := range a.Checks {
		if c.State == "passed" || c.State == "failed" {
			t.Errorf("%s %s", c.Rule, c.State)
		}
	}
	half, b := tell(map[string]pipeline.Outcome{"mail-policy": pipeline.Timeout}).says("mail-handled-by", "", nil, true).says("refuses-mail", "", true, false).assess(t, risk.Options{})
	if len(half) > 0 || state(b, "EML-12") != "unknown" {
		t.Errorf("a parked domain whose policies nobody told: %v, EML-12 %s", half, state(b, "EML-12"))
	}
}

func TestPinnedMailHostIsNoFinding(t *testing.T) {
	mx := pipeline.Entity{Kind: pipeline.KindHost, Value: "mx.corp.example"}
	_, a := tell(nil).says("mail-handled-by", mx.Value, 10.0, false).says("mta-sts-record", "", nil, true).
		says("dnssec-state", "", "secure", false).
		about(mx, "tlsa-record", "", map[string]any{"host": mx.Value, "port": 25, "usable": true, "state": "secure"}, false).assess(t, risk.Options{})
	if s := state(a, "EML-08"); s != "passed" {
		t.Errorf("EML-08 %s although the mail host pins its certificate", s)
	}
}

func TestAnotherOriginContradicts(t *testing.T) {
	s := tell(nil).says("caa-record", "", nil, true)
	o := &pipeline.Observation{Collector: "d", Origin: "archive", Subject: s.subject, Asked: s.subject, Predicate: "caa-record", Grade: "B2", At: now,
		Value: map[string]any{"tag": "issue"}}
	o.ID = o.Digest()
	before, _ := s.assess(t, risk.Options{})
	s.Event(&pipeline.Event{Seq: 5, Time: now, Observed: o})
	after, _ := s.assess(t, risk.Options{})
	if len(before) != 1 || len(after) != 1 || after[0].Confidence >= before[0].Confidence {
		t.Errorf("%v, then %v", before, after)
	}
}

func TestEqualCasesGiveEqualBytes(t *testing.T) {
	text := func() []byte {
		fs, a := weak(map[string]pipeline.Outcome{"web": pipeline.Timeout}).assess(t, risk.Options{})
		b, err := json.MarshalIndent(map[string]any{"findings": fs, "assessment": a}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := text()
	for range 20 {
		if !bytes.Equal(first, text()) {
			t.Fatal("two judgements of one case differ")
		}
	}
}

func TestRulesNameCollectorsThatExist(t *testing.T) {
	var specs []pipeline.Spec
	for _, e := range all.Entries() {
		specs = append(specs, e.Spec)
	}
	if err := model(t).CheckFeeds(specs); err != nil {
		t.Error(err)
	}
	if err := model(t).CheckFeeds(specs[:1]); err == nil {
		t.Error("a collector that is gone goes unnoticed")
	}
}

func BenchmarkAssess(b *testing.B) {
	s := weak(nil)
	for i := range 100_000 {
		name, at := fmt.Sprintf("h%d.corp.example", i/10), now.AddDate(0, 0, -i%10)
		e := pipeline.Entity{Kind: pipeline.KindHost, Value: name}
		s.Event(&pipeline.Event{Seq: 5, Time: now, Observed: &pipeline.Observation{ID: fmt.Sprint("o", i), Collector: "ct-crtsh", Origin: "ct", Subject: s.subject,
			Asked: s.subject, Predicate: "has-name", Object: &e, Grade: "A2", At: at, Value: map[string]any{"serial": fmt.Sprint(i)}}})
	}
	a := model(b).Assessor(risk.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := a.Assess(s.Case, now); err != nil {
			b.Fatal(err)
		}
	}
}
