package threat

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// onionLookup asks AIL whether its crawler has seen a hidden service, and when.
// The service itself is never asked. Titles of its pages stand in the answer, and
// are not told.
func onionLookup() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "onion-lookup", Title: "When a hidden service of Tor was seen (AIL onion-lookup)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"onion-seen"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Onions:   pipeline.OnionsOnly,
			Mode:     pipeline.Passive, Origin: "ail", Grade: "B3",
			Source: pipeline.Source{
				Name: "onion-lookup", Family: "onion-lookup", Base: "https://onion.ail-project.org", Country: "LU",
				Terms: "https://onion.ail-project.org/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23", Class: pipeline.Publication,
				Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 1 << 20},
			Derive: derive.JSON(derive.Shape{"id": derive.Technical, "first_seen": derive.Filled, "last_seen": derive.Filled,
				"languages": derive.Count, "titles": derive.Count, "tags": derive.Count, "error": derive.Filled}),
		},
		Collect: readOnion,
	}
}

// isOnion matches a hidden service of the third version, the only one left.
var isOnion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z2-7]{56}\.onion$`) })

// abusive marks a service that nobody may open.
const abusive = "pornography-child-exploitation"

func readOnion(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if !isOnion().MatchString(subject.Value) {
		return pipeline.Fail(pipeline.Skipped, "it is no hidden service of the third version")
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "lookup", URL: "/api/lookup/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	var o struct {
		ID        loose.Text
		Error     loose.Text
		First     loose.Time `json:"first_seen"`
		Last      loose.Time `json:"last_seen"`
		Languages loose.Texts
		Tags      loose.Texts
	}
	if json.Unmarshal(a.Body, &o) != nil {
		return pipeline.Fail(pipeline.Malformed, "onion-lookup answered with something that is not about a service")
	}
	if a.Status == 404 && o.Error != "" {
		emit(pipeline.Observation{Predicate: "onion-seen", Denies: true, Exchanges: a.Exchanges()})
		return nil
	}
	if a.Status != 200 || !strings.EqualFold(o.ID.String(), subject.Value) {
		return pipeline.Fail(pipeline.Malformed, "onion-lookup answered about something else")
	}
	value := map[string]any{"by": "AIL"}
	for _, t := range o.Tags {
		if strings.Contains(t, abusive) {
			value["warning"] = "abuse of children"
		}
	}
	languages := []string{}
	for _, l := range o.Languages[:min(len(o.Languages), 5)] {
		if l = word(strings.ToLower(l), 8); l != "" {
			languages = append(languages, l)
		}
	}
	for key, text := range map[string]string{"first": o.First.RFC3339(), "last": o.Last.RFC3339(), "languages": strings.Join(languages, " ")} {
		if text != "" {
			value[key] = text
		}
	}
	emit(pipeline.Observation{Predicate: "onion-seen", Value: value, At: o.Last.Time, Exchanges: a.Exchanges()})
	return nil
}
