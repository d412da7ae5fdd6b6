package threat

import (
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// nvdAnswer is what the API answers. New keys come without notice.
type nvdAnswer struct {
	Total           loose.Number `json:"totalResults"`
	Vulnerabilities *[]struct{ CVE nvdCVE }
}

// nvdCVE is one weakness.
type nvdCVE struct {
	ID           loose.Text
	Published    loose.Time
	Changed      loose.Time `json:"lastModified"`
	Status       loose.Text `json:"vulnStatus"`
	Descriptions loose.List[nvdText]
	Weaknesses   loose.List[struct{ Description loose.List[nvdText] }]
	Metrics      loose.Object[struct {
		V40 loose.List[nvdMetric] `json:"cvssMetricV40"`
		V31 loose.List[nvdMetric] `json:"cvssMetricV31"`
		V30 loose.List[nvdMetric] `json:"cvssMetricV30"`
		V2  loose.List[nvdMetric] `json:"cvssMetricV2"`
	}]
}

type nvdText struct{ Lang, Value loose.Text }

// nvdMetric is a score: NVD's own, or that of who numbered the weakness.
type nvdMetric struct {
	Type     loose.Text // Primary, Secondary
	Severity loose.Text `json:"baseSeverity"` // of version 2
	CVSS     struct {
		Version  loose.Text
		Vector   loose.Text   `json:"vectorString"`
		Score    loose.Number `json:"baseScore"`
		Severity loose.Text   `json:"baseSeverity"`
	} `json:"cvssData"`
}

func (c nvdCVE) tell(emit collectors.Emit) {
	facts := map[string]any{}
	for key, text := range map[string]string{"status": collectors.OneLine(c.Status.String(), 40), "published": c.Published.RFC3339(), "changed": c.Changed.RFC3339(),
		"cwe": c.cwe(), "summary": c.summary()} {
		if text != "" {
			facts[key] = text
		}
	}
	emit(pipeline.Observation{Predicate: "vulnerability-facts", Value: facts, At: c.Changed.Time})
	for _, ms := range []loose.List[nvdMetric]{c.Metrics.Of.V40, c.Metrics.Of.V31, c.Metrics.Of.V30, c.Metrics.Of.V2} {
		for _, m := range ms[:min(len(ms), 10)] {
			if v, ok := m.score(); ok {
				emit(pipeline.Observation{Predicate: "severity-score", Value: v, At: c.Changed.Time})
			}
		}
	}
}

// score returns a metric as it is told; ok is false for what is none.
func (m nvdMetric) score() (value map[string]any, ok bool) {
	version, vector := word(m.CVSS.Version.String(), 5), m.CVSS.Vector.String()
	if !m.CVSS.Score.Is || m.CVSS.Score.Value < 0 || m.CVSS.Score.Value > 10 || version == "" {
		return nil, false
	}
	severity := strings.ToLower(m.CVSS.Severity.String())
	if severity == "" {
		severity = strings.ToLower(m.Severity.String())
	}
	if !slices.Contains([]string{"none", "low", "medium", "high", "critical"}, severity) {
		severity = ""
	}
	if strings.Trim(vector, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.:/()") != "" || len(vector) > 300 {
		vector = ""
	}
	by := "nvd"
	if m.Type != "Primary" {
		by = "cna" // or another who may
	}
	return map[string]any{"version": version, "score": m.CVSS.Score.Value, "severity": severity, "vector": vector, "by": by}, true
}

func (c nvdCVE) summary() string {
	for _, d := range c.Descriptions {
		if d.Lang == "en" {
			return collectors.OneLine(d.Value.String(), 400)
		}
	}
	return ""
}

// cwe returns the kinds of weakness, as numbered by MITRE.
func (c nvdCVE) cwe() string {
	var ids []string
	for _, w := range c.Weaknesses {
		for _, d := range w.Description {
			if id := word(d.Value.String(), 12); strings.HasPrefix(id, "CWE-") && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return strings.Join(ids[:min(len(ids), 10)], " ")
}
