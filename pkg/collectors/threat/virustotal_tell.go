package threat

import (
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// analysed is what engines made of an object.
type analysed struct {
	Stats loose.Object[struct {
		Malicious  loose.Number
		Suspicious loose.Number
		Undetected loose.Number
		Harmless   loose.Number
	}] `json:"last_analysis_stats"`
	At loose.Time `json:"last_analysis_date"`

	// of a file
	MD5, SHA1, SHA256 loose.Text
	Size              loose.Number
	Type              loose.Text `json:"type_description"`
	Name              loose.Text `json:"meaningful_name"`
	First             loose.Time `json:"first_submission_date"`
	Last              loose.Time `json:"last_submission_date"`
	Threat            loose.Object[struct {
		Names loose.List[struct{ Value loose.Text }] `json:"popular_threat_name"`
	}] `json:"popular_threat_classification"`

	// of a URL
	Served loose.Text `json:"last_http_response_content_sha256"`
}

// mostFamilies is how many names of malware are told of one file.
const mostFamilies = 3

func (x analysed) tell(subject pipeline.Entity, now time.Time, emit collectors.Emit) {
	if s := x.Stats.Of; x.Stats.Has && s.Malicious.Is {
		of := s.Malicious.Value + s.Suspicious.Value + s.Undetected.Value + s.Harmless.Value
		emit(pipeline.Observation{Predicate: "judged-by", At: asOf(x.At, now), Value: stated(map[string]any{"by": "VirusTotal",
			"malicious": counted(s.Malicious), "suspicious": counted(s.Suspicious), "undetected": counted(s.Undetected), "harmless": counted(s.Harmless),
			"of": of, "verdict": fmt.Sprintf("%.0f of %.0f engines", s.Malicious.Value, of), "at": x.At.RFC3339()})})
	}
	switch subject.Kind {
	case pipeline.KindURL:
		if file, err := pipeline.NewEntity(pipeline.KindFileHash, x.Served.String()); err == nil {
			emit(pipeline.Observation{Predicate: "served-file", Object: &file, Value: stated(map[string]any{"by": "VirusTotal", "at": x.At.RFC3339()})})
		}
	case pipeline.KindFileHash:
		x.tellFile(subject, emit)
	}
}

func (x analysed) tellFile(subject pipeline.Entity, emit collectors.Emit) {
	sameFile(subject, emit, x.MD5, x.SHA1, x.SHA256)
	if facts := stated(map[string]any{"type": oneLineOf(x.Type.String()), "size": counted(x.Size), "name": oneLineOf(x.Name.String()),
		"first": x.First.RFC3339(), "last": x.Last.RFC3339()}); len(facts) > 0 {
		emit(pipeline.Observation{Predicate: "file-facts", Value: facts})
	}
	names := x.Threat.Of.Names
	for _, n := range names[:min(len(names), mostFamilies)] {
		if f := family(n.Value.String()); f != "" {
			emit(pipeline.Observation{Predicate: "malware-family", Value: f})
		}
	}
}
