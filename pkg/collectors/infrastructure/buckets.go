package infrastructure

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// buckets looks at the storage at clouds that a name's page, its policy or its
// aliases name, where it is called after the subject: whether it shows
// strangers what lies in it. Of files it counts a few, and opens none.
func buckets() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "buckets", Title: "Storage at clouds that the subject's pages and aliases name, and whether it lists its files", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"has-bucket"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // pages, and names of files
			Mode:     pipeline.Active, Source: ownServers(), Origin: "cloud", Grade: "B2",
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 24 + 3*maxBuckets, Bytes: 4 << 20},
			Timeout: 30 * time.Second,
			Derive:  derived(deriveBuckets),
		},
		Collect: findBuckets,
	}
}

// deriveBuckets reads an answer of either sort: over HTTP, or of DNS.
func deriveBuckets(s *sheet, answer []byte) error {
	if bytes.HasPrefix(answer, []byte("HTTP/")) {
		return deriveWeb(s, answer)
	}
	return deriveDNS(s, answer)
}

func findBuckets(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(net.Lookup), subject.Value
	var page *collectors.Answer
	var failed error
	var wg sync.WaitGroup
	wg.Go(func() { page, failed = frontPage(ctx, net, subject) })
	err := z.ask(ctx, at(name, dns.TypeA)...)
	if wg.Wait(); err != nil {
		return err
	}
	var found []bucket
	shown := map[bucket][]pipeline.ExchangeID{}
	note := func(bs []bucket, ids []pipeline.ExchangeID) {
		for _, b := range bs {
			same := func(x bucket) bool {
				return x.provider == b.provider && x.name == b.name && x.container == b.container
			}
			if b.of(subject.Registrable().Value) && len(found) < maxBuckets && !slices.ContainsFunc(found, same) {
				found, shown[b] = append(found, b), ids
			}
		}
	}
	for _, l := range aliasChain(name, z.get(name, dns.TypeA)) {
		if l.to == "c.storage.googleapis.com" { // the bucket is called as the name is
			note([]bucket{{provider: "gcs", name: name, seen: "alias"}}, l.shown)
		}
		note(bucketsIn(l.to, "alias"), l.shown)
	}
	if page != nil {
		note(bucketsIn(string(page.Body), "page"), []pipeline.ExchangeID{page.Exchange})
		note(bucketsIn(page.Header.Get("Content-Security-Policy"), "policy"), []pipeline.ExchangeID{page.Exchange})
	}
	told, err := tellBuckets(ctx, net, found, shown, emit)
	if failed = cmp.Or(err, failed, z.end()); failed != nil && told > 0 {
		return pipeline.Fail(pipeline.Partial, failed.Error())
	}
	return failed
}

// frontPage gets what a name shows to everybody; nil without an error where
// nobody listens, or where it leads to another's.
func frontPage(ctx context.Context, net *collectors.View, subject pipeline.Entity) (*collectors.Answer, error) {
	var failed error
	for _, scheme := range []string{"https://", "http://"} {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "page", URL: scheme + subject.Hostname() + "/", AnyStatus: true, MaxBytes: maxPage})
		switch {
		case collectors.Absent(err):
			continue
		case err != nil:
			failed = cmp.Or(failed, err)
			continue
		case serverOf(a.URL).Registrable() != subject.Registrable():
			return nil, nil
		}
		return a, nil
	}
	return nil, failed
}

// tellBuckets asks each bucket and tells its state. The error is why one did
// not tell.
func tellBuckets(ctx context.Context, net *collectors.View, found []bucket, shown map[bucket][]pipeline.ExchangeID, emit collectors.Emit) (told int, failed error) {
	states, files := make([]string, len(found)), make([]int, len(found))
	errs, ids := make([]error, len(found)), make([][]pipeline.ExchangeID, len(found))
	var wg sync.WaitGroup
	for i, b := range found {
		wg.Go(func() { states[i], files[i], ids[i], errs[i] = b.look(ctx, net) })
	}
	wg.Wait()
	for i, b := range found {
		url, err := pipeline.NewEntity(pipeline.KindURL, b.address())
		if errs[i] != nil || err != nil {
			failed = cmp.Or(failed, errs[i], err)
			continue
		}
		o := pipeline.Observation{Predicate: "has-bucket", Object: &url, Exchanges: append(slices.Clone(shown[b]), ids[i]...)}
		o.Value = map[string]any{"provider": b.provider, "name": strings.TrimSuffix(b.name+"/"+b.container, "/"), "state": states[i], "objects": float64(files[i]), "seen": b.seen}
		if b.seen == "guess" {
			o.Grade = "C4" // called as the subject might call it
		}
		if o.Denies = states[i] == bucketAbsent; !o.Denies || b.seen != "guess" {
			told++
			emit(o)
		}
	}
	return told, failed
}

// look asks one bucket, and once more in its own region.
func (b bucket) look(ctx context.Context, net *collectors.View) (state string, files int, ids []pipeline.ExchangeID, err error) {
	if b.provider == "azure" {
		replies, err := net.Lookup(ctx, at(b.name+".blob.core.windows.net", dns.TypeA)...)
		if err != nil {
			return "", 0, nil, err
		}
		if ids = proof(replies...); replies[0].Rcode == dns.RcodeNameError {
			return bucketAbsent, 0, ids, nil
		}
	}
	for at, again := b.question(), false; ; again = true {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "bucket", URL: at, AnyStatus: true, NoFollow: true, MaxBytes: 256 << 10})
		if err != nil {
			return "", 0, nil, err
		}
		ids = append(ids, a.Exchange)
		if state, files, err = b.judge(a); state != bucketElsewhere || again || b.inRegion(a) == "" {
			return state, files, ids, err
		}
		at = b.inRegion(a)
	}
}
