package threat

import (
	"maps"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// threats says in words of ours what a type of threat is.
var threats = map[string]string{"botnet_cc": "c2", "payload_delivery": "malware", "payload": "malware", "cc_skimming": "malware"}

// A charge is what indicators are told for, as one listing: what for, and of which malware.
type charge struct{ what, malware string }

// tellIndicators tells of each charge since when and until when it was seen, and
// the highest confidence.
func tellIndicators(all []indicator, emit collectors.Emit) {
	type span struct {
		since, last loose.Time
		confidence  loose.Number
		id          string
	}
	spans, families := map[charge]span{}, map[string]bool{}
	for _, i := range all {
		what, ok := threats[i.Threat.String()]
		if !ok {
			what = "suspicious"
		}
		f := family(i.Malware.String())
		if f != "" {
			families[f] = true
		}
		s := spans[charge{what, f}]
		if s.since.IsZero() || !i.First.IsZero() && i.First.Before(s.since.Time) {
			s.since = i.First
		}
		for _, at := range []loose.Time{i.First, i.Last} {
			if at.After(s.last.Time) {
				s.last, s.id = at, i.ID.String()
			}
		}
		if i.Confidence.Is && (!s.confidence.Is || i.Confidence.Value > s.confidence.Value) {
			s.confidence = i.Confidence
		}
		spans[charge{what, f}] = s
	}
	for _, key := range slices.SortedFunc(maps.Keys(spans), func(a, b charge) int { return strings.Compare(a.what+a.malware, b.what+b.malware) }) {
		s := spans[key]
		emit(pipeline.Observation{Predicate: "listed-by", Value: stated(map[string]any{"list": threatFoxList, "for": key.what, "malware": key.malware,
			"since": s.since.RFC3339(), "last": s.last.RFC3339(), "confidence": counted(s.confidence), "reference": threatFoxPage(s.id)})})
	}
	for _, f := range slices.Sorted(maps.Keys(families)) {
		emit(pipeline.Observation{Predicate: "malware-family", Value: f})
	}
}

// threatFoxPage is the page of an indicator; "" if the number is none.
func threatFoxPage(id string) string {
	if id == "" || len(id) > 12 || strings.Trim(id, "0123456789") != "" {
		return ""
	}
	return "https://threatfox.abuse.ch/ioc/" + id + "/"
}
