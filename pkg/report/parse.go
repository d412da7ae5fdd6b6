package report

import (
	"encoding/json"
	"errors"
	"fmt"

	"osint/pkg/pipeline"
)

// Parse reads back of a JSON report what a later case is compared with: the
// findings and the score, the observations, and who was asked. It is no whole
// case: labels stand in the place of personal values, tasks and evidence are
// not there.
func Parse(text []byte) (*pipeline.Case, error) {
	var d struct {
		SchemaVersion int                    `json:"schema_version"`
		Case          Case                   `json:"case"`
		Risk          Risk                   `json:"risk"`
		Findings      []pipeline.Finding     `json:"findings"`
		Observations  []pipeline.Observation `json:"observations"`
		Collectors    []Collector            `json:"collectors"`
		Baseline      Baseline               `json:"baseline"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("not a JSON report: %w", err)
	}
	if d.SchemaVersion != SchemaVersion || d.Case.ID == "" {
		return nil, errors.New("not a JSON report: it has no schema_version 1 and no case.id")
	}
	c := pipeline.NewCase()
	at := d.Case.Started
	if d.Case.Finished != nil {
		at = *d.Case.Finished
	}
	tell := func(e pipeline.Event) {
		e.Seq, e.Time = c.Seq+1, at
		c.Event(&e) // a fold fails at nothing
	}
	opened := &pipeline.Opened{Case: d.Case.ID, Seeds: d.Case.Seeds, Scope: d.Case.Scope.Declared, Excluded: d.Case.Scope.Excluded, Limits: d.Case.Limits, Tool: d.Case.Tool}
	for _, x := range d.Collectors {
		opened.Collectors = append(opened.Collectors, pipeline.CollectorRef{Name: x.Name, Title: x.Title, Domain: x.Domain, Mode: x.Mode, Source: x.Source})
	}
	tell(pipeline.Event{Opened: opened})
	for _, x := range d.Collectors {
		if x.Calls > 0 && len(d.Case.Seeds) > 0 { // whom it was asked about is not told
			tell(pipeline.Event{Started: &pipeline.Started{Task: pipeline.TaskKey{Collector: x.Name, Subject: d.Case.Seeds[0]}, Attempt: 1}})
		}
	}
	for i := range d.Observations {
		o := &d.Observations[i]
		o.Asked = o.Subject
		tell(pipeline.Event{Observed: o})
	}
	for i := range d.Findings {
		tell(pipeline.Event{Found: &d.Findings[i]})
	}
	if d.Risk.Score != nil {
		tell(pipeline.Event{Assessed: &pipeline.Assessment{Model: d.Risk.Model, RulesSHA256: d.Risk.RulesSHA256, Score: *d.Risk.Score, Level: d.Risk.Level,
			Insufficient: d.Risk.Insufficient, Confidence: d.Risk.Confidence, Coverage: d.Risk.Coverage, Bounds: d.Risk.Bounds, Checks: d.Risk.Checks}})
	}
	if len(d.Baseline.Unseen) > 0 {
		tell(pipeline.Event{Triaged: &pipeline.Triage{Baseline: &pipeline.Baseline{Case: d.Baseline.Case, Unseen: d.Baseline.Unseen, Known: knownOf(d.Findings)}}})
	}
	if d.Case.Finished != nil {
		tell(pipeline.Event{Closed: &pipeline.Closed{Outcome: d.Case.Outcome}})
	}
	return c, nil
}

// knownOf returns the ids of the findings that are known.
func knownOf(fs []pipeline.Finding) (ids []string) {
	for _, f := range fs {
		if f.Status == pipeline.Known {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
