package technical

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

const (
	mostDependencies = 200 // that are told of one package
	mostAdvisories   = 5   // that are looked up
)

// readDepsPackage reads of a package its versions, and of one of them (the one
// that is asked about, else the one that is installed unless another is named)
// the rest.
func readDepsPackage(ctx context.Context, net *collectors.View, path, version string, t *teller) error {
	a, err := askDepsDev(ctx, net, "package", path)
	if err != nil || a == nil {
		return err
	}
	var p struct {
		Key      loose.Object[versionKey] `json:"packageKey"`
		Versions *loose.List[struct {
			Key     loose.Object[versionKey] `json:"versionKey"`
			Default loose.Truth              `json:"isDefault"`
		}]
	}
	if json.Unmarshal(a.Body, &p) != nil || p.Versions == nil || p.Key.Of.Name == "" {
		return malformed("deps.dev", a, "package")
	}
	for _, v := range *p.Versions {
		if version == "" && bool(v.Default) || strings.EqualFold(v.Key.Of.Version.String(), version) && version != "" {
			return readDepsVersion(ctx, net, path+"/versions/"+url.PathEscape(v.Key.Of.Version.String()), len(*p.Versions), t)
		}
	}
	return nil // no such version
}

// A depsVersion is what deps.dev says of one version of a package.
type depsVersion struct {
	Key        loose.Object[versionKey] `json:"versionKey"`
	Published  loose.Time               `json:"publishedAt"`
	Deprecated loose.Truth              `json:"isDeprecated"`
	Licenses   loose.Texts
	Advisories loose.List[struct{ ID loose.Text }] `json:"advisoryKeys"`
	Projects   loose.List[struct {
		Key  loose.Object[struct{ ID loose.Text }] `json:"projectKey"`
		Type loose.Text                            `json:"relationType"`
	}] `json:"relatedProjects"`
}

func readDepsVersion(ctx context.Context, net *collectors.View, path string, versions int, t *teller) error {
	var answers [2]*collectors.Answer
	var errs [2]error
	several(2, func(i int) {
		answers[i], errs[i] = askDepsDev(ctx, net, []string{"version", "dependencies"}[i], path+[]string{"", ":dependencies"}[i])
	})
	if errs[0] != nil || answers[0] == nil {
		return errs[0]
	}
	var v depsVersion
	if json.Unmarshal(answers[0].Body, &v) != nil || v.Key.Of.Name == "" {
		return malformed("deps.dev", answers[0], "version of a package")
	}
	k := v.Key.Of
	facts := map[string]any{"registry": strings.ToLower(word(k.System.String())), "name": word(k.Name.String()), "versions": versions, "deprecated": bool(v.Deprecated)}
	put(facts, "version", word(k.Version.String()))
	put(facts, "published", v.Published.RFC3339())
	put(facts, "licence", word(strings.Join(v.Licenses, ", ")))
	for _, p := range v.Projects {
		if p.Type == "SOURCE_REPO" {
			put(facts, "repository", word(p.Key.Of.ID.String()))
		}
	}
	t.say(answers[0], pipeline.Observation{Predicate: "package-facts", Value: facts})
	failed := errs[1]
	if answers[1] != nil {
		failed = tellDependencies(answers[1], k, t)
	}
	return t.end(failed, tellAdvisories(ctx, net, v, t))
}

// tellDependencies tells on which packages a version depends when it is
// installed today.
func tellDependencies(a *collectors.Answer, of versionKey, t *teller) error {
	var g struct {
		Nodes *loose.List[struct {
			Key      loose.Object[versionKey] `json:"versionKey"`
			Relation loose.Text
		}]
		Error loose.Text
	}
	if json.Unmarshal(a.Body, &g) != nil || g.Nodes == nil {
		return malformed("deps.dev", a, "graph of dependencies")
	}
	told := 0
	for _, n := range *g.Nodes {
		e, ok := n.Key.Of.entity()
		if !ok || n.Relation != "DIRECT" && n.Relation != "INDIRECT" {
			continue
		}
		if told++; told > mostDependencies {
			return pipeline.Fail(pipeline.Partial, "more dependencies than are told of one package")
		}
		t.say(a, pipeline.Observation{Predicate: "depends-on", Object: &e, Value: map[string]any{
			"ecosystem": strings.ToLower(word(n.Key.Of.System.String())), "version": word(n.Key.Of.Version.String()), "direct": n.Relation == "DIRECT"}})
	}
	if g.Error != "" {
		return pipeline.Fail(pipeline.Partial, "deps.dev could not resolve all dependencies")
	}
	return nil
}

// tellAdvisories looks up what is held against a version, and tells what has the
// number of a CVE.
func tellAdvisories(ctx context.Context, net *collectors.View, v depsVersion, t *teller) error {
	ids := v.Advisories[:min(len(v.Advisories), mostAdvisories)]
	answers, errs := make([]*collectors.Answer, len(ids)), make([]error, len(ids), len(ids)+1)
	several(len(ids), func(i int) {
		answers[i], errs[i] = askDepsDev(ctx, net, "advisory", "/advisories/"+url.PathEscape(ids[i].ID.String()))
	})
	for i, a := range answers {
		if a == nil {
			continue
		}
		var adv struct {
			Key     loose.Object[struct{ ID loose.Text }] `json:"advisoryKey"`
			Aliases loose.Texts
			Score   loose.Number `json:"cvss3Score"`
		}
		if json.Unmarshal(a.Body, &adv) != nil || adv.Key.Of.ID == "" {
			errs[i] = malformed("deps.dev", a, "advisory")
			continue
		}
		for _, id := range append([]string{adv.Key.Of.ID.String()}, adv.Aliases...) {
			cve, err := pipeline.NewEntity(pipeline.KindVulnerability, id)
			if err != nil {
				continue
			}
			value := map[string]any{"verified": false, "basis": "version", "product": word(v.Key.Of.Name.String())}
			if adv.Score.Value > 0 && adv.Score.Value <= 10 {
				value["cvss"] = adv.Score.Value
			}
			t.say(a, pipeline.Observation{Predicate: "has-vulnerability", Object: &cve, Value: value})
		}
	}
	if len(v.Advisories) > mostAdvisories {
		errs = append(errs, pipeline.Fail(pipeline.Partial, "more advisories than are looked up for one package"))
	}
	return t.end(errs...)
}
