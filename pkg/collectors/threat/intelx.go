package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// intelX asks in which data sets of leaks and of the dark web a thing stands.
// What stands there is never read: neither a file nor a preview of one.
func intelX() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "intelx", Title: "Data sets of leaks that name it (Intelligence X)", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"leaked-in"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.BreachFact, pipeline.Content},
			Onions:   pipeline.OnionsToo,
			Mode:     pipeline.Passive, Origin: "intelx", Grade: "C3",
			Source: pipeline.Source{ // without a TTL: one question is asked until it is answered
				Name: "intelx", Family: "leaks", Base: "https://free.intelx.io", BaseFrom: "INTELX_HOST", Country: "CZ",
				Terms: "https://intelx.io/terms-of-service", Commercial: pipeline.Contract, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, Class: pipeline.BreachIndex, Access: pipeline.AccessBreachDump,
			},
			Sends:     kinds,
			Keys:      []string{intelXKey},
			OnRequest: "--with intelx",
			Timeout:   time.Minute,
			Ceiling:   pipeline.Ceiling{Requests: 2 + 3*intelXPolls, Bytes: 8 << 20},
			Derive: derive.JSON(derive.Shape{"status": derive.Code, "records": derive.Each(derive.Shape{"date": derive.Technical, "bucket": derive.Filled,
				"media": derive.Code, "size": derive.Quantity})}),
		},
		Collect: readIntelX,
	}
}

const (
	intelXKey   = "INTELX_API_KEY"
	intelXPolls = 6   // how often it is asked whether it has found anything
	intelXMost  = 100 // records
	intelXPause = 300 * time.Millisecond
)

var intelXCredential = collectors.Credential{Name: intelXKey, Header: "x-key"}

// A leak is one record: a file somewhere that names the subject.
type leak struct {
	Bucket loose.Text `json:"bucketh"`
	Media  loose.Text `json:"mediah"`
	Date   loose.Time
}

func readIntelX(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	id, err := startIntelX(ctx, net, subject)
	if err != nil {
		return err
	}
	defer endIntelX(ctx, net, id)
	found := leaks{}
	err = pollIntelX(ctx, net, id, found)
	found.tell(emit)
	return inPart(len(found) > 0, err)
}

// startIntelX begins a search and returns its id.
func startIntelX(ctx context.Context, net *collectors.View, subject pipeline.Entity) (string, error) {
	question, err := json.Marshal(map[string]any{"term": subject.Value, "buckets": []string{}, "lookuplevel": 0, "maxresults": intelXMost, "timeout": 5,
		"datefrom": "", "dateto": "", "sort": 4, "media": 0, "terminate": []string{}})
	if err != nil {
		return "", err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "search", Method: http.MethodPost, URL: "/intelligent/search", Body: question, Accept: "json", NoFollow: true,
		Header: http.Header{"Content-Type": {"application/json"}}, Credential: intelXCredential})
	if err != nil {
		return "", err
	}
	var x struct {
		ID     loose.Text
		Status loose.Number
	}
	switch {
	case a.Status != http.StatusOK || json.Unmarshal(a.Body, &x) != nil || !x.Status.Is:
		return "", pipeline.Fail(pipeline.Malformed, fmt.Sprintf("intelx answered %d with something that is no search", a.Status))
	case x.Status.Int() == 2:
		return "", pipeline.Fail(pipeline.RateLimited, "intelx runs as many searches of this key as it may")
	case x.Status.Int() != 0 || x.ID.String() == "":
		return "", pipeline.Fail(pipeline.Malformed, fmt.Sprintf("intelx does not search for this: status %d", x.Status.Int()))
	}
	return x.ID.String(), nil
}

// pollIntelX asks for what was found until the search is over.
func pollIntelX(ctx context.Context, net *collectors.View, id string, found leaks) error {
	had := 0
	for range intelXPolls {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "result", Accept: "json", NoFollow: true, Credential: intelXCredential,
			URL: fmt.Sprintf("/intelligent/search/result?id=%s&limit=%d&offset=%d", url.QueryEscape(id), intelXMost, had)})
		if err != nil {
			return err
		}
		var x struct {
			Status  loose.Number
			Records loose.List[leak]
		}
		if a.Status != http.StatusOK || json.Unmarshal(a.Body, &x) != nil || !x.Status.Is {
			return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("intelx answered %d with something that is no result", a.Status))
		}
		for _, l := range x.Records {
			found.add(l, a.Exchange)
		}
		had += len(x.Records)
		switch status := x.Status.Int(); {
		case had >= intelXMost:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("no more than %d records are asked for", intelXMost))
		case status == 1:
			return nil
		case status != 0 && status != 3:
			return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("intelx gave up: status %d", status))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(intelXPause):
		}
	}
	return pipeline.Fail(pipeline.Timeout, "intelx was still searching when it was asked for the last time")
}

// endIntelX lets go of a search, whatever came of it.
func endIntelX(ctx context.Context, net *collectors.View, id string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	_, _ = net.HTTP(ctx, collectors.Request{Operation: "terminate", URL: "/intelligent/search/terminate?id=" + url.QueryEscape(id),
		AnyStatus: true, NoFollow: true, MaxBytes: 64 << 10, Credential: intelXCredential}) // it would end by itself, later
}
