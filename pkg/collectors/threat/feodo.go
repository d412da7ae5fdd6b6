package threat

import (
	"context"
	"encoding/json"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// feodo looks an address up among the servers that botnets take orders from.
func feodo() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "feodo", Title: "Do botnets take orders from the address (Feodo Tracker)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "abuse.ch", Grade: "B2",
			Source: pipeline.Source{
				Name: "feodo", Family: "block-list", Base: "https://feodotracker.abuse.ch", Country: "CH",
				Terms: "https://feodotracker.abuse.ch/blocklist/", Commercial: pipeline.Yes, Verified: "2026-11-26",
				TTL: time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readFeodo,
	}
}

// feodoEntry is one server.
type feodoEntry struct {
	Address loose.Text `json:"ip_address"`
	Port    loose.Text `json:"port"`
	Status  loose.Text `json:"status"` // online, offline
	First   loose.Time `json:"first_seen"`
	Last    loose.Time `json:"last_online"`
	Malware loose.Text `json:"malware"`
}

func readFeodo(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "feodo tracker"); err != nil {
		return err
	}
	a, err := callRoll(ctx, net, collectors.Request{Operation: "list", URL: "/downloads/ipblocklist.json", Accept: "json"})
	if err != nil {
		return err
	}
	var raw []json.RawMessage // none is a list too: there are times without botnets of this sort
	if json.Unmarshal(a.Body, &raw) != nil {
		return pipeline.Fail(pipeline.Malformed, "the list of servers is no list")
	}
	r, listed := roll{"Feodo Tracker", "c2", a, emit}, false
	for _, one := range raw {
		var e feodoEntry
		if json.Unmarshal(one, &e) != nil || e.Address == "" {
			return pipeline.Fail(pipeline.Malformed, "the list has an entry of nothing")
		}
		ip, err := pipeline.NewEntity(pipeline.KindIP, e.Address.String())
		if err != nil || ip != subject {
			continue
		}
		listed = true
		seen := roll{r.name, r.what, a, datedBy(e.Last.Time, emit)} // it may have been quiet since
		seen.lists(map[string]any{"code": e.Status.String(), "since": e.First.RFC3339(), "last": e.Last.RFC3339(), "malware": e.Malware.String()})
	}
	if !listed {
		r.omits()
	}
	return nil
}
