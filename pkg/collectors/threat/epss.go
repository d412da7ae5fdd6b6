package threat

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// epss asks FIRST how probable it is that a weakness is exploited within 30
// days. A weakness that its model has not rated is unknown, and not harmless.
func epss() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "epss", Title: "How probably a weakness is exploited within 30 days (FIRST EPSS)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindVulnerability},
			Produces: []pipeline.Predicate{"exploit-probability"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "first-epss", Grade: "B2", Context: true,
			Source: pipeline.Source{
				Name: "epss", Family: "epss", Base: "https://api.first.org", Country: "US",
				Terms: "https://www.first.org/epss/api", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 2, Interval: 100 * time.Millisecond, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindVulnerability},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 1 << 20},
		},
		Collect: readEPSS,
	}
}

func readEPSS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "score", URL: "/data/v1/epss?cve=" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	var e struct {
		Status loose.Text
		Model  loose.Text `json:"model_version"`
		Data   *[]struct {
			CVE        loose.Text
			EPSS       loose.Number
			Percentile loose.Number
			Date       loose.Time
		}
	}
	if a.Status != 200 || json.Unmarshal(a.Body, &e) != nil || !strings.EqualFold(e.Status.String(), "OK") || e.Data == nil {
		return pipeline.Fail(pipeline.Malformed, "epss answered with something that holds no scores")
	}
	for _, d := range *e.Data {
		cve, err := pipeline.NewEntity(pipeline.KindVulnerability, d.CVE.String())
		if err != nil || cve != subject || !probability(d.EPSS) {
			continue
		}
		value := map[string]any{"epss": d.EPSS.Value}
		if probability(d.Percentile) {
			value["percentile"] = d.Percentile.Value
		}
		for key, text := range map[string]string{"date": d.Date.RFC3339(), "model": word(e.Model.String(), 40)} {
			if text != "" {
				value[key] = text
			}
		}
		emit(pipeline.Observation{Predicate: "exploit-probability", Value: value, At: d.Date.Time, Exchanges: a.Exchanges()})
		return nil
	}
	if len(*e.Data) > 0 {
		return pipeline.Fail(pipeline.Malformed, "epss answered with scores of something else")
	}
	return nil
}

func probability(n loose.Number) bool { return n.Is && n.Value >= 0 && n.Value <= 1 }
