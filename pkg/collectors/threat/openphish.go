package threat

import (
	"context"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// openPhish looks a URL or a name up among the pages at which passwords are
// fished for. Addresses of victims may stand in such URLs, and are not told.
func openPhish() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "openphish", Title: "Is it among the phishing pages of the day (OpenPhish)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindURL, pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "openphish", Grade: "B2",
			Source: pipeline.Source{
				Name: "openphish", Family: "phishing-feed", Base: "https://raw.githubusercontent.com/openphish/public_feed/refs/heads/main", Country: "US",
				Terms: "https://openphish.com/terms.html", Commercial: pipeline.No, Verified: "2026-11-23", Class: pipeline.Commercial,
				TTL: 6 * time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
			Derive:  derive.Status,
		},
		Collect: readOpenPhish,
	}
}

func readOpenPhish(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := callRoll(ctx, net, collectors.Request{Operation: "feed", URL: "/feed.txt"})
	if err != nil {
		return err
	}
	pages, odd, err := parseFeed(a.Body)
	if err != nil {
		return err
	}
	r := roll{"OpenPhish", "phishing", a, emit}
	told := map[pipeline.Entity]bool{}
	for _, page := range pages {
		about, code := phishes(page, subject)
		if !about.IsZero() && !told[about] {
			told[about] = true
			r.listsOf(about, map[string]any{"code": code})
		}
	}
	if len(told) > 0 {
		return nil
	}
	host := subject.Value
	if at := subject.Site(); !at.IsZero() {
		host = at.Value
	}
	for _, line := range odd {
		if strings.Contains(strings.ToLower(line), host) {
			return pipeline.Fail(pipeline.Malformed, "the feed has a line about it that can't be read")
		}
	}
	r.omits()
	return nil
}

// phishes says of whom a page on the feed is told, if it concerns the subject:
// the same page; a host that serves one; a host below the domain; an address.
func phishes(page, subject pipeline.Entity) (about pipeline.Entity, code string) {
	site := page.Site()
	switch {
	case subject.Kind == pipeline.KindURL:
		if page == subject {
			return subject, "page"
		}
		if site == subject.Site() {
			return site, "host"
		}
	case site == subject:
		return subject, "host"
	case subject.Kind.IsName() && site.Kind.IsName() && strings.HasSuffix(site.Value, "."+subject.Value):
		return site, "host"
	}
	return pipeline.Entity{}, ""
}

// feedLimit is how many pages are read.
const feedLimit = 200_000

// parseFeed reads URLs, one a line, and returns those too that can't be read as one.
// There are always some.
func parseFeed(body []byte) (pages []pipeline.Entity, odd []string, err error) {
	lines := rollLines(body, "#")
	if len(lines) > feedLimit {
		return nil, nil, pipeline.Fail(pipeline.Malformed, "the feed is longer than is read")
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "http") {
			return nil, nil, pipeline.Fail(pipeline.Malformed, "the feed has a line that is no URL")
		}
		if e, err := pipeline.NewEntity(pipeline.KindURL, line); err == nil {
			pages = append(pages, e)
		} else {
			odd = append(odd, line)
		}
	}
	if len(pages)*2 < len(lines) || len(pages) == 0 {
		return nil, nil, pipeline.Fail(pipeline.Malformed, "the feed has hardly a URL in it")
	}
	return pages, odd, nil
}
