package all

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// hostList reads the names below a domain that a public list has seen.
func hostList() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "host-list", Title: "Names below a domain, from a list of hosts", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "host-list", Grade: "B3",
			Source: pipeline.Source{
				Name: "hostlist", Family: "host-list", Base: "https://list.hosts.example", Country: "SE",
				Terms: "https://list.hosts.example/terms", Commercial: pipeline.Yes, Verified: "2026-11-25",
				Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3}, // one, and two repeats
		},
		Collect: readHostList,
	}
}

// hostListLimit is how many names of one domain are told.
const hostListLimit = 1000

func readHostList(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "names", URL: "/v1/names?domain=" + url.QueryEscape(subject.Value), Accept: "json"})
	if err != nil || a.Status == 404 { // it knows no such domain: an answer, and nothing in it
		return err
	}
	var list struct {
		Names []string `json:"names"`
	}
	if err := json.Unmarshal(a.Body, &list); err != nil {
		return pipeline.Fail(pipeline.Malformed, "the list is no list of names")
	}
	for _, text := range list.Names[:min(len(list.Names), hostListLimit)] {
		name, err := pipeline.NewName(text)
		if err == nil && strings.HasSuffix(name.Value, "."+subject.Value) { // the list may say anything
			emit(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: a.Exchanges()})
		}
	}
	if len(list.Names) > hostListLimit {
		return pipeline.Fail(pipeline.Partial, "more names than are read of one domain")
	}
	return nil
}
