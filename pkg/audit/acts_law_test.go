package audit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"osint/pkg/audit/recheck"
	"osint/pkg/pipeline"
)

// bodyOf returns the one leaf's body that a line gives.
func bodyOf(t *testing.T, e *pipeline.Event) string {
	t.Helper()
	tale := newTale()
	tale.hear(e)
	acts, err := tale.acts(e)
	if err != nil || len(acts) != 1 {
		t.Fatalf("%+v, %v", acts, err)
	}
	body, err := appendBody(nil, acts[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// openedUnder is a case's first line; law may be nil.
func openedUnder(law *pipeline.LawRef) *pipeline.Event {
	return &pipeline.Event{Seq: 1, Time: time.UnixMilli(1764140000123), Opened: &pipeline.Opened{Schema: 1, Case: "c-1",
		Seeds: []pipeline.Entity{{Kind: pipeline.KindEmail, Value: "sealed:aa:bb"}}, Resolved: json.RawMessage(`{}`), Law: law}}
}

// ruledBy is a ruling on a person, of whom the engine knows the clear value.
func ruledBy(law *pipeline.ByLaw) *pipeline.Event {
	return &pipeline.Event{Seq: 2, Time: time.UnixMilli(1764140000124), Ruled: &pipeline.Ruled{Scope: "subject", Reason: "seed",
		Lead: pipeline.Lead{Entity: pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:aa:bb"}, Clear: pipeline.Entity{Kind: pipeline.KindEmail, Value: "jane.doe@acme.example"}},
		Groups: []pipeline.Group{{Collectors: []string{"gravatar"},
			Ruling: pipeline.Ruling{Verdict: pipeline.ReviewIt, Rule: "gdpr-35-dpia", Cite: "gdpr, Art. 35", Keep: pipeline.KeepSealed, Unknown: []string{"job.dpia_ref"}, Law: law}}}}}
}

var (
	someLaw = &pipeline.LawRef{
		Organisation:  &pipeline.DocumentRef{ID: "acme-gmbh", Version: "3", SHA256: "0a"},
		Organised:     json.RawMessage(`{"officer":"Jane Doe <jane.doe@acme.example>"}`),
		Mandate:       json.RawMessage(`{"purpose":"a<b","people":[{"who":"email:sealed:aa:bb"}],"protects":"Jane Doe"}`),
		Frameworks:    []pipeline.DocumentRef{{ID: "gdpr", Title: "Jane Doe's law", Version: "2026.1", SHA256: "0b", Reviewed: "2026-01-01", ReviewBy: "2027-01-01"}},
		Lists:         []pipeline.DocumentRef{{ID: "adequacy", Version: "2026-01-02", SHA256: "0c"}},
		Stale:         []string{"Jane Doe has not looked at it."},
		RetentionDays: 90,
	}
	someRuling = &pipeline.ByLaw{Applied: []string{"gdpr", "uk-gdpr"}, Target: pipeline.TargetFacts{Kind: "natural-person", Jurisdictions: []string{"DE", "GB"}, Minor: "no"},
		Fired: []pipeline.FiredRule{
			{Framework: "gdpr", Rule: "gdpr-35-dpia", Cite: "Art. 35", Outcome: pipeline.ReviewIt, Unknown: []string{"job.dpia_ref"}, Remedy: "Ask jane.doe@acme.example."},
			{Framework: "uk-gdpr", Rule: "uk-transfer", Outcome: pipeline.ReviewIt, Waived: "a.meyer", Remedy: "Ask Jane Doe."},
			{Framework: "uk-gdpr", Rule: "uk-9", Outcome: pipeline.Redact, Redact: []string{"special"}}}}
)

// TestLawfulLeaves holds that the record tells by which law, in which version,
// was decided, on which facts, what fired, what was not known and who waived,
// without the case; and that none of it is in a leaf where no law was asked.
func TestLawfulLeaves(t *testing.T) {
	// printf '%s' '{"purpose":"a<b",…}' | sha256sum
	const opened = `"law":{"frameworks":[{"id":"gdpr","review_by":"2027-01-01","sha256":"0b","version":"2026.1"}],"lists":[{"id":"adequacy","sha256":"0c","version":"2026-01-02"}],` +
		`"mandate_sha256":"7d0f69bc49e823a9e8cd5c72ae470b0c23b9bfdb4dc3f9eff0a40eb084ab1082","organisation":{"id":"acme-gmbh","sha256":"0a","version":"3"},"retention_days":90},`
	const ruled = `"law":{"applied":["gdpr","uk-gdpr"],"fired":[{"framework":"gdpr","outcome":"review","rule":"gdpr-35-dpia","unknown":["job.dpia_ref"]},` +
		`{"framework":"uk-gdpr","outcome":"review","rule":"uk-transfer","waived":"a.meyer"},{"framework":"uk-gdpr","outcome":"allow-with-redaction","redact":["special"],"rule":"uk-9"}],` +
		`"target":{"jurisdictions":["DE","GB"],"kind":"natural-person","minor":"no"}},`
	for _, x := range []struct {
		with, without *pipeline.Event
		law           string
	}{
		{openedUnder(someLaw), openedUnder(nil), opened},
		{ruledBy(someRuling), ruledBy(nil), ruled},
	} {
		with, without := bodyOf(t, x.with), bodyOf(t, x.without)
		if !strings.Contains(with, x.law) {
			t.Errorf("no %s in %s", x.law, with)
		}
		if strings.Replace(with, x.law, "", 1) != without {
			t.Errorf("without law the leaf is %s, with it %s", without, with)
		}
		// What is read back from the case gives the same leaf.
		if again, err := pipeline.ParseEvent(x.with.Line()); err != nil || bodyOf(t, again) != with {
			t.Errorf("made anew from the case's line: %v", err)
		}
	}
}

// TestNoOneInLeaves holds that who is named in what the engine knows beside the
// case, or in texts that the case keeps, is in no leaf.
func TestNoOneInLeaves(t *testing.T) {
	for _, e := range []*pipeline.Event{openedUnder(someLaw), ruledBy(someRuling)} {
		body := bodyOf(t, e)
		for _, name := range []string{"Jane", "Doe", "jane.doe", "acme.example"} {
			if strings.Contains(body, name) {
				t.Errorf("%s is in the record: %s", name, body)
			}
		}
		if !strings.Contains(body, "sealed:aa:bb") {
			t.Errorf("the leaf is about nobody: %s", body)
		}
	}
}

// TestResumedLeaf holds that a case which goes on under other documents says so.
func TestResumedLeaf(t *testing.T) {
	for data, want := range map[string]string{
		"": `{"act":"resumed","at":1764140000125,"line":7,"what":"resumed"}`,
		`{"law":{"organisation":{"id":"acme","version":"2","sha256":"0d"},"frameworks":[{"id":"gdpr","title":"Jane Doe's","version":"2","sha256":"0e"}],"lists":[]}}`: `{"act":"resumed","at":1764140000125,` +
			`"law":{"frameworks":[{"id":"gdpr","sha256":"0e","version":"2"}],"organisation":{"id":"acme","sha256":"0d","version":"2"}},"line":7,"what":"resumed"}`,
	} {
		e := &pipeline.Event{Seq: 7, Time: time.UnixMilli(1764140000125), Resumed: &pipeline.Act{By: "ann", What: "resumed", Data: json.RawMessage(data)}}
		if got := bodyOf(t, e); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestLawfulRecord holds that both verifiers read rulings by law: a task that one
// let pass stands on it, one that it kept back does not, and begins for nobody.
func TestLawfulRecord(t *testing.T) {
	for verdict, want := range map[pipeline.Verdict]Verdict{pipeline.Redact: Sound, pipeline.ReviewIt: Tampered} {
		s := emptySite(t)
		l := s.open(Options{})
		sink, err := l.For(someCase, s.dir+"/case.jsonl", Consent{})
		s.must(err)
		ruled := ruledBy(someRuling)
		ruled.Ruled.Groups[0].Ruling.Verdict = verdict
		for _, e := range []*pipeline.Event{openedUnder(someLaw), ruled} {
			s.must(sink.Event(e))
		}
		s.must(sink.Sync())
		task := pipeline.TaskKey{Collector: "gravatar", Subject: ruled.Ruled.Lead.Entity}
		err = sink.Event(&pipeline.Event{Seq: 3, Time: ruled.Time, Started: &pipeline.Started{Task: task, Attempt: 1}})
		if (err == nil) != (want == Sound) {
			t.Errorf("a task begins under %s: %v", verdict, err)
		}
		if err == nil {
			s.must(sink.Sync())
		} else { // somebody who has the key writes it all the same
			_, err = l.Append(Act{Type: TaskStart, Case: someCase, Body: Body{"line": 3, "kind": "email", "subject": task.Subject.Value, "collector": "gravatar", "attempt": 1, "decision": 2}})
			s.must(err)
		}
		s.close(l)
		if v := s.verify(Checks{}); v.Verdict != want {
			t.Errorf("under %s: %v: %+v", verdict, v.Verdict, v.Flaws)
		}
		if code, why := recheck.Verify(s.path, s.keys); code != int(want) {
			t.Errorf("under %s recheck says %d: %s", verdict, code, why)
		}
	}
}
