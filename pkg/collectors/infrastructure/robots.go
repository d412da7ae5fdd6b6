package infrastructure

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/technology"
	"osint/pkg/pipeline"
)

// robots reads what a name's web server asks of crawlers. No path that it
// names is visited. The server can see it.
func robots() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "robots", Title: "What the subject's own web server asks of crawlers (robots.txt)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"robots-txt", "disallows-path", "has-sitemap", "runs"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active,
			Source:   ownServers(),
			Sends:    []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Grade:    pipeline.Own,
			Origin:   "subject",
			Ceiling:  pipeline.Ceiling{Requests: 2 * (maxRobotsHops + 1), Bytes: 2 << 20},
			Timeout:  25 * time.Second,
		},
		Collect: readRobots,
	}
}

const (
	maxRobotsHops = 5         // redirects that are followed (RFC 9309, 2.3.1.2)
	maxRobots     = 500 << 10 // bytes that are read (2.5)
	maxRobotPaths = 200       // that are told
)

func readRobots(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := fetchRobots(ctx, net, subject, "https")
	if collectors.Absent(err) {
		a, err = fetchRobots(ctx, net, subject, "http")
	}
	switch {
	case collectors.Absent(err):
		return nil // nobody listens: asked, and nothing there
	case err != nil:
		return err
	case a.Status == http.StatusTooManyRequests:
		return pipeline.Fail(pipeline.RateLimited, "robots.txt: HTTP status 429")
	case a.Status >= http.StatusInternalServerError: // a crawler must now take all for disallowed; we only know nothing
		return pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("robots.txt: HTTP status %d", a.Status))
	}
	proof := a.Exchanges()
	if a.Status != http.StatusOK || isHTML(a) || bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<")) {
		emit(pipeline.Observation{Predicate: "robots-txt", Denies: true, Exchanges: proof})
		return nil
	}
	return emitRobots(emit, subject, a, proof)
}

// fetchRobots asks for robots.txt, and follows redirects within the subject's
// own domain. Hops of the answer are all requests made.
func fetchRobots(ctx context.Context, net *collectors.View, subject pipeline.Entity, scheme string) (*collectors.Answer, error) {
	at := &url.URL{Scheme: scheme, Host: subject.Hostname(), Path: "/robots.txt"}
	var hops []collectors.Hop
	for range maxRobotsHops + 1 {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "robots.txt", URL: at.String(), AnyStatus: true, NoFollow: true, MaxBytes: maxRobots})
		switch {
		case err != nil && len(hops) > 0 && collectors.Absent(err): // whoever was asked first is there
			return nil, pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("robots.txt leads to %s: %v", cut(at.String(), 200), err))
		case err != nil:
			return nil, err
		}
		hops = append(hops, a.Hops...)
		a.Hops = hops
		to := a.Header.Get("Location")
		if a.Status < 300 || a.Status > 399 || to == "" {
			return a, nil
		}
		if at, err = at.Parse(to); err != nil || !ownedBy(subject, at) {
			return nil, pipeline.Fail(pipeline.Skipped, "its robots.txt lies at a server that is not the subject's: "+cut(to, 200))
		}
	}
	return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("robots.txt: more than %d redirects", maxRobotsHops))
}

// emitRobots reports what the file says. Its last line is left out if the file
// was cut there.
func emitRobots(emit collectors.Emit, subject pipeline.Entity, a *collectors.Answer, proof []pipeline.ExchangeID) error {
	text := string(a.Body)
	if a.Truncated {
		text = text[:strings.LastIndexAny(text, "\r\n")+1]
	}
	r := parseRobots(text)
	agents := map[string]bool{}
	for _, g := range r.groups {
		for _, name := range g.agents {
			agents[name] = true
		}
	}
	emit(pipeline.Observation{Predicate: "robots-txt", Exchanges: proof,
		Value: map[string]any{"front": r.allows("*", "/"), "agents": len(agents), "rules": r.rules, "whole": !a.Truncated}})
	paths := r.disallowed()
	for _, p := range paths[:min(len(paths), maxRobotPaths)] {
		emit(pipeline.Observation{Predicate: "disallows-path", Value: p, Exchanges: proof})
	}
	for _, s := range r.sitemaps[:min(len(r.sitemaps), maxRobotPaths)] {
		if to, err := pipeline.NewEntity(pipeline.KindURL, s); err == nil && to.Hostname() != "" {
			emit(pipeline.Observation{Predicate: "has-sitemap", Object: &to, Exchanges: proof})
		}
	}
	rules, err := technology.Own()
	if err != nil {
		return err
	}
	emitProducts(emit, subject, rules.Detect(technology.Answer{Robots: text}), proof)
	if n := max(len(paths), len(r.sitemaps)); n > maxRobotPaths || a.Truncated {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("robots.txt: the first %d bytes are read, and %d paths and sitemaps told", maxRobots, maxRobotPaths))
	}
	return nil
}

// disallowed returns the paths that any crawler is kept out of, in order, each
// once. A path that may name a person is not told.
func (r *robotsTxt) disallowed() (paths []string) {
	seen := map[string]bool{}
	for _, g := range r.groups {
		for _, x := range g.rules {
			p := cut(x.pattern, 200)
			if x.allow || seen[p] || strings.ContainsAny(p, "@~") || strings.Contains(p, "%40") {
				continue
			}
			paths, seen[p] = append(paths, p), true
		}
	}
	slices.Sort(paths)
	return paths
}
