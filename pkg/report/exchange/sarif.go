package exchange

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// What GitHub's code scanning takes: results in a run, and bytes of the file
// once it is compressed.
const (
	maxResults = 25_000
	maxGzipped = 10_000_000
)

// SARIF writes one run of SARIF 2.1.0 with the results of all the sheets. Where
// there are more than a code host takes, the gravest are there, and a
// notification says how many are not.
func SARIF(w io.Writer, sheets ...*Sheet) error {
	most := maxResults
	for {
		text, err := encode(sarifOf(sheets, most))
		if err != nil {
			return fmt.Errorf("encode SARIF: %w", err)
		}
		size, err := gzipped(text)
		if err != nil {
			return err
		}
		if size > maxGzipped && most > 1 {
			most = max(1, min(most, findings(sheets))*9/10*maxGzipped/size)
			continue
		}
		_, err = w.Write(text)
		return err
	}
}

func findings(sheets []*Sheet) (n int) {
	for _, s := range sheets {
		n += len(s.Findings)
	}
	return n
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

func gzipped(text []byte) (int, error) {
	var n counter
	z := gzip.NewWriter(&n)
	if _, err := z.Write(text); err != nil {
		return 0, err
	}
	err := z.Close()
	return int(n), err
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func sarifOf(sheets []*Sheet, most int) sarifLog {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "osint", Rules: []sarifRule{}}}, Results: []sarifResult{},
		Automation: sarifID{"osint/"}, ColumnKind: "unicodeCodePoints"}
	rules := newSARIFRules(sheets)
	run.Tool.Driver.Rules = rules.list
	for _, s := range sheets {
		run.Tool.Driver.Version = cmp.Or(s.Tool.Version, "0")
		run.Invocations = append(run.Invocations, s.invocation())
		for _, f := range s.Findings {
			run.Results = append(run.Results, s.result(f, rules.index[f.Rule]))
		}
	}
	if len(sheets) == 1 {
		run.Automation.ID = "osint/" + sheets[0].Target + "/"
	} else if len(sheets) > 1 {
		run.Automation.ID = "osint/" + sheets[0].Places.File + "/"
	}
	if all := len(run.Results); all > most {
		slices.SortStableFunc(run.Results, func(a, b sarifResult) int { return b.severity.Rank() - a.severity.Rank() })
		run.Results = run.Results[:most]
		run.Invocations[0].notify("warning", fmt.Sprintf("%d of %d findings are here, the gravest: a code host takes no more; the case has them all", most, all))
	}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

// invocation says how the run went, and which sources did not answer.
func (s *Sheet) invocation() sarifInvocation {
	i := sarifInvocation{Successful: s.Exit != cutShort, Start: s.Started.UTC().Format(time.RFC3339),
		Properties: map[string]any{"case": s.Case, "outcome": s.Outcome, "coverage": s.Coverage, "level": s.Level}}
	if s.Exit != cutShort {
		code := s.Exit
		i.Exit = &code
	}
	if s.Finished != nil {
		i.End = s.Finished.UTC().Format(time.RFC3339)
	}
	if s.Score != nil {
		i.Properties["score"] = *s.Score
	}
	for _, c := range s.Conditions {
		if c.Holds {
			i.notify("error", "--fail-on "+report.Safe(c.Reason))
		}
	}
	for _, t := range s.Troubles {
		level := "note"
		if t.Failed {
			level = "warning"
		}
		i.notify(level, report.Safe(t.Text))
	}
	return i
}

func (i *sarifInvocation) notify(level, text string) {
	i.Notifications = append(i.Notifications, sarifNotification{level, sarifText{Text: text}})
}

func (s *Sheet) result(f report.Finding, rule int) sarifResult {
	r := sarifResult{Rule: f.Rule, Index: rule, Kind: "fail", Level: levels[f.Severity], Rank: 100 * f.Confidence, severity: f.Severity,
		Message: sarifText{Text: text(f)}, Suppressions: []sarifSuppression{},
		Properties: map[string]any{"severity": f.Severity, "confidence": f.Confidence, "status": f.Status, "case": s.Case}}
	r.Locations = []sarifLocation{{
		Physical: sarifPhysical{sarifArtifact{s.Places.uri(), "%SRCROOT%"}, sarifRegion{s.Places.of(f.Subject)}},
		Logical:  []sarifLogical{{Name: report.Safe(f.Subject.Value), Kind: "resource", Full: report.Safe(f.Subject.String())}},
	}}
	if f.Fingerprint != "" {
		r.Fingerprints = map[string]string{"osintFinding/v1": f.Fingerprint, "primaryLocationLineHash": f.Fingerprint + ":1"}
	}
	if s.Compared {
		r.Baseline = "new"
		if !f.FirstSeen.IsZero() && f.FirstSeen.Before(s.Started) || f.Status == pipeline.Known {
			r.Baseline = "unchanged"
		}
	}
	switch f.Status {
	case pipeline.Suppressed, pipeline.Accepted:
		x := sarifSuppression{Kind: "external", Status: "accepted"}
		if b := f.Suppression; b != nil {
			x.Why = report.Safe(fmt.Sprintf("%s (%s, until %s)", b.Reason, b.Who, b.Expires))
		}
		r.Suppressions = append(r.Suppressions, x)
	case pipeline.Disputed:
		r.Suppressions = append(r.Suppressions, sarifSuppression{Kind: "external", Status: "underReview"})
	}
	return r
}

var levels = map[pipeline.Severity]string{pipeline.Critical: "error", pipeline.High: "error", pipeline.Medium: "warning", pipeline.Low: "note", pipeline.Info: "note"}
