package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// commonCrawl reads the index of Common Crawl's newest crawl. The catalogue
// says which that is, the index how many pages it has of a domain. Two round
// trips, and a page each; at most crawlPages.
func commonCrawl() collectors.Entry {
	return collectors.Entry{
		Spec: readsArchive("commoncrawl", "Names and forgotten files in the newest crawl of the web (Common Crawl)", "common-crawl", 3*(crawlPages+2), pipeline.Source{
			Name: "commoncrawl", Family: "web-archive", Base: "https://index.commoncrawl.org", Country: "US",
			Terms: "https://commoncrawl.org/terms-of-use", Commercial: pipeline.Yes, Verified: "2026-11-23",
			Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour, Class: pipeline.Publication,
		}),
		Collect: readCommonCrawl,
	}
}

const crawlPages = 4

func readCommonCrawl(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	crawl, index, err := newestCrawl(ctx, net)
	if err != nil {
		return err
	}
	index += "?output=json&pageSize=5&url=" + url.QueryEscape("*."+subject.Value)
	pages, err := crawlSize(ctx, net, index)
	if err != nil || pages == 0 {
		return err
	}
	found := newArchive("Common Crawl "+crawl, subject.Value)
	for page := range min(pages, crawlPages) {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "index", NoFollow: true, URL: fmt.Sprintf("%s&fl=url,timestamp,status,mime&page=%d", index, page)})
		if err == nil {
			err = found.lines(a)
		}
		if err != nil && page == 0 {
			return err
		}
		if err != nil {
			return found.tell(emit, partly(err, fmt.Sprintf("page %d", page+1)))
		}
	}
	if pages > crawlPages {
		return found.tell(emit, pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d pages, of which %d are read", pages, crawlPages)))
	}
	return found.tell(emit, nil)
}

var crawlPath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^/CC-MAIN-[0-9-]{4,20}-index$`) })

// newestCrawl gets the catalogue, and from it the name and the index of the
// newest crawl. Only an index at the source itself is one.
func newestCrawl(ctx context.Context, net *collectors.View) (name, index string, err error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "catalogue", URL: "/collinfo.json", Accept: "json", NoFollow: true, Public: true})
	if err != nil {
		return "", "", err
	}
	var crawls loose.List[struct {
		ID  loose.Text `json:"id"`
		API loose.Text `json:"cdx-api"`
	}]
	if a.Status == http.StatusOK && json.Unmarshal(a.Body, &crawls) == nil {
		for _, c := range crawls {
			u, err := url.Parse(c.API.String())
			if err == nil && u.Scheme == "https" && u.Host == "index.commoncrawl.org" && u.RawQuery == "" && crawlPath().MatchString(u.Path) {
				return strings.TrimSuffix(u.Path[1:], "-index"), u.Path, nil
			}
		}
	}
	return "", "", pipeline.Fail(pipeline.Malformed, "the catalogue of crawls names no index")
}

// crawlSize asks how many pages the index has; none if it has no captures.
func crawlSize(ctx context.Context, net *collectors.View, index string) (int, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "pages", URL: index + "&showNumPages=true", Accept: "json", NoFollow: true})
	if err != nil {
		return 0, err
	}
	var said struct {
		Pages   loose.Number `json:"pages"`
		Message loose.Text   `json:"message"`
	}
	read := json.Unmarshal(a.Body, &said) == nil
	switch {
	case a.Status == 404 && read && strings.HasPrefix(said.Message.String(), "No Captures found"):
		return 0, nil
	case a.Status != 200 || !read || !said.Pages.Is || said.Pages.Value < 0:
		return 0, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a number of pages is due", a.Status))
	}
	return said.Pages.Int(), nil
}

// lines adds the captures of an answer, one JSON object a line. An answer that
// has another line, or none, is no page of an index.
func (s *archive) lines(a *collectors.Answer) error {
	rows, err := parseCaptures(a.Body)
	if a.Status != http.StatusOK || err != nil || a.Truncated {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a page of an index is due", a.Status))
	}
	for _, r := range rows {
		s.add(r.URL.String(), r.At.String(), r.Status.String(), r.Type.String(), a.Exchange)
	}
	return nil
}

// An indexLine is a capture as a line of an index has it.
type indexLine struct {
	URL    loose.Text `json:"url"`
	At     loose.Text `json:"timestamp"`
	Status loose.Text `json:"status"`
	Type   loose.Text `json:"mime"`
}

func parseCaptures(body []byte) (rows []indexLine, err error) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var row indexLine
		if line[0] != '{' || json.Unmarshal(line, &row) != nil {
			return nil, errors.New("a line that is no capture")
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, errors.New("not one line")
	}
	return rows, nil
}
