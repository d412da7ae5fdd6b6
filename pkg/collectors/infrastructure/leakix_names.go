package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// leakixNames reads the names below a domain that LeakIX has come by.
func leakixNames() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "leakix-names", Title: "Names below a domain (LeakIX)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "leakix", Grade: "B3",
			Source:  leakixSource("leakix-names", "passive-dns"),
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3},
			Keys:    []string{leakixKey.Name},
		},
		Collect: readLeakIXNames,
	}
}

func readLeakIXNames(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	body, x, err := askLeakIX(ctx, net, "subdomains", "/api/subdomains/"+url.PathEscape(subject.Value))
	if err != nil || body == nil {
		return err
	}
	var rows []struct{ Subdomain loose.Text }
	if json.Unmarshal(body, &rows) != nil {
		return pipeline.Fail(pipeline.Malformed, "leakix sent no list of names")
	}
	told := map[pipeline.Entity]bool{}
	for _, r := range rows {
		name, ok := nameBelow(r.Subdomain.String(), subject.Value)
		if !ok || told[name] {
			continue
		}
		if len(told) == maxCertifiedNames {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d names that are told", maxCertifiedNames))
		}
		told[name] = true
		emit(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: x})
	}
	return nil
}
