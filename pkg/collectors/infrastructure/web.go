package infrastructure

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// webPages looks at what a name serves over HTTP and HTTPS: redirects,
// headers, cookies, title, technologies, icon, security.txt. The server can see
// it.
func webPages() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "web", Title: "Headers, cookies, technologies, icon and security.txt of the subject's own web server", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"serves-url", "redirects-to", "https-redirect", "http-header", "lacks-header", "sets-cookie",
				"page-title", "runs", "third-party-script", "lists-folder", "shows-icon", "security-txt", "has-contact"},
			Emits:   []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:    pipeline.Active,
			Source:  ownServers(),
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Grade:   pipeline.Own,
			Origin:  "subject",
			Ceiling: pipeline.Ceiling{Requests: 60, Bytes: 8 << 20},
			Timeout: 25 * time.Second,
			Derive:  derived(deriveWeb),
		},
		Collect: visit,
	}
}

// maxPage is how much of a page is read, in bytes: head and title stand at
// its top.
const maxPage = 512 << 10

func visit(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	host := subject.Hostname()
	asks := []collectors.Request{
		{Operation: "page", URL: "http://" + host + "/", AnyStatus: true, MaxBytes: maxPage},
		{Operation: "page", URL: "https://" + host + "/", AnyStatus: true, MaxBytes: maxPage},
		{Operation: "security.txt", URL: "https://" + host + "/.well-known/security.txt", AnyStatus: true, MaxBytes: 64 << 10},
	}
	got := make([]*collectors.Answer, len(asks))
	errs := make([]error, len(asks))
	var wg sync.WaitGroup
	for i, r := range asks {
		wg.Go(func() { got[i], errs[i] = net.HTTP(ctx, r) })
	}
	wg.Wait()
	plain, secure, txt := got[0], got[1], got[2]
	if collectors.Absent(errs[0]) && collectors.Absent(errs[1]) {
		return nil // nobody listens: asked, and nothing there
	}
	if plain == nil && secure == nil {
		return unheard(errs[1], errs[0])
	}
	if plain != nil {
		emitPlain(emit, plain)
	}
	page := cmp.Or(secure, plain)
	links, err := emitPage(emit, page)
	if err != nil {
		return err
	}
	if secure != nil {
		emitSecurityTxt(emit, txt, host, net.Now())
	}
	noIcon := icon(ctx, net, subject, page, links, emit)
	var failed error
	for i, err := range errs {
		if err != nil && !collectors.Absent(err) {
			failed = cmp.Or(failed, fmt.Errorf("%s: %w", asks[i].URL, err))
		}
	}
	if failed = cmp.Or(failed, noIcon); failed != nil {
		return pipeline.Fail(pipeline.Partial, failed.Error())
	}
	return nil
}

// unheard is the failure of a name neither of whose servers answered. That
// nobody listens at one port is no reason for silence at the other.
func unheard(secure, plain error) error {
	if collectors.Absent(secure) {
		return plain
	}
	return secure
}

// emitPlain reports where plain HTTP leads.
func emitPlain(emit collectors.Emit, a *collectors.Answer) {
	last, err := url.Parse(a.URL)
	if err != nil {
		return
	}
	emit(pipeline.Observation{Predicate: "https-redirect", Value: last.Scheme == "https", Exchanges: a.Exchanges()})
}

// emitPage reports one page and the way that led to it, and returns where its
// icons lie. What a server sends is said of that server, not of the name that
// redirects to it.
func emitPage(emit collectors.Emit, a *collectors.Answer) (icons []string, err error) {
	for i, hop := range a.Hops {
		proof := []pipeline.ExchangeID{hop.Exchange}
		if i+1 < len(a.Hops) {
			if to, err := pipeline.NewEntity(pipeline.KindURL, a.Hops[i+1].URL); err == nil {
				emit(pipeline.Observation{Subject: serverOf(hop.URL), Predicate: "redirects-to", Object: &to, Exchanges: proof})
			}
		}
		for _, c := range cookies(hop.Header) {
			emit(pipeline.Observation{Subject: serverOf(hop.URL), Predicate: "sets-cookie", Value: c, Exchanges: proof})
		}
	}
	proof := []pipeline.ExchangeID{a.Exchange}
	server := serverOf(a.URL)
	if at, err := pipeline.NewEntity(pipeline.KindURL, a.URL); err == nil && server.Kind.IsName() {
		emit(pipeline.Observation{Subject: server, Predicate: "serves-url", Object: &at, Value: a.Status, Exchanges: proof})
	}
	if first := a.Hops[0]; serverOf(first.URL) != server && strings.HasPrefix(first.URL, "https:") {
		emitHeaders(emit, serverOf(first.URL), judgeHeaders(first.Header)[:1], first.Exchange) // who only redirects has to insist on HTTPS, no more
	}
	if a.Status < http.StatusInternalServerError { // an error's page is not the site's
		emitHeaders(emit, server, judgeHeaders(a.Header), a.Exchange)
	}
	return emitContent(emit, server, a)
}

func emitHeaders(emit collectors.Emit, server pipeline.Entity, list []header, x pipeline.ExchangeID) {
	for _, h := range list {
		o := pipeline.Observation{Subject: server, Predicate: "http-header", Value: map[string]any{"name": h.name, "value": h.value}, Exchanges: []pipeline.ExchangeID{x}}
		if h.lacks {
			o.Predicate, o.Value = "lacks-header", h.name
		}
		emit(o)
	}
}

// serverOf returns who answers at a URL: the name in it, or, where there is
// an address, the URL of its root. Zero stands for the task's subject.
func serverOf(s string) pipeline.Entity {
	u, err := url.Parse(s)
	if err != nil {
		return pipeline.Entity{}
	}
	if name, err := pipeline.NewName(u.Hostname()); err == nil {
		return name
	}
	root, err := pipeline.NewEntity(pipeline.KindURL, u.Scheme+"://"+u.Host+"/")
	if err != nil {
		return pipeline.Entity{}
	}
	return root
}
