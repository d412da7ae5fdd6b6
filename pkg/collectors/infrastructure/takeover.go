package infrastructure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// takeoverCheck looks whether a name that is an alias of a hosting service is
// still somebody's there: services that answer for every name say by their
// page when nobody uses one. It sees a sign, it takes nothing: whether the
// name could be had is not tried.
//
// Three things may come of it: the sign was seen; another page was, which is
// a denial; or neither could be told, which is a failure.
func takeoverCheck() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "takeover-check", Title: "Whether hosting services still know the subject's names", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"unclaimed-page"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active,
			Source:   ownServers(),
			Sends:    []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Grade:    pipeline.Own,
			Origin:   "hosting-service",
			Ceiling:  pipeline.Ceiling{Requests: 24, Bytes: 2 << 20},
			Timeout:  25 * time.Second,
		},
		Collect: checkTakeover,
	}
}

func checkTakeover(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(net.Lookup), subject.Value
	if err := z.ask(ctx, at(name, dns.TypeA)...); err != nil {
		return err
	}
	reply := z.get(name, dns.TypeA)
	by, where := serviceIn(aliasChain(name, reply))
	if by == nil || by.page == nil || reply.Rcode == dns.RcodeNameError {
		return z.end()
	}
	urls := []string{"https://" + name + "/", "http://" + name + "/"}
	pages, errs := make([]*collectors.Answer, len(urls)), make([]error, len(urls))
	var wg sync.WaitGroup
	for i, u := range urls {
		wg.Go(func() {
			pages[i], errs[i] = net.HTTP(ctx, collectors.Request{Operation: "page", URL: u, AnyStatus: true, MaxBytes: maxPage})
		})
	}
	wg.Wait()
	o := judgePages(by, pages)
	if o == nil {
		return cannotTell(by, pages, errs)
	}
	o.Exchanges = append(slices.Clone(where.shown), o.Exchanges...)
	emit(*o)
	return nil
}

// judgePages returns what the pages of a name say of its use at a service; nil
// if none of them tells. One sign is enough: plain HTTP may redirect, and TLS
// end elsewhere.
func judgePages(by *service, pages []*collectors.Answer) *pipeline.Observation {
	var other *pipeline.Observation
	for _, p := range pages {
		switch {
		case p == nil:
		case by.page.shows(p.Status, string(p.Body)):
			return &pipeline.Observation{Predicate: "unclaimed-page", Exchanges: p.Exchanges(), Value: map[string]any{
				"service": by.name, "claim": string(by.claim), "url": p.URL, "status": float64(p.Status), "text": strings.Join(by.page.texts, " … ")}}
		case inUse(p) && other == nil:
			other = &pipeline.Observation{Predicate: "unclaimed-page", Denies: true, Exchanges: p.Exchanges()}
		}
	}
	return other
}

// inUse reports whether a page that lacks the sign shows that the name is
// used: a server's failure and a page that stops programs may hide it.
func inUse(p *collectors.Answer) bool {
	switch p.Status {
	case http.StatusForbidden, http.StatusTooManyRequests:
		return false
	}
	return p.Status < http.StatusInternalServerError && !p.Truncated
}

// cannotTell is the failure of a check that came to no judgement.
func cannotTell(by *service, pages []*collectors.Answer, errs []error) error {
	for _, p := range pages {
		if p == nil {
			continue
		}
		o := pipeline.Unreachable
		if p.Status < http.StatusInternalServerError {
			o = pipeline.Blocked
		}
		return pipeline.Fail(o, fmt.Sprintf("what %s answers (%d) does not show whether the name is used there", by.name, p.Status))
	}
	return errors.Join(errs...)
}
