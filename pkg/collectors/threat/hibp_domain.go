package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// hibpDomain asks in which breaches mailboxes of a domain stand, and counts them.
// It is told only to whoever has proven there that the domain is his. Which
// mailboxes they are is never told.
func hibpDomain() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hibp-domain", Title: "How many mailboxes of a domain stand in breaches (Have I Been Pwned)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"breached-in"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.BreachFact},
			Mode:     pipeline.Passive, Origin: "hibp", Grade: "A2",
			Source:  hibpSearch(),
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Keys:    []string{hibpKey},
			Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 32 << 20},
			Derive:  derive.JSON(derive.Shape{}),
		},
		Collect: readHIBPDomain,
	}
}

func readHIBPDomain(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "domain", URL: "/breacheddomain/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 16 << 20, Credential: hibpCredential})
	switch {
	case a != nil && a.Status == http.StatusForbidden && !isPage(a.Body):
		return pipeline.Fail(pipeline.Unauthorized, "hibp tells this only to the account that has verified the domain, of the plan that is large enough")
	case err != nil:
		return err
	case a.Status == http.StatusNotFound && len(a.Body) == 0: // nobody there was breached
		return nil
	case a.Truncated:
		return pipeline.Fail(pipeline.Malformed, "hibp sent more than is read")
	}
	var mailboxes map[string]loose.List[loose.Text]
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &mailboxes) != nil || mailboxes == nil {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("hibp answered %d with something that is no list of mailboxes", a.Status))
	}
	counts := map[pipeline.Entity]int{}
	for _, names := range mailboxes {
		met := map[pipeline.Entity]bool{}
		for _, n := range names {
			if e, err := pipeline.NewEntity(pipeline.KindBreach, n.String()); err == nil && !met[e] {
				met[e] = true
				counts[e]++
			}
		}
	}
	if len(counts) == 0 {
		return pipeline.Fail(pipeline.Malformed, "hibp sent mailboxes and no breach")
	}
	say := provenBy(a, emit)
	for _, e := range slices.SortedFunc(maps.Keys(counts), func(a, b pipeline.Entity) int { return strings.Compare(a.Value, b.Value) }) {
		say(pipeline.Observation{Predicate: "breached-in", Object: &e, Category: pipeline.Technical,
			Value: map[string]any{"as": "mailboxes", "mailboxes": float64(counts[e]), "by": byHIBP}})
	}
	return nil
}
