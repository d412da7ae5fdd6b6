package technical

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// stackExchange finds questions that mention a domain, at the sites where people
// ask about programs and servers. Who asks is not told.
func stackExchange() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "stackexchange", Title: "Questions that mention a domain (Stack Exchange)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"mentioned-on"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Identity, pipeline.OnlineID, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "stack-exchange", Grade: "C3",
			Source: pipeline.Source{
				Name: "stackexchange", Family: "stackexchange", Base: "https://api.stackexchange.com/2.3", Country: "US",
				Terms: "https://api.stackexchange.com/docs/terms-of-use", Commercial: pipeline.Yes, Verified: "2026-11-23", // CC BY-SA, with attribution
				Slots: 1, Interval: time.Second, Daily: 300, TTL: 24 * time.Hour,
				Class: pipeline.SocialMedia, Access: pipeline.AccessOpen, Published: true,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 8 << 20},
			MayUse:  []string{"STACKEXCHANGE_KEY"},
			Derive:  derivative(derive.Shape{"items": derive.Count, "has_more": derive.Flag, "quota_max": derive.Quantity, "quota_remaining": derive.Quantity, "backoff": derive.Quantity}),
		},
		Collect: readStackExchange,
	}
}

// questionSites are asked one after the other.
var questionSites = []struct{ name, host string }{{"stackoverflow", "stackoverflow.com"}, {"serverfault", "serverfault.com"}}

func readStackExchange(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	t := &teller{emit: emit}
	var errs []error
	for i, site := range questionSites {
		a, err := net.HTTP(ctx, collectors.Request{
			Operation: "questions", URL: "/search/advanced?order=desc&sort=activity&pagesize=50&q=" + url.QueryEscape(`"`+subject.Value+`"`) + "&site=" + site.name,
			Accept: "json", NoFollow: true, MaxBytes: 4 << 20, Credential: collectors.Credential{Name: "STACKEXCHANGE_KEY", Parameter: "key"},
		})
		if err != nil {
			return t.end(append(errs, throttled(a, err))...)
		}
		var s struct {
			Items *loose.List[struct {
				ID      loose.Number `json:"question_id"`
				Created loose.Time   `json:"creation_date"`
				Active  loose.Time   `json:"last_activity_date"`
			}]
			More    loose.Truth  `json:"has_more"`
			Backoff loose.Number `json:"backoff"`
			Left    loose.Number `json:"quota_remaining"`
		}
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &s) != nil || s.Items == nil {
			return t.end(append(errs, malformed("stackexchange", a, "list of questions"))...)
		}
		for _, q := range *s.Items {
			page, err := pipeline.NewEntity(pipeline.KindURL, "https://"+site.host+"/questions/"+strconv.Itoa(q.ID.Int()))
			if err != nil || q.ID.Int() <= 0 {
				continue
			}
			v := map[string]any{"by": site.name, "kind": "question"}
			put(v, "first", q.Created.RFC3339())
			put(v, "last", q.Active.RFC3339())
			t.say(a, pipeline.Observation{Predicate: "mentioned-on", Object: &page, Value: v})
		}
		if s.More {
			errs = append(errs, pipeline.Fail(pipeline.Partial, "more questions at "+site.name+" than are read"))
		}
		if last := i == len(questionSites)-1; !last && (s.Backoff.Int() > 0 || s.Left.Is && s.Left.Value <= 0) {
			return t.end(append(errs, pipeline.Fail(pipeline.RateLimited, fmt.Sprintf("stackexchange wants to be left alone for %d s, with %d questions left today", s.Backoff.Int(), s.Left.Int())))...)
		}
	}
	return t.end(errs...)
}

// throttled tells a request that came too soon, which comes as a 400, from a bad
// one.
func throttled(a *collectors.Answer, err error) error {
	var e struct {
		ID loose.Number `json:"error_id"`
	}
	if a != nil && json.Unmarshal(a.Body, &e) == nil && e.ID.Int() == 502 {
		return pipeline.Fail(pipeline.RateLimited, "stackexchange wants to be asked more slowly")
	}
	return err
}
