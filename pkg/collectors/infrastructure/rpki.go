package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// rpki asks RIPEstat whether who announces an address or network is authorised
// to by its holder (RFC 6811): first for the routes, then for each whether it is
// valid.
func rpki() collectors.Entry {
	source := ripestatSource
	source.Name, source.Family, source.Class = "ripestat-rpki", "rpki", ""
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "rpki", Title: "Whether a route's origin is authorised (RPKI, by RIPEstat)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock},
			Produces: []pipeline.Predicate{"route-validity"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "rpki", Grade: "A1",
			Source:  source,
			Sends:   []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock},
			Ceiling: pipeline.Ceiling{Requests: 3 * (1 + rpkiLimit)},
			Timeout: time.Minute,
		},
		Collect: readRPKI,
	}
}

// rpkiLimit is how many origins of one route are looked at.
const rpkiLimit = 3

func readRPKI(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	data, _, err := askStat(ctx, net, "network-info", url.Values{"resource": {subject.Value}})
	if err != nil {
		return err
	}
	var d struct {
		Prefix loose.Text
		ASNs   *loose.List[loose.Text]
	}
	if json.Unmarshal(data, &d) != nil || d.ASNs == nil {
		return pipeline.Fail(pipeline.Malformed, "ripestat does not say who announces it")
	}
	if len(*d.ASNs) == 0 {
		return nil // nobody announces it: there is no route to judge
	}
	block, err := pipeline.NewEntity(pipeline.KindNetblock, d.Prefix.String())
	p, bad := netip.ParsePrefix(block.Value)
	if at := (&routing{subject: subject}); err != nil || bad != nil || !at.holds(p) {
		return pipeline.Fail(pipeline.Malformed, "ripestat speaks of a route that does not hold what was asked about")
	}
	for i, text := range *d.ASNs {
		if i == rpkiLimit {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d origins, of which %d were looked at", len(*d.ASNs), rpkiLimit))
		}
		as, err := pipeline.NewEntity(pipeline.KindASN, text.String())
		if err != nil {
			err = pipeline.Fail(pipeline.Malformed, "ripestat names an origin that is no single AS")
		} else {
			err = judgeRoute(ctx, net, block, as, emit)
		}
		if err != nil && i > 0 {
			return partly(err, "a further origin")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// validities are the states of a route by what RIPEstat calls them.
var validities = map[string]string{
	"valid": "valid", "invalid": "invalid-asn", "invalid_asn": "invalid-asn", "invalid_length": "invalid-length",
	"unknown": "not-found", "not-found": "not-found", "notfound": "not-found",
}

// judgeRoute tells whether an AS may announce a prefix.
func judgeRoute(ctx context.Context, net *collectors.View, block, as pipeline.Entity, emit collectors.Emit) error {
	data, x, err := askStat(ctx, net, "rpki-validation", url.Values{"resource": {as.Value}, "prefix": {block.Value}})
	if err != nil {
		return err
	}
	var d struct {
		Status loose.Text
		ROAs   loose.List[struct{ Prefix loose.Text }] `json:"validating_roas"`
	}
	state, known := "", false
	if json.Unmarshal(data, &d) == nil {
		state, known = validities[d.Status.String()]
	}
	if !known {
		return pipeline.Fail(pipeline.Malformed, "ripestat does not say whether the route is valid")
	}
	emit(pipeline.Observation{Predicate: "route-validity", Exchanges: x,
		Value: map[string]any{"prefix": block.Value, "asn": as.Value, "state": state, "roas": float64(len(d.ROAs))}})
	return nil
}
