package threat

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// onionHit is one service that a search found.
type onionHit struct {
	service pipeline.Entity
	last    time.Time
}

var isToken = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-fA-F]{4,128}$`) })

// parseToken returns name and value of the hidden field of a form.
func parseToken(body []byte) (name, value string, ok bool) {
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return "", "", false
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if t.Data == "input" && strings.EqualFold(attributeOf(t, "type"), "hidden") {
				name, value = attributeOf(t, "name"), attributeOf(t, "value")
				if isToken().MatchString(name) && isToken().MatchString(value) {
					return name, value, true
				}
			}
		}
	}
}

// parseAhmia reads a page of results: items of a list, each with a link that
// leads to a service by way of Ahmia. A page without items is one only if it
// says that there are none, or holds the list of them.
func parseAhmia(body []byte) (hits []onionHit, err error) {
	z := html.NewTokenizer(bytes.NewReader(body))
	items, at := 0, -1
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(hits) == 0 && (items > 0 || !noResults(body)) {
				return nil, pipeline.Fail(pipeline.Malformed, "ahmia sent a page that is no list of results")
			}
			return hits, nil
		case html.StartTagToken, html.SelfClosingTagToken:
			switch t := z.Token(); {
			case t.Data == "li" && slices.Contains(strings.Fields(attributeOf(t, "class")), "result"):
				items, at = items+1, -1
			case t.Data == "a" && items > 0 && at < 0:
				if e, ok := onionOf(attributeOf(t, "href")); ok {
					at = slices.IndexFunc(hits, func(h onionHit) bool { return h.service == e })
					if at < 0 {
						at, hits = len(hits), append(hits, onionHit{service: e})
					}
				}
			case t.Data == "span" && at >= 0 && slices.Contains(strings.Fields(attributeOf(t, "class")), "lastSeen"):
				if when := loose.ParseTime(attributeOf(t, "data-timestamp")); when.After(hits[at].last) {
					hits[at].last = when
				}
			}
		}
	}
}

// noResults reports whether a page says that nothing was found.
func noResults(body []byte) bool {
	low := strings.ToLower(html.UnescapeString(string(body)))
	return strings.Contains(low, "couldn't find results") || strings.Contains(low, "couldn\u2019t find results")
}

// onionOf returns the service that a link of Ahmia's leads to.
func onionOf(href string) (pipeline.Entity, bool) {
	u, err := url.Parse(href)
	if err != nil {
		return pipeline.Entity{}, false
	}
	to, err := url.Parse(u.Query().Get("redirect_url"))
	if err != nil {
		return pipeline.Entity{}, false
	}
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(to.Hostname(), ".")), ".")
	if len(labels) < 2 {
		return pipeline.Entity{}, false
	}
	e, err := pipeline.NewEntity(pipeline.KindDomain, strings.Join(labels[len(labels)-2:], "."))
	return e, err == nil && isOnion().MatchString(e.Value)
}

func attributeOf(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
