package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// readsArchive is the Spec of a collector that asks an archive of the web for
// what it has below a domain.
func readsArchive(name, title, origin string, requests int, s pipeline.Source) pipeline.Spec {
	return pipeline.Spec{
		Name: name, Title: title, Domain: pipeline.Infrastructure,
		Consumes: []pipeline.Kind{pipeline.KindDomain},
		Produces: []pipeline.Predicate{"has-name", "archived", "archived-page"},
		Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content}, // addresses of pages may hold anything: in the answer, never emitted
		Mode:     pipeline.Passive, Origin: origin, Grade: "A3", Source: s,
		Sends:   []pipeline.Kind{pipeline.KindDomain},
		Ceiling: pipeline.Ceiling{Requests: requests, Bytes: 32 << 20},
		Timeout: 2 * time.Minute,
		Derive:  derived(deriveSize),
	}
}

// wayback reads the index of the Internet Archive's Wayback Machine: of each
// page below a domain the first capture. It pages; at most waybackPages round
// trips.
func wayback() collectors.Entry {
	return collectors.Entry{
		Spec: readsArchive("wayback", "Names and forgotten files in an archive of the web (Wayback Machine)", "internet-archive", 3*waybackPages, pipeline.Source{
			Name: "wayback", Family: "web-archive", Base: "https://web.archive.org", Country: "US",
			Terms: "https://archive.org/about/terms.php", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
			Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour, Class: pipeline.Publication,
		}),
		Collect: readWayback,
	}
}

const (
	waybackPages = 4
	waybackRows  = 5000 // of one page
)

func readWayback(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	found, seen, key := newArchive("Wayback Machine", subject.Value), map[string]bool{}, ""
	found.oldest = true
	for page := 1; ; page++ {
		next, full, err := waybackPage(ctx, net, found, key)
		switch {
		case err != nil && page == 1:
			return err
		case err != nil:
			return found.tell(emit, partly(err, fmt.Sprintf("page %d", page)))
		case next == "" && !full:
			return found.tell(emit, nil)
		}
		if err := pageEnd(page, waybackPages, next, seen); err != nil {
			return found.tell(emit, err)
		}
		seen[next], key = true, next
	}
}

// waybackPage gets the page that begins at a key, and the key of the next, ""
// if there is none. full says that the page has as many rows as it may.
func waybackPage(ctx context.Context, net *collectors.View, found *archive, key string) (next string, full bool, err error) {
	q := url.Values{"url": {found.names.domain}, "matchType": {"domain"}, "output": {"json"}, "fl": {"timestamp,original,mimetype,statuscode"},
		"collapse": {"urlkey"}, "filter": {"!statuscode:404"}, "limit": {fmt.Sprint(waybackRows)}, "showResumeKey": {"true"}}
	if key != "" {
		q.Set("resumeKey", key)
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "cdx", URL: "/cdx/search/cdx?" + q.Encode(), Accept: "json", NoFollow: true})
	switch {
	case a != nil && a.Status == 403 && bytes.Contains(a.Body, []byte("AdministrativeAccessControl")):
		return "", false, pipeline.Fail(pipeline.Blocked, "the archive shows nothing of the domain, as its owner wished")
	case err != nil:
		return "", false, err
	case a.Status != 200:
		return "", false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where an index is due", a.Status))
	}
	rows, next, err := parseCDX(a.Body)
	if err != nil {
		return "", false, pipeline.Fail(pipeline.Malformed, "wayback: "+err.Error())
	}
	for _, r := range rows {
		found.add(r[1], r[0], r[3], r[2], a.Exchange)
	}
	return next, len(rows) >= waybackRows, nil
}

// parseCDX reads a list of rows under a row of titles, and the key that stands
// behind an empty row. An empty list is an index without rows.
func parseCDX(body []byte) (rows [][4]string, next string, err error) {
	var all []loose.List[loose.Text]
	if json.Unmarshal(body, &all) != nil {
		return nil, "", errors.New("its index is no list of rows")
	}
	if len(all) == 0 {
		return nil, "", nil
	}
	if len(all[0]) != 4 || all[0][0] != "timestamp" || all[0][1] != "original" {
		return nil, "", errors.New("its index has other columns than were asked for")
	}
	for i, r := range all[1:] {
		if len(r) == 0 {
			if rest := all[i+2:]; len(rest) > 0 && len(rest[0]) == 1 {
				if next, err = url.QueryUnescape(rest[0][0].String()); err != nil {
					return nil, "", errors.New("the key of its next page can't be read")
				}
			}
			break
		}
		if len(r) == 4 {
			rows = append(rows, [4]string{r[0].String(), r[1].String(), r[2].String(), r[3].String()})
		}
	}
	return rows, next, nil
}
