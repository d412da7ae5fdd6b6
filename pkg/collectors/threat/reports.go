package threat

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// mostReports is how many reports about one thing are told.
const mostReports = 50

// A pulse is a report of OTX.
type pulse struct {
	ID       loose.Text
	Name     loose.Text
	Created  loose.Time
	Modified loose.Time
	TLP      loose.Text
	Families loose.List[named] `json:"malware_families"`
	Attacks  loose.List[named] `json:"attack_ids"`
}

// named is a thing with a name, which some answers have as a text alone.
type named struct{ ID, Name string }

// UnmarshalJSON implements [json.Unmarshaler].
func (n *named) UnmarshalJSON(b []byte) error {
	var x struct {
		ID      loose.Text
		Name    loose.Text
		Display loose.Text `json:"display_name"`
	}
	if json.Unmarshal(b, &x) == nil {
		*n = named{x.ID.String(), x.Name.String()}
		if n.Name == "" {
			n.Name = x.Display.String()
		}
		return nil
	}
	var t loose.Text
	_ = t.UnmarshalJSON(b) // has none
	*n = named{t.String(), t.String()}
	return nil
}

// tellPulses tells of each report, and of malware and techniques once.
func tellPulses(reports []pulse, now time.Time, emit collectors.Emit) {
	families, attacks := map[string]bool{}, map[string]bool{}
	for _, p := range reports {
		title := oneLineOf(p.Name.String())
		if title == "" {
			continue
		}
		at := p.Modified
		if at.IsZero() {
			at = p.Created
		}
		emit(pipeline.Observation{Predicate: "campaign", At: asOf(at, now), Value: stated(map[string]any{"by": "OTX", "title": title, "at": at.RFC3339(),
			"tlp": labelOf(p.TLP.String()), "reference": pulsePage(p.ID.String())})})
		for _, f := range p.Families {
			families[family(f.Name)] = true
		}
		for _, t := range p.Attacks {
			attacks[techniqueID(t.ID)] = true
		}
	}
	tellMalware(families, emit)
	tellTechniques("OTX", attacks, emit)
}

func tellMalware(families map[string]bool, emit collectors.Emit) {
	delete(families, "")
	for _, f := range slices.Sorted(maps.Keys(families)) {
		emit(pipeline.Observation{Predicate: "malware-family", Value: f})
	}
}

func tellTechniques(by string, ids map[string]bool, emit collectors.Emit) {
	delete(ids, "")
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		emit(pipeline.Observation{Predicate: "technique", Value: map[string]any{"id": id, "by": by}})
	}
}

var (
	attackID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bT[0-9]{4}(\.[0-9]{3})?\b`) })
	pulseID  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{24}$`) })
)

// techniqueID is the id of ATT&CK that stands in a text; "" if there is none.
func techniqueID(s string) string { return attackID().FindString(s) }

func pulsePage(id string) string {
	if !pulseID().MatchString(id) {
		return ""
	}
	return "https://otx.alienvault.com/pulse/" + id
}

// labelOf is a label of the Traffic Light Protocol, as its second version has it;
// "" if it is none.
func labelOf(s string) string {
	switch s = strings.ToUpper(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "tlp:")); s {
	case "WHITE", "CLEAR":
		return "TLP:CLEAR"
	case "GREEN", "AMBER", "AMBER+STRICT", "RED":
		return "TLP:" + s
	}
	return ""
}
