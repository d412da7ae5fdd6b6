package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"osint/pkg/pipeline"
)

// A tale is what the lines of a case have told so far, as far as a later leaf
// must say it.
type tale struct {
	allowed map[pipeline.TaskKey]uint64 // line of the ruling that let a task begin
	sources map[string]string           // of a collector
	answers map[pipeline.TaskKey]tally  // of a task's exchanges
	total   tally
	began   time.Time
	failed  int // tasks that ended without an answer
	kept    int // observations
	held    int // withheld
	grave   []string
	found   int
	rest    bool // the last line was of no run under way
}

// A tally counts exchanges.
type tally struct {
	exchanges int
	bytes     int64
	cost      float64 // USD
}

func newTale() tale {
	return tale{allowed: map[pipeline.TaskKey]uint64{}, sources: map[string]string{}, answers: map[pipeline.TaskKey]tally{}}
}

// hear takes in one line.
func (t *tale) hear(e *pipeline.Event) {
	t.rest = e.Closed != nil || e.Triaged != nil || e.Attested != nil || command(e) != nil
	switch {
	case e.Opened != nil:
		t.began = e.Time
		for _, c := range e.Opened.Collectors {
			t.sources[c.Name] = c.Source
		}
	case e.Ruled != nil:
		t.rule(e)
	case e.Exchanged != nil:
		x := e.Exchanged
		one := t.answers[x.Task]
		for _, n := range []*tally{&one, &t.total} {
			n.exchanges++
			n.bytes += int64(x.Bytes)
			n.cost += x.Cost
		}
		t.answers[x.Task] = one
	case e.Observed != nil:
		t.kept++
	case e.Withheld != nil:
		t.held += e.Withheld.Count
	case e.Finished != nil:
		if o := e.Finished.Outcome; o.Asked() && !o.Answered() {
			t.failed++
		}
	case e.Found != nil:
		t.found++
		if e.Found.Severity.Rank() >= pipeline.High.Rank() {
			t.grave = append(t.grave, e.Found.ID)
		}
	case e.Assessed != nil: // the findings before it are this assessment's
	}
}

func (t *tale) rule(e *pipeline.Event) {
	for _, g := range e.Ruled.Groups {
		for _, c := range g.Collectors {
			key := pipeline.TaskKey{Collector: c, Subject: e.Ruled.Lead.Entity}
			if g.Ruling.Verdict == pipeline.Allow || g.Ruling.Verdict == pipeline.Redact {
				t.allowed[key] = e.Seq
			} else {
				delete(t.allowed, key)
			}
		}
	}
}

// acts returns the leaves that a line gives: one, none, or for an exchange with
// a credential one. A task that no ruling allowed is an error: it must not
// begin.
func (t *tale) acts(e *pipeline.Event) ([]Act, error) {
	kind, body := t.act(e)
	if kind == "" {
		return nil, nil
	}
	if kind == TaskStart && body["decision"] == uint64(0) {
		return nil, fmt.Errorf("task %s begins without a ruling that allows it", e.Started.Task)
	}
	body["line"], body["at"] = e.Seq, e.Time.UnixMilli()
	a := Act{Type: kind, Body: body}
	if act := command(e); act != nil {
		a.Actor = act.By
	}
	return []Act{a}, nil
}

func (t *tale) act(e *pipeline.Event) (Type, Body) {
	switch {
	case e.Opened != nil:
		return CaseOpen, opened(e)
	case e.Ruled != nil:
		return CaseRuling, ruled(e.Ruled)
	case e.Started != nil:
		k := e.Started.Task
		return TaskStart, Body{"collector": k.Collector, "kind": string(k.Subject.Kind), "subject": k.Subject.Value,
			"attempt": e.Started.Attempt, "decision": t.allowed[k]}
	case e.Exchanged != nil && e.Exchanged.Credential != "":
		return KeyUse, Body{"source": e.Exchanged.Source, "collector": e.Exchanged.Task.Collector, "credential": e.Exchanged.Credential}
	case e.Finished != nil:
		return TaskFinish, t.finished(e.Finished)
	case e.Found != nil:
		f := e.Found
		return Finding, Body{"id": f.ID, "rule": f.Rule, "severity": string(f.Severity), "confidence_permille": permille(f.Confidence),
			"kind": string(f.Subject.Kind), "subject": f.Subject.Value, "title": f.Title, "vector": f.Vector}
	case e.Assessed != nil:
		return Risk, t.assessed(e.Assessed)
	case e.Closed != nil:
		return CaseClose, t.closed(e)
	}
	return commanded(e)
}

func opened(e *pipeline.Event) Body {
	o := e.Opened
	var types []string
	for _, d := range o.Types {
		types = append(types, string(d))
	}
	b := Body{"targets": len(o.Seeds), "types": types, "priority": o.Priority, "purpose": o.Purpose, "basis": o.LawfulBasis,
		"reference": o.Reference, "investigator": o.Investigator, "profile": o.Profile.Name, "profile_sha256": o.Profile.SHA256, "tlp": o.TLP,
		"active": o.Active, "collectors": len(o.Collectors), "tool": o.Tool.Name + " " + o.Tool.Version, "commit": o.Tool.Commit, "lab": o.Tool.Lab,
		"budget_microusd": micro(o.Limits.CostUSD), "law": lawful(e)}
	if len(o.Seeds) > 0 {
		b["kind"], b["target"] = string(o.Seeds[0].Kind), o.Seeds[0].Value
	}
	return b
}

func ruled(r *pipeline.Ruled) Body {
	var groups []Body
	for _, g := range r.Groups {
		groups = append(groups, Body{"verdict": string(g.Ruling.Verdict), "rule": g.Ruling.Rule, "cite": g.Ruling.Cite, "reason": g.Ruling.Reason,
			"keep": string(g.Ruling.Keep), "unknown": g.Ruling.Unknown, "redact": g.Ruling.Redact, "collectors": g.Collectors, "law": byLaw(g.Ruling.Law)})
	}
	return Body{"kind": string(r.Lead.Entity.Kind), "subject": r.Lead.Entity.Value, "scope": r.Scope, "skip": r.Skip, "groups": groups}
}

func (t *tale) finished(f *pipeline.Finished) Body {
	n := t.answers[f.Task]
	delete(t.answers, f.Task)
	return Body{"collector": f.Task.Collector, "source": t.sources[f.Task.Collector], "kind": string(f.Task.Subject.Kind), "subject": f.Task.Subject.Value,
		"outcome": string(f.Outcome), "reason": f.Reason, "elapsed_ms": f.Elapsed.Milliseconds(), "exchanges": n.exchanges,
		"observations": f.Observations, "bytes": n.bytes, "cost_microusd": micro(n.cost)}
}

func (t *tale) assessed(a *pipeline.Assessment) Body {
	var vectors, fixes []Body
	for _, v := range a.Vectors {
		vectors = append(vectors, Body{"vector": v.Vector, "score_centi": centi(v.Score), "coverage_permille": permille(v.Coverage)})
	}
	for _, c := range a.Checks {
		if c.State == "failed" && c.Remediation != "" {
			fixes = append(fixes, Body{"rule": c.Rule, "text": c.Remediation})
		}
	}
	b := Body{"model": a.Model, "rules_sha256": a.RulesSHA256, "score_centi": centi(a.Score), "level": a.Level, "insufficient": a.Insufficient,
		"confidence_permille": permille(a.Confidence), "coverage_permille": permille(a.Coverage), "vectors": vectors, "critical": t.grave, "recommendations": fixes}
	t.grave = nil // a resumed run judges anew
	return b
}

func (t *tale) closed(e *pipeline.Event) Body {
	b := Body{"outcome": e.Closed.Outcome, "cpu_ms": e.Closed.CPU.Milliseconds(), "peak_rss_bytes": e.Closed.PeakRSS,
		"elapsed_ms": e.Time.Sub(t.began).Milliseconds(), "observations": t.kept, "exchanges": t.total.exchanges, "bytes": t.total.bytes,
		"withheld": t.held, "findings": t.found, "failed": t.failed, "cost_microusd": micro(t.total.cost)}
	t.found = 0
	return b
}

// command returns what a command appended, or nil.
func command(e *pipeline.Event) *pipeline.Act {
	for _, a := range []*pipeline.Act{e.Resumed, e.Noted, e.Judged, e.Approved, e.Disputed, e.Disclosed, e.Erased, e.Imported, e.Reported} {
		if a != nil {
			return a
		}
	}
	return nil
}

// commanded returns the leaf of a line that a command appended. An Attested line
// has none: it is made of one.
func commanded(e *pipeline.Event) (Type, Body) {
	name := ""
	switch {
	case e.Triaged != nil:
		return CaseAct, Body{"act": "triaged", "what": triaged(e.Triaged)}
	case e.Reported != nil:
		return Report, reported(e.Reported)
	case e.Disclosed != nil:
		return Disclosure, disclosed(e.Disclosed)
	case e.Erased != nil:
		return Erasure, erased(e.Erased)
	case e.Resumed != nil:
		return CaseAct, resumed(e.Resumed)
	case e.Noted != nil:
		name = "noted"
	case e.Judged != nil:
		name = "judged"
	case e.Approved != nil:
		return CaseAct, approved(e.Approved)
	case e.Disputed != nil:
		name = "disputed"
	case e.Imported != nil:
		name = "imported"
	default:
		return "", nil
	}
	return CaseAct, Body{"act": name, "what": command(e).What}
}

// approved says who signed what, so that the ledger tells it without the case:
// statement_sha256 is the digest of the bytes that were signed.
func approved(a *pipeline.Act) Body {
	b := Body{"act": "approved", "what": a.What}
	var d struct {
		Statement json.RawMessage
		Key       string
		EnteredBy string `json:"entered_by"`
	}
	var s struct {
		Rules, Collectors, Subjects, Unknown []string
		Expires                              string
	}
	if json.Unmarshal(a.Data, &d) != nil || json.Unmarshal(d.Statement, &s) != nil {
		return b // what is not there is not said
	}
	sum := sha256.Sum256(append(d.Statement[:len(d.Statement):len(d.Statement)], '\n'))
	b["approver"], b["key"], b["entered_by"], b["expires"] = a.By, d.Key, d.EnteredBy, s.Expires
	b["rules"], b["collectors"], b["subjects"], b["unknown"] = s.Rules, s.Collectors, s.Subjects, s.Unknown
	b["statement_sha256"] = hex.EncodeToString(sum[:])
	return b
}

// triaged says against what findings were held, without their subjects.
func triaged(t *pipeline.Triage) string {
	text := ""
	if t.Baseline != nil {
		text = "baseline " + t.Baseline.Case + ", "
	}
	if t.Suppressions != nil {
		text += fmt.Sprintf("%d suppressions, ", len(t.Suppressions.Entries))
	}
	return text + fmt.Sprintf("%d conditions", len(t.FailOn))
}

func reported(a *pipeline.Act) Body {
	var d struct {
		Lines uint64
		Files []struct{ Name, SHA256 string }
	}
	_ = json.Unmarshal(a.Data, &d) // what is not there is not said
	var files []Body
	for _, f := range d.Files {
		files = append(files, Body{"name": f.Name, "sha256": f.SHA256})
	}
	return Body{"lines": d.Lines, "files": files}
}

// disclosed says what was handed out to whom, so that the ledger tells it
// without the case. The recipient is a token.
func disclosed(a *pipeline.Act) Body {
	var d struct {
		Audience, Recipient, Country, Form, SHA256 string
		Clear                                      []string
		Ruling                                     struct{ Verdict, Rule string }
	}
	_ = json.Unmarshal(a.Data, &d) // what is not there is not said
	b := Body{"what": a.What, "audience": d.Audience, "form": d.Form, "sha256": d.SHA256, "clear": d.Clear, "verdict": d.Ruling.Verdict, "rule": d.Ruling.Rule}
	if d.Country != "" {
		b["country"] = d.Country
	}
	if pipeline.IsToken(d.Recipient) {
		b["recipient"] = d.Recipient
	}
	return b
}

func erased(a *pipeline.Act) Body {
	var d struct {
		Kids, Digests, Subjects, Reports []string
		Reason                           string
		Recipients                       []json.RawMessage
	}
	_ = json.Unmarshal(a.Data, &d)
	return Body{"what": a.What, "reason": d.Reason, "kids": d.Kids, "digests": d.Digests, "subjects": d.Subjects, "reports": d.Reports, "recipients": len(d.Recipients)}
}

func micro(usd float64) int64     { return int64(math.Round(usd * 1e6)) }
func centi(score float64) int64   { return int64(math.Round(score * 100)) }
func permille(part float64) int64 { return int64(math.Round(part * 1000)) }
