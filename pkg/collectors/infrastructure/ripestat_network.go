package infrastructure

import (
	"encoding/json"
	"fmt"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// announcedLimit and neighboursLimit are how many networks of one AS are told.
const (
	announcedLimit  = 1000
	neighboursLimit = 500
)

func statAnnounced(data json.RawMessage, r *routing) error {
	var d struct {
		Prefixes *loose.List[struct {
			Prefix    loose.Text
			Timelines loose.List[struct {
				Start loose.Time `json:"starttime"`
				End   loose.Time `json:"endtime"`
			}]
		}]
	}
	if json.Unmarshal(data, &d) != nil || d.Prefixes == nil {
		return pipeline.Fail(pipeline.Malformed, "ripestat names no list of prefixes")
	}
	for i, p := range *d.Prefixes {
		if i == announcedLimit {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("it announces %d prefixes, of which %d are told", len(*d.Prefixes), announcedLimit))
		}
		block, err := pipeline.NewEntity(pipeline.KindNetblock, p.Prefix.String())
		if err != nil {
			continue
		}
		v := map[string]any{}
		for _, t := range p.Timelines {
			if s := t.Start.RFC3339(); s != "" && (v["first"] == nil || s < v["first"].(string)) {
				v["first"] = s
			}
			if s := t.End.RFC3339(); s != "" && (v["last"] == nil || s > v["last"].(string)) {
				v["last"] = s
			}
		}
		r.say(pipeline.Observation{Predicate: "announces", Object: &block, Value: v})
	}
	return nil
}

func statNeighbours(data json.RawMessage, r *routing) error {
	var d struct {
		Neighbours *loose.List[struct {
			ASN, Type loose.Text
			Power     loose.Number
		}]
	}
	if json.Unmarshal(data, &d) != nil || d.Neighbours == nil {
		return pipeline.Fail(pipeline.Malformed, "ripestat names no list of neighbours")
	}
	for i, n := range *d.Neighbours {
		if i == neighboursLimit {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("it has %d neighbours, of which %d are told", len(*d.Neighbours), neighboursLimit))
		}
		as, err := pipeline.NewEntity(pipeline.KindASN, n.ASN.String())
		side := n.Type.String()
		if err != nil || as == r.subject || side != "left" && side != "right" { // or uncertain
			continue
		}
		v := map[string]any{"side": side}
		if n.Power.Is {
			v["power"] = n.Power.Value
		}
		r.say(pipeline.Observation{Predicate: "neighbour-of", Object: &as, Value: v})
	}
	return nil
}
