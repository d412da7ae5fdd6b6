package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// urlscan searches what urlscan.io's users had looked at: pages of a domain or
// host, or at an address. It submits nothing. Only where the page itself was
// served from counts, not what else it loaded.
func urlscan() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "urlscan", Title: "Pages that a public scanner has looked at (urlscan.io)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP},
			Produces: []pipeline.Predicate{"has-name", "scanned-as", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "urlscan", Grade: "B3",
			Source: pipeline.Source{
				Name: "urlscan", Family: "scans", Base: "https://urlscan.io", Country: "DE",
				Terms: "https://urlscan.io/terms/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: 2 * time.Second, TTL: 6 * time.Hour, // 30 searches a minute, without a key
				Class: pipeline.Publication, Access: pipeline.AccessOpen,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: scanPages + 2},
			Timeout: time.Minute,
			MayUse:  []string{"URLSCAN_API_KEY"},
			Derive: derive.JSON(derive.Shape{"total": derive.Quantity, "has_more": derive.Flag, "results": derive.Each(derive.Shape{
				"page": derive.Within(derive.Shape{"domain": derive.Technical, "apexDomain": derive.Technical, "ip": derive.Technical, "asn": derive.Technical, "title": derive.Filled, "url": derive.Filled}),
				"task": derive.Within(derive.Shape{"time": derive.Technical, "url": derive.Filled})})}),
		},
		Collect: searchScans,
	}
}

const (
	scanPages = 4   // of one search that are read
	scanPage  = 100 // results of one page
)

// scansOf is the search that finds the pages of each kind of entity.
var scansOf = map[pipeline.Kind]string{pipeline.KindDomain: "page.apexDomain", pipeline.KindHost: "page.domain", pipeline.KindIP: "page.ip"}

func searchScans(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	t := newScans(subject, emit)
	seen, after := map[string]bool{}, ""
	for page := 1; ; page++ {
		results, more, x, err := scanResults(ctx, net, subject, after)
		if err != nil && page > 1 {
			return partly(err, fmt.Sprintf("page %d", page))
		}
		if err != nil {
			return err
		}
		for _, r := range results {
			if err := t.tell(r, x); err != nil {
				return err
			}
		}
		if len(results) == 0 || !more {
			return nil
		}
		after = results[len(results)-1].cursor()
		switch {
		case after == "":
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d does not say where the next begins", page))
		case seen[after]:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d leads back to one that was read", page))
		case page == scanPages:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d pages that are read", scanPages))
		}
		seen[after] = true
	}
}

// scanned is one result. What stands in the URL that was submitted, and in the
// title of a page, may be somebody's: see [scans.tell].
type scanned struct {
	ID   loose.Text `json:"_id"`
	Sort loose.List[loose.Text]
	Task loose.Object[struct{ Time loose.Time }]
	Page loose.Object[struct{ URL, Domain, IP, Server, Status, Title loose.Text }]

	Verdicts loose.Object[struct{ Malicious *loose.Truth }]
}

// cursor is what the next page is asked by.
func (r scanned) cursor() string {
	var parts []string
	for _, s := range r.Sort {
		parts = append(parts, s.String())
	}
	return strings.Join(parts, ",")
}

// scanResults gets the page that follows a cursor.
func scanResults(ctx context.Context, net *collectors.View, subject pipeline.Entity, after string) (results []scanned, more bool, x []pipeline.ExchangeID, err error) {
	q := url.Values{"q": {scansOf[subject.Kind] + `:"` + subject.Value + `"`}, "size": {fmt.Sprint(scanPage)}}
	if after != "" {
		q.Set("search_after", after)
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "search", URL: "/api/v1/search/?" + q.Encode(), Accept: "json", NoFollow: true,
		Credential: collectors.Credential{Name: "URLSCAN_API_KEY", Header: "Api-Key"}})
	if err != nil {
		return nil, false, nil, err
	}
	var d struct {
		Results *[]json.RawMessage
		More    loose.Truth `json:"has_more"`
	}
	if a.Status != 200 || json.Unmarshal(a.Body, &d) != nil || d.Results == nil {
		return nil, false, nil, pipeline.Fail(pipeline.Malformed, "urlscan sent no list of results")
	}
	for _, raw := range *d.Results {
		var r scanned
		if json.Unmarshal(raw, &r) == nil {
			results = append(results, r)
		}
	}
	if len(results) == 0 && len(*d.Results) > 0 {
		return nil, false, nil, pipeline.Fail(pipeline.Malformed, "urlscan sent a list of something else")
	}
	return results, bool(d.More), a.Exchanges(), nil
}
