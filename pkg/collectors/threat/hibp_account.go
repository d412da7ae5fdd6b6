package threat

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// hibpAccount asks in which breaches one e-mail address stands. Breaches that
// would shame whoever is in them are shown to nobody but the owner: that none is
// told proves nothing.
func hibpAccount() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hibp-account", Title: "Breaches in which an e-mail address stands (Have I Been Pwned)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindEmail},
			Produces: []pipeline.Predicate{"breached-in", "breach-facts"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.BreachFact, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "hibp", Grade: "B2",
			Source:    hibpSearch(),
			Sends:     []pipeline.Kind{pipeline.KindEmail},
			Keys:      []string{hibpKey},
			OnRequest: "--with hibp-account",
			Ceiling:   pipeline.Ceiling{Requests: 5, Bytes: 4 << 20},
			Derive:    derive.List(derive.Shape{}),
		},
		Collect: readHIBPAccount,
	}
}

func readHIBPAccount(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "account", URL: "/breachedaccount/" + url.PathEscape(subject.Value) + "?truncateResponse=false",
		Accept: "json", NoFollow: true, Credential: hibpCredential})
	if err != nil || a.Status == http.StatusNotFound && len(a.Body) == 0 { // it stands in none that may be shown
		return err
	}
	all, ok := breachesOf(a.Body)
	if a.Status != http.StatusOK || !ok {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("hibp answered %d with something that is no list of breaches", a.Status))
	}
	say := provenBy(a, emit)
	for _, b := range all {
		if e, err := b.entity(); err == nil {
			// Without a record, which could not be sealed; the breach has the date.
			say(pipeline.Observation{Predicate: "breached-in", Object: &e, Category: pipeline.BreachFact})
			say(b.facts(e))
		}
	}
	return nil
}
