package infrastructure

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// rapidDNS reads the pages of RapidDNS about a domain or an address. They are
// made for people and may look otherwise tomorrow, so that it is asked only by
// name. It pages; at most rapidPages round trips.
func rapidDNS() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "rapiddns", Title: "Names below a domain, and names at an address (RapidDNS)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "rapiddns", Grade: "C3",
			Source: pipeline.Source{
				Name: "rapiddns", Family: "name-list", Base: "https://rapiddns.io", Country: "US",
				Terms: "https://rapiddns.io/about", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: 3 * time.Second, TTL: 24 * time.Hour,
			},
			Sends:     []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Ceiling:   pipeline.Ceiling{Requests: 3 * rapidPages, Bytes: 32 << 20},
			Timeout:   2 * time.Minute,
			OnRequest: "--with rapiddns",
		},
		Collect: readRapidDNS,
	}
}

const rapidPages = 4

func readRapidDNS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	way := "/subdomain/"
	if subject.Kind == pipeline.KindIP {
		way = "/sameip/"
	}
	found, told := newNameList(subject.Value), map[pairing]bool{}
	var cut error
	for page, last := 1, 1; page <= last && cut == nil; page++ {
		rows, pages, x, err := rapidPage(ctx, net, fmt.Sprintf("%s%s?full=1&page=%d", way, url.PathEscape(subject.Value), page))
		if err != nil && page == 1 {
			return err
		}
		if err != nil {
			cut = partly(err, fmt.Sprintf("page %d", page))
		}
		for _, row := range rows {
			if subject.Kind == pipeline.KindDomain {
				found.add(row.name.Value, time.Time{}, time.Time{}, x)
			}
			_, below := nameBelow(row.name.Value, subject.Value)
			if row.ip.IsZero() || told[row] || row.ip != subject && !below && row.name != subject {
				continue
			}
			told[row] = true
			emit(pipeline.Observation{Subject: row.name, Predicate: "resolved-to", Object: &row.ip, Value: map[string]any{"type": recordType(row.ip)}, Exchanges: []pipeline.ExchangeID{x}})
		}
		last = max(last, min(pages, rapidPages))
		if cut == nil && page == last && pages > rapidPages {
			cut = pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d pages, of which %d are read", pages, rapidPages))
		}
	}
	return found.toldThen(emit, cut)
}

// rapidPage gets a page: its rows, and how many pages its pager leads to.
func rapidPage(ctx context.Context, net *collectors.View, path string) (rows []pairing, pages int, x pipeline.ExchangeID, err error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "page", URL: path, Accept: "text/html", NoFollow: true})
	if err != nil {
		return nil, 0, "", err
	}
	rows, pages, ok := parseRapidDNS(a.Body)
	if a.Status != 200 || !ok || a.Truncated {
		return nil, 0, "", pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a page with a table of records is due", a.Status))
	}
	return rows, pages, a.Exchange, nil
}

var rapidPager = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^/(subdomain|sameip)/[^?]+\?(?:.*&)?page=([0-9]{1,5})(?:&|#|$)`)
})

// pagerOf returns which page a link leads to; 0 if it is none of the pager.
func pagerOf(href string) int {
	m := rapidPager().FindStringSubmatch(strings.TrimSpace(href))
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[2]) // five digits
	return n
}
