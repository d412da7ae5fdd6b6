package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// GitLab writes GitLab's code quality report, which a merge request shows as
// what it adds and what it takes away: a list of the findings that count.
func GitLab(w io.Writer, sheets ...*Sheet) error {
	list := []degradation{}
	for _, s := range sheets {
		for _, f := range s.live() {
			list = append(list, degradation{Description: text(f) + " To do: " + report.Safe(f.Remediation), Check: f.Rule,
				Fingerprint: fingerprint(s, f), Severity: gitlabSeverity[f.Severity],
				Location: degradationAt{s.Places.File, degradationLines{s.Places.of(f.Subject)}}})
		}
	}
	text, err := encode(list)
	if err != nil {
		return fmt.Errorf("encode the code quality report: %w", err)
	}
	_, err = w.Write(text)
	return err
}

type degradation struct {
	Description string        `json:"description"`
	Check       string        `json:"check_name"`
	Fingerprint string        `json:"fingerprint"`
	Severity    string        `json:"severity"`
	Location    degradationAt `json:"location"`
}

type degradationAt struct {
	Path  string           `json:"path"`
	Lines degradationLines `json:"lines"`
}

type degradationLines struct {
	Begin int `json:"begin"`
}

var gitlabSeverity = map[pipeline.Severity]string{pipeline.Info: "info", pipeline.Low: "minor", pipeline.Medium: "major", pipeline.High: "critical", pipeline.Critical: "blocker"}

// fingerprint tells findings apart. One of a sealed subject has none of its
// own, and gets one of its case.
func fingerprint(s *Sheet, f report.Finding) string {
	if f.Fingerprint != "" {
		return f.Fingerprint
	}
	sum := sha256.Sum256([]byte(s.Case + "\x00" + f.ID))
	return hex.EncodeToString(sum[:10])
}
