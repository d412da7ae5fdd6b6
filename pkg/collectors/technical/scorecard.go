package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// scorecard reads what the weekly survey of the OpenSSF gave a repository, from
// zero to ten, and for each check.
func scorecard() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "scorecard", Title: "Practices of a repository, as scored weekly (OpenSSF Scorecard)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindRepository},
			Produces: []pipeline.Predicate{"scorecard", "scorecard-check"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "openssf", Grade: "B2",
			Source: pipeline.Source{
				Name: "scorecard", Family: "scorecard", Base: "https://api.scorecard.dev", Country: "US",
				Terms: "https://github.com/ossf/scorecard#public-data", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 2, Interval: 200 * time.Millisecond, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20},
		},
		Collect: readScorecard,
	}
}

func readScorecard(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if strings.HasPrefix(subject.Value, "gitlab.com/") == strings.HasPrefix(subject.Value, "github.com/") { // it surveys these two
		return pipeline.Fail(pipeline.Skipped, "not a repository at github.com or gitlab.com")
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "project", URL: "/projects" + escapePath(subject.Value), Accept: "json", NoFollow: true, MaxBytes: 4 << 20})
	if err != nil || a.Status == http.StatusNotFound && !looksLikePage(a) { // not surveyed
		return err
	}
	var s struct {
		Date      loose.Time
		Score     loose.Number
		Repo      loose.Object[struct{ Name loose.Text }]
		Scorecard loose.Object[struct{ Version loose.Text }]
		Checks    loose.List[struct {
			Name, Reason loose.Text
			Score        loose.Number
		}]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &s) != nil || !s.Score.Is || s.Score.Value > 10 || !strings.EqualFold(s.Repo.Of.Name.String(), subject.Value) {
		return malformed("scorecard", a, "score of the repository")
	}
	t := &teller{emit: emit}
	if s.Score.Value >= 0 { // -1: it could not be scored
		v := map[string]any{"score": s.Score.Value, "checks": len(s.Checks)}
		put(v, "date", s.Date.RFC3339())
		put(v, "version", word(s.Scorecard.Of.Version.String()))
		t.say(a, pipeline.Observation{Predicate: "scorecard", Value: v})
	}
	for _, c := range s.Checks[:min(len(s.Checks), 50)] {
		if name := word(c.Name.String()); name != "" && c.Score.Is && c.Score.Value >= -1 && c.Score.Value <= 10 {
			t.say(a, pipeline.Observation{Predicate: "scorecard-check", Value: map[string]any{"check": name, "score": c.Score.Value, "reason": word(c.Reason.String())}})
		}
	}
	return nil
}

// looksLikePage reports whether an answer is a page for people, which no
// interface says "there is none" by.
func looksLikePage(a *collectors.Answer) bool {
	return strings.HasPrefix(strings.TrimSpace(string(a.Body[:min(len(a.Body), 64)])), "<") || strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
}
