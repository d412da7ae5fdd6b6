package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// osvCVE asks OSV which packages a weakness is in.
func osvCVE() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "osv-cve", Title: "Packages that have a weakness (OSV)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindVulnerability},
			Produces: []pipeline.Predicate{"affects"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "osv", Grade: "B2",
			Source:  osvSource(),
			Sends:   []pipeline.Kind{pipeline.KindVulnerability},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Derive:  derive.JSON(derive.Shape{"id": derive.Technical, "aliases": derive.Every(derive.Technical), "modified": derive.Technical, "affected": derive.Count, "credits": derive.Count}),
		},
		Collect: readOSVCVE,
	}
}

// osvAffected is how many packages of one weakness are told.
const osvAffected = 200

func readOSVCVE(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "vulnerability", URL: "/v1/vulns/" + subject.Value, Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	var v struct {
		osvEntry
		Code loose.Number
	}
	if json.Unmarshal(a.Body, &v) != nil || a.Status == 404 && v.Code.Int() != 5 || a.Status != 404 && (a.Status != 200 || !strings.EqualFold(v.ID.String(), subject.Value)) {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("osv answered %d with something that is not about the weakness", a.Status))
	}
	if a.Status == 404 || !v.Withdrawn.IsZero() { // it knows of no such weakness, or of none any more
		return nil
	}
	told := map[pipeline.Entity]bool{}
	for _, x := range v.Affected {
		e, q, ok := packageOfOSV(x.Package.Of.Ecosystem.String(), x.Package.Of.Name.String())
		if !ok || told[e] {
			continue
		}
		if len(told) == osvAffected {
			return pipeline.Fail(pipeline.Partial, "the weakness is in more packages than are told")
		}
		told[e] = true
		value := map[string]any{"ecosystem": q.Package.Ecosystem, "advisory": subject.Value}
		introduced, fixed := v.span(q)
		for key, text := range map[string]string{"introduced": introduced, "fixed": fixed} {
			if text != "" {
				value[key] = text
			}
		}
		emit(pipeline.Observation{Predicate: "affects", Object: &e, Value: value, At: v.Modified.Time, Exchanges: a.Exchanges()})
	}
	return nil
}

// packageOfOSV returns a package as an entity, and as OSV has it; ok is false in
// a registry that has no packages of ours.
func packageOfOSV(ecosystem, name string) (e pipeline.Entity, q osvQuery, ok bool) {
	for ours, theirs := range osvEcosystems {
		if theirs != ecosystem || name == "" || len(name) > 200 || word(strings.NewReplacer("@", "", "/", "", ":", "").Replace(name), 200) == "" {
			continue
		}
		e, ok := pipeline.NewPackage(ours, name, "")
		q.Package.Ecosystem, q.Package.Name = ecosystem, name
		return e, q, ok
	}
	return e, q, false
}
