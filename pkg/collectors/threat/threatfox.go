package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// threatFox asks whether a name, an address, a URL or a file is an indicator of
// malware at work.
func threatFox() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindURL, pipeline.KindFileHash}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "threatfox", Title: "Whether it is an indicator of malware at work (abuse.ch ThreatFox)", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"listed-by", "malware-family"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "threatfox", Grade: "B2",
			Source:  abuseCH("threatfox", "indicators", "https://threatfox-api.abuse.ch"),
			Sends:   kinds,
			Keys:    []string{abuseKey},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Derive: derive.JSON(derive.Shape{"query_status": abuseStatus, "data": derive.Each(derive.Shape{
				"threat_type": derive.OneOf("botnet_cc", "payload_delivery", "payload", "cc_skimming"), "confidence_level": derive.Quantity})}),
		},
		Collect: readThreatFox,
	}
}

const threatFoxList = "ThreatFox"

// mostIndicators is how many indicators of one answer are read.
const mostIndicators = 1000

// An indicator is one of ThreatFox's.
type indicator struct {
	ID         loose.Text
	IOC        loose.Text
	Threat     loose.Text   `json:"threat_type"`
	Malware    loose.Text   `json:"malware_printable"`
	Confidence loose.Number `json:"confidence_level"`
	First      loose.Time   `json:"first_seen"`
	Last       loose.Time   `json:"last_seen"`
}

func readThreatFox(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if subject.Kind == pipeline.KindFileHash && !isHash(subject, 32, 40, 64) {
		return pipeline.Fail(pipeline.Skipped, "threatfox knows files by MD5, SHA-1 and SHA-256 only")
	}
	// Not by exact match: an address stands there with its port, and what lies
	// at a name or an address is wanted too.
	question, err := json.Marshal(map[string]any{"query": "search_ioc", "search_term": subject.Value, "exact_match": subject.Kind == pipeline.KindFileHash})
	if err != nil {
		return err
	}
	a, known, err := askAbuseCH(ctx, net, string(subject.Kind), "/api/v1/", "application/json", question)
	if err != nil {
		return err
	}
	var all []indicator
	if known {
		if all, err = parseIndicators(a.Body); err != nil {
			return err
		}
	}
	cut := len(all) > mostIndicators
	all = slices.DeleteFunc(all[:min(len(all), mostIndicators)], func(i indicator) bool { return !i.about(subject) })
	emit = provenBy(a, emit)
	switch {
	case len(all) > 0:
		tellIndicators(all, emit)
	case !cut:
		emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": threatFoxList}})
	}
	if cut {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than %d indicators, of which no more are read", mostIndicators))
	}
	return nil
}

// parseIndicators reads those that ThreatFox knows. One that is of nothing may
// have been of anything.
func parseIndicators(body []byte) (all []indicator, err error) {
	var x struct{ Data json.RawMessage }
	var list []loose.Object[indicator]
	if json.Unmarshal(body, &x) != nil || len(x.Data) == 0 || x.Data[0] != '[' || json.Unmarshal(x.Data, &list) != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "threatfox sent something that is no list of indicators")
	}
	if len(list) == 0 {
		return nil, pipeline.Fail(pipeline.Malformed, "threatfox says that it knows indicators, and sent none")
	}
	for _, i := range list {
		if i.Of.IOC.String() == "" {
			return nil, pipeline.Fail(pipeline.Malformed, "threatfox sent an indicator of nothing")
		}
		all = append(all, i.Of)
	}
	return all, nil
}

// about reports whether an indicator is the subject, a port of it, or a URL that
// lies there.
func (i indicator) about(subject pipeline.Entity) bool {
	text := i.IOC.String()
	if e, err := pipeline.NewEntity(subject.Kind, text); err == nil && e == subject {
		return true
	}
	switch subject.Kind {
	case pipeline.KindIP:
		if s, err := pipeline.NewEntity(pipeline.KindService, text); err == nil {
			return strings.HasPrefix(s.Value, subject.Value+":") || strings.HasPrefix(s.Value, "["+subject.Value+"]:")
		}
	case pipeline.KindDomain, pipeline.KindHost:
	default:
		return false
	}
	u, err := pipeline.NewEntity(pipeline.KindURL, text)
	return err == nil && u.Site() == subject
}
