package threat

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// ahmia searches Ahmia's index of hidden services for a name. It tells which
// services name it, and when they were seen; their titles and words are not
// told, what Ahmia bans is left out, and no service is ever asked.
func ahmia() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ahmia", Title: "Hidden services of Tor that name it (Ahmia)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Produces: []pipeline.Predicate{"mentioned-on"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Onions:   pipeline.OnionsToo,
			Mode:     pipeline.Passive, Origin: "ahmia", Grade: "D4", OnRequest: "--with ahmia",
			Source: pipeline.Source{
				Name: "ahmia", Family: "ahmia", Base: "https://ahmia.fi", Country: "FI",
				Terms: "https://ahmia.fi/legal/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23", Class: pipeline.Publication,
				Slots: 1, Interval: 5 * time.Second,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindOrganization},
			Ceiling: pipeline.Ceiling{Requests: 12}, // the form, the search, both again, what is banned, and repeats
			Timeout: 2 * time.Minute,
			Derive:  derive.Status,
		},
		Collect: readAhmia,
	}
}

// ahmiaLimit is how many services are told.
const ahmiaLimit = 200

func readAhmia(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := searchAhmia(ctx, net, subject.Value)
	if err != nil {
		return err
	}
	found, err := parseAhmia(a.Body)
	if err != nil || len(found) == 0 {
		return err
	}
	list, err := callRoll(ctx, net, collectors.Request{Operation: "banned", URL: "/blacklist/banned/", MaxBytes: 16 << 20})
	if err != nil {
		return err // what is banned is not known: nothing is told
	}
	banned, err := parseBanned(list.Body)
	if err != nil {
		return err
	}
	exchanges := append(a.Exchanges(), list.Exchanges()...)
	for _, f := range found[:min(len(found), ahmiaLimit)] {
		if isBanned(banned, f.service) {
			continue
		}
		value := map[string]any{"by": "Ahmia", "kind": "onion"}
		if !f.last.IsZero() {
			value["last"] = f.last.Format(time.RFC3339)
		}
		emit(pipeline.Observation{Predicate: "mentioned-on", Object: &f.service, Value: value, At: f.last, Category: pipeline.Technical, Exchanges: exchanges})
	}
	if len(found) > ahmiaLimit {
		return pipeline.Fail(pipeline.Partial, "more services name it than are told")
	}
	return nil
}

// searchAhmia fetches the form with its hidden token, and sends it. A token that
// ran out leads back to the form: then once more.
func searchAhmia(ctx context.Context, net *collectors.View, term string) (*collectors.Answer, error) {
	for try := 1; ; try++ {
		form, err := net.HTTP(ctx, collectors.Request{Operation: "form", URL: "/", NoFollow: true, MaxBytes: 1 << 20})
		if err != nil {
			return nil, err
		}
		name, value, ok := parseToken(form.Body)
		if form.Status != 200 || !ok {
			return nil, pipeline.Fail(pipeline.Malformed, "the form of ahmia has no hidden token any more")
		}
		query := url.Values{"q": {`"` + term + `"`}, name: {value}}
		a, err := net.HTTP(ctx, collectors.Request{Operation: "search", URL: "/search/?" + query.Encode(), NoFollow: true})
		switch {
		case err != nil:
			return nil, err
		case a.Status == 200 && !a.Truncated:
			return a, nil
		case a.Status != 302 || try == 2:
			return nil, pipeline.Fail(pipeline.Malformed, "ahmia does not take its own token: it sent us back to its form")
		}
	}
}

// parseBanned reads MD5 digests of services, one a line. There are always some.
func parseBanned(body []byte) (map[string]bool, error) {
	banned := map[string]bool{}
	for _, line := range rollLines(body, "#") {
		if len(line) != 32 || strings.Trim(strings.ToLower(line), "0123456789abcdef") != "" {
			return nil, pipeline.Fail(pipeline.Malformed, "the list of what is banned has a line that is no digest")
		}
		banned[strings.ToLower(line)] = true
	}
	if len(banned) == 0 {
		return nil, pipeline.Fail(pipeline.Malformed, "the list of what is banned has nothing on it")
	}
	return banned, nil
}

func isBanned(banned map[string]bool, service pipeline.Entity) bool {
	sum := md5.Sum([]byte(service.Value))
	return banned[hex.EncodeToString(sum[:])]
}
