package risk_test

import (
	"slices"
	"testing"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/risk"
)

// closed gives a case its findings, as a run does.
func (s *story) closed(t *testing.T, at time.Time, o risk.Options) *pipeline.Case {
	t.Helper()
	fs, a, err := model(t).Assessor(o).Assess(s.Case, at)
	if err != nil {
		t.Fatal(err)
	}
	for i := range fs {
		s.Event(&pipeline.Event{Seq: s.Seq + 1, Time: at, Found: &fs[i]})
	}
	s.Event(&pipeline.Event{Seq: s.Seq + 1, Time: at, Assessed: a})
	return s.Case
}

// sound is the company of weak with all of it cured.
func sound(outcomes map[string]pipeline.Outcome) *story {
	return tell(outcomes).
		says("mail-handled-by", "mx.corp.example", 10.0, false).
		says("spf-record", "", "v=spf1 -all", false).
		says("caa-record", "", map[string]any{"tag": "issue", "value": "ca.example"}, false).
		says("tls-version", "", "TLS 1.3", false)
}

func rulesOf(es []pipeline.Earlier) (ids []string) {
	for _, e := range es {
		ids = append(ids, e.Rule)
	}
	return ids
}

// What is cured is gone. What could not be judged again is not, whoever was
// silent, and be it that nobody was asked at all.
func TestSilenceIsNotAbsence(t *testing.T) {
	m := model(t)
	past := weak(nil).closed(t, now, risk.Options{})
	b := m.Compare(sound(nil).closed(t, now, risk.Options{}), past)
	if got := rulesOf(b.Gone); !slices.Contains(got, "EML-01") || !slices.Contains(got, "INF-01") || len(b.Unseen) > 0 {
		t.Fatalf("cured: gone %v, unseen %v", got, b.Unseen)
	}
	for silent, rule := range map[string]string{"mail-policy": "EML-01", "dns": "INF-01"} {
		for _, out := range []pipeline.Outcome{pipeline.Timeout, pipeline.Refused, pipeline.Skipped, pipeline.Cancelled} {
			b := m.Compare(tell(map[string]pipeline.Outcome{silent: out}).says("mail-handled-by", "mx.corp.example", 10.0, false).closed(t, now, risk.Options{}), past)
			if slices.Contains(rulesOf(b.Gone), rule) || !slices.Contains(rulesOf(b.Unseen), rule) {
				t.Errorf("%s %s: gone %v, unseen %v", silent, out, rulesOf(b.Gone), rulesOf(b.Unseen))
			}
		}
	}
	nobody := pipeline.NewCase()
	subject := pipeline.Entity{Kind: pipeline.KindDomain, Value: "corp.example"}
	nobody.Event(&pipeline.Event{Seq: 1, Time: now, Opened: &pipeline.Opened{Seeds: []pipeline.Entity{subject}}})
	nobody.Event(&pipeline.Event{Seq: 2, Time: now, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: subject}, Scope: "subject"}})
	if b := m.Compare(nobody, past); len(b.Gone) > 0 || len(b.Unseen) != len(past.Findings) {
		t.Errorf("nobody took part: gone %v, unseen %v", rulesOf(b.Gone), rulesOf(b.Unseen))
	}
}

// What a run in between could not judge is not new afterwards, and keeps its
// first day.
func TestUnseenStaysKnown(t *testing.T) {
	m := model(t)
	first := weak(nil).closed(t, now, risk.Options{})
	deaf := weakOnly(map[string]pipeline.Outcome{"mail-policy": pipeline.Timeout}).closed(t, now.AddDate(0, 0, 7), risk.Options{Past: first})
	deaf.Event(&pipeline.Event{Seq: deaf.Seq + 1, Time: now.AddDate(0, 0, 7), Triaged: &pipeline.Triage{Baseline: m.Compare(deaf, first)}})
	if !slices.Contains(rulesOf(deaf.Triaged.Baseline.Unseen), "EML-01") {
		t.Fatalf("unseen: %v", rulesOf(deaf.Triaged.Baseline.Unseen))
	}
	last := weak(nil).closed(t, now.AddDate(0, 0, 14), risk.Options{Past: deaf})
	for _, f := range last.Findings {
		if f.Rule == "EML-01" && (f.Status != pipeline.Known || !f.FirstSeen.Equal(now)) {
			t.Errorf("EML-01 is %s since %s", f.Status, f.FirstSeen)
		}
	}
	again := weakOnly(map[string]pipeline.Outcome{"mail-policy": pipeline.Timeout}).closed(t, now.AddDate(0, 0, 14), risk.Options{Past: deaf})
	if b := m.Compare(again, deaf); !slices.Contains(rulesOf(b.Unseen), "EML-01") {
		t.Errorf("unseen twice is forgotten: %+v", b)
	}
}

// weakOnly is weak in which nobody said anything of SPF.
func weakOnly(outcomes map[string]pipeline.Outcome) *story {
	return tell(outcomes).says("mail-handled-by", "mx.corp.example", 10.0, false)
}

// A subject that was not met again took its findings along only if all was
// asked and answered.
func TestSubjectsNotMetAgain(t *testing.T) {
	m := model(t)
	host := pipeline.Entity{Kind: pipeline.KindHost, Value: "old.corp.example"}
	past := weak(nil)
	past.Event(&pipeline.Event{Seq: past.Seq + 1, Time: now, Found: &pipeline.Finding{ID: "f-900", Fingerprint: "aa", Rule: "INF-01", Subject: host}})
	past.Event(&pipeline.Event{Seq: past.Seq + 1, Time: now, Started: &pipeline.Started{Task: pipeline.TaskKey{Collector: "ct-crtsh", Subject: past.subject}, Attempt: 1}})
	in := func(es []pipeline.Earlier) bool {
		return slices.ContainsFunc(es, func(e pipeline.Earlier) bool { return e.Subject == host })
	}
	if b := m.Compare(weak(nil).Case, past.Case); !in(b.Gone) {
		t.Errorf("all was answered: %+v", b)
	}
	if b := m.Compare(weak(map[string]pipeline.Outcome{"ct-crtsh": pipeline.Timeout}).Case, past.Case); !in(b.Unseen) {
		t.Errorf("a source was silent: %+v", b)
	}
	if b := m.Compare(pipeline.NewCase(), past.Case); !in(b.Unseen) {
		t.Errorf("a source was not asked: %+v", b)
	}
	elsewhere := weak(nil)
	elsewhere.Event(&pipeline.Event{Seq: elsewhere.Seq + 1, Time: now, Ruled: &pipeline.Ruled{Lead: pipeline.Lead{Entity: host}, Scope: "context", Reason: "not declared"}})
	if b := m.Compare(elsewhere.Case, past.Case); !in(b.Unseen) || b.Unseen[0].Reason != "it is not in the scope of this case" {
		t.Errorf("it is not in scope: %+v", b)
	}
}

// A finding keeps the day it was first seen through a row of cases, and a
// DMARC policy that stood for 90 days over several of them is grave.
func TestFirstSeen(t *testing.T) {
	none := func(at time.Time) *story {
		s := tell(nil).says("dmarc-record", "", "v=DMARC1;p=none", false).says("dmarc-policy", "", map[string]any{"p": "none"}, false)
		for _, o := range s.Observations {
			o.At = at
		}
		return s
	}
	var past *pipeline.Case
	for i, want := range []pipeline.Severity{pipeline.Medium, pipeline.Medium, pipeline.Medium, pipeline.High} {
		at := now.AddDate(0, 0, 31*i)
		past = none(at).closed(t, at, risk.Options{Past: past})
		f := past.Findings[slices.IndexFunc(past.Findings, func(f *pipeline.Finding) bool { return f.Rule == "EML-05" })]
		if f.Severity != want || !f.FirstSeen.Equal(now) || (f.Status == pipeline.Known) != (i > 0) {
			t.Errorf("case %d: %s since %s, %s; want %s", i+1, f.Severity, f.FirstSeen, f.Status, want)
		}
	}
}

// Fingerprints are a promise to every later version: baselines, suppressions
// in other tools and alerts hang on them. Never change these.
func TestFingerprintsStay(t *testing.T) {
	want := map[string]string{"EML-01": "54951a981195c5984983", "INF-01": "fa1dc4c7d749c0a48daf"}
	for _, f := range weak(nil).closed(t, now, risk.Options{}).Findings {
		if w, ok := want[f.Rule]; ok && f.Fingerprint != w {
			t.Errorf("%s on %s: %s, want %s", f.Rule, f.Subject, f.Fingerprint, w)
		}
	}
}

// A finding without a fingerprint is recognised nowhere: a sealed subject's
// token is of one case only.
func TestWithoutFingerprint(t *testing.T) {
	m, past, c := model(t), weak(nil), weak(nil)
	for _, s := range []*story{past, c} {
		s.Event(&pipeline.Event{Seq: s.Seq + 1, Time: now, Found: &pipeline.Finding{ID: "f-900", Rule: "EML-01", Subject: pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k:d"}}})
	}
	if b := m.Compare(c.Case, past.Case); len(b.Known)+len(b.Gone)+len(b.Unseen) > 0 {
		t.Errorf("%+v", b)
	}
}
