package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// whoisXMLNames reads the names below a domain from WhoisXML API, with the time
// in which each was seen. It pages; at most whoisXMLPages round trips.
func whoisXMLNames() collectors.Entry {
	spec := listsNames("whoisxml-names", "Names below a domain, as seen in DNS (WhoisXML API)", "whoisxml", "B3", pipeline.Source{
		Name: "whoisxml-names", Family: "passive-dns", Base: "https://subdomains.whoisxmlapi.com", Country: "US",
		Terms: "https://www.whoisxmlapi.com/terms-of-service", Commercial: pipeline.Contract, Verified: "2026-11-23",
		Slots: 1, Interval: 200 * time.Millisecond, TTL: 24 * time.Hour, PriceUSD: 0.01,
	})
	spec.Ceiling = pipeline.Ceiling{Requests: 3 * whoisXMLPages, Bytes: 32 << 20, CostUSD: 0.03 * whoisXMLPages}
	spec.Keys = []string{whoisXMLKey.Name}
	return collectors.Entry{Spec: spec, Collect: readWhoisXMLNames}
}

const whoisXMLPages = 4

func readWhoisXMLNames(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	found, seen, after := newNameList(subject.Value), map[string]bool{}, ""
	for page := 1; ; page++ {
		next, err := whoisXMLPage(ctx, net, found, after)
		switch {
		case err != nil && page == 1:
			return err
		case err != nil:
			return found.toldThen(emit, partly(err, fmt.Sprintf("page %d", page)))
		case next == "":
			return found.tell(emit)
		}
		if err := pageEnd(page, whoisXMLPages, next, seen); err != nil {
			return found.toldThen(emit, err)
		}
		seen[next], after = true, next
	}
}

// whoisXMLPage gets the page behind a cursor, and the cursor of its end; "" if
// none follows.
func whoisXMLPage(ctx context.Context, net *collectors.View, found *nameList, after string) (next string, err error) {
	q := "domainName=" + url.QueryEscape(found.domain)
	if after != "" {
		q += "&searchAfter=" + url.QueryEscape(after)
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "subdomains", Accept: "json", NoFollow: true, URL: "/api/v2?" + q, Credential: whoisXMLKey})
	if err != nil {
		return "", spent(a, err)
	}
	var said struct {
		Result loose.Object[struct {
			Records json.RawMessage `json:"records"`
			Next    loose.Text      `json:"nextPageSearchAfter"`
		}] `json:"result"`
	}
	var rows []json.RawMessage
	if a.Status != 200 || json.Unmarshal(a.Body, &said) != nil || json.Unmarshal(said.Result.Of.Records, &rows) != nil {
		return "", pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a page of names is due", a.Status))
	}
	for _, raw := range rows {
		var row struct {
			Domain loose.Text `json:"domain"`
			First  loose.Time `json:"firstSeen"`
			Last   loose.Time `json:"lastSeen"`
		}
		if json.Unmarshal(raw, &row) == nil {
			found.add(row.Domain.String(), row.First.Time, row.Last.Time, a.Exchange)
		}
	}
	return said.Result.Of.Next.String(), nil
}
