package threat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// hibpBreaches asks which breaches of the service at a domain are known. Whether
// mailboxes there stand in breaches of others is another question.
func hibpBreaches() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hibp-breaches", Title: "Breaches of the service at a domain (Have I Been Pwned)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"breached-in", "breach-facts"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "hibp", Grade: "B2",
			Source:  hibpSource("hibp", pipeline.Source{Interval: 2 * time.Second, TTL: 12 * time.Hour, Access: pipeline.AccessOpen}),
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20},
			Derive:  derive.List(breachShape),
		},
		Collect: readHIBPBreaches,
	}
}

func readHIBPBreaches(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "breaches", URL: "/breaches?Domain=" + url.QueryEscape(subject.Value), Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	all, ok := breachesOf(a.Body)
	if a.Status != http.StatusOK || !ok {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("hibp answered %d with something that is no list of breaches", a.Status))
	}
	say := provenBy(a, emit)
	for _, b := range all {
		e, err := b.entity()
		_, ok := nameWithin(b.Domain.String(), subject.Value)
		if err != nil || !ok || bool(b.SpamList) || bool(b.Retired) { // of another, or of nobody's service
			continue
		}
		say(pipeline.Observation{Predicate: "breached-in", Object: &e, Category: pipeline.Technical,
			Value: stated(map[string]any{"as": "service", "date": b.Date.RFC3339(), "by": byHIBP, "verified": bool(b.Verified) && !bool(b.Fabricated)})})
		say(b.facts(e))
	}
	return nil
}
