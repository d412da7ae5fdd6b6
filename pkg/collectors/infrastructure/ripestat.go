package infrastructure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// ripestatSource is the service as it is asked about one subject. It wishes an
// agreement with whoever asks more than a thousand times a day, so that its two
// collectors ask half of that each.
var ripestatSource = pipeline.Source{
	Name: "ripestat", Family: "routing", Base: "https://stat.ripe.net", Country: "NL",
	Terms: "https://www.ripe.net/about-us/legal/ripestat-service-terms-and-conditions", Commercial: pipeline.Yes, Verified: "2026-11-23",
	Slots: 4, Daily: 500, TTL: 4 * time.Hour, Class: pipeline.PublicRegister,
}

// ripestat asks RIPEstat who announces an address or network, and what an AS
// announces, with whom it exchanges routes, how widely that is seen, and whom
// to tell of abuse. Up to four round trips, one after another.
func ripestat() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ripestat", Title: "Routing of an address or network, and whom to tell of abuse (RIPEstat)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock, pipeline.KindASN},
			Produces: []pipeline.Predicate{"announced-by", "part-of", "network-name", "has-contact", "route-visibility", "announces", "neighbour-of"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "routing", Grade: "A2",
			Source:  ripestatSource,
			Sends:   []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock, pipeline.KindASN},
			Ceiling: pipeline.Ceiling{Requests: 12},
			Timeout: time.Minute,
			Derive:  derive.JSON(ripestatShape),
		},
		Collect: readRIPEstat,
	}
}

// ripestatShape leaves mailboxes and the names of holders out.
var ripestatShape = derive.Shape{
	"status": derive.OneOf("ok", "error", "maintenance"), "status_code": derive.Code, "data_call_name": derive.Filled,
	"data": derive.Within(derive.Shape{
		"resource": derive.Technical, "prefix": derive.Technical, "announced": derive.Flag, "asns": derive.Count,
		"abuse_contacts": derive.Count, "neighbours": derive.Count, "holder": derive.Filled,
		"prefixes": derive.Each(derive.Shape{"prefix": derive.Technical}),
	}),
}

// A stat is one call of the service and what tells its data.
type stat struct {
	call string
	tell func(data json.RawMessage, told *routing) error
}

// stats are the calls that are made about each kind, in this order.
var stats = map[pipeline.Kind][]stat{
	pipeline.KindIP:       {{"prefix-overview", statOverview}, {"routing-status", statVisibility}, {"abuse-contact-finder", statAbuse}},
	pipeline.KindNetblock: {{"prefix-overview", statOverview}, {"routing-status", statVisibility}, {"abuse-contact-finder", statAbuse}},
	pipeline.KindASN:      {{"as-overview", statHolder}, {"routing-status", statVisibility}, {"announced-prefixes", statAnnounced}, {"asn-neighbours", statNeighbours}},
}

func readRIPEstat(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	var missed error
	which, answered := "", false
	for _, s := range stats[subject.Kind] {
		data, x, err := askStat(ctx, net, s.call, url.Values{"resource": {subject.Value}})
		if err == nil {
			err = s.tell(data, &routing{subject: subject, emit: emit, exchanges: x})
		}
		if err == nil {
			answered = true
			continue
		}
		if missed == nil {
			missed, which = err, s.call
		}
		var f *pipeline.Failure
		if !errors.As(err, &f) || f.Outcome != pipeline.Malformed && f.Outcome != pipeline.Partial { // the next would fare no better
			missed, which = err, s.call
			break
		}
	}
	if missed != nil && answered {
		return partly(missed, which)
	}
	return missed
}

// askStat makes one call and returns its data. What is not known comes with
// the status ok too, and is empty there.
func askStat(ctx context.Context, net *collectors.View, call string, q url.Values) (json.RawMessage, []pipeline.ExchangeID, error) {
	q.Set("sourceapp", "osint")
	a, err := net.HTTP(ctx, collectors.Request{Operation: call, URL: "/data/" + call + "/data.json?" + q.Encode(), Accept: "json", NoFollow: true})
	if err != nil {
		return nil, nil, err
	}
	var e struct {
		Status loose.Text      `json:"status"`
		Data   json.RawMessage `json:"data"`
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &e) != nil {
		return nil, nil, pipeline.Fail(pipeline.Malformed, "ripestat sent no answer of "+call)
	}
	switch e.Status.String() {
	case "ok":
	case "maintenance":
		return nil, nil, pipeline.Fail(pipeline.Unreachable, "ripestat is being maintained")
	default:
		return nil, nil, pipeline.Fail(pipeline.Malformed, "ripestat says that "+call+" failed")
	}
	if len(e.Data) == 0 || e.Data[0] != '{' {
		return nil, nil, pipeline.Fail(pipeline.Malformed, "ripestat sent no data of "+call)
	}
	return e.Data, a.Exchanges(), nil
}
