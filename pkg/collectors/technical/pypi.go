package technical

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// pyPI reads what the index of Python says of a package; of a repository, whether
// there is a package of its name that points back at it.
func pyPI() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "pypi", Title: "Facts of a package, and the package of a repository (PyPI)", Domain: pipeline.TechnicalCode,
			Consumes: []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Produces: []pipeline.Predicate{"package-facts", "publishes-package", "has-vulnerability"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "pypi", Grade: "B2",
			Source: pipeline.Source{
				Name: "pypi", Family: "pypi", Base: "https://pypi.org", Country: "US",
				Terms: "https://policies.python.org/pypi.org/Terms-of-Service/", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, Interval: 500 * time.Millisecond, TTL: 6 * time.Hour,
				Class: pipeline.Publication, Access: pipeline.AccessOpen, Published: true,
			},
			Sends:   []pipeline.Kind{pipeline.KindTechnology, pipeline.KindRepository},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 16 << 20},
			Derive: derivative(derive.Shape{"info": derive.Within(derive.Shape{"version": derive.Filled, "yanked": derive.Flag, "author_email": derive.Filled, "maintainer_email": derive.Filled}),
				"urls": derive.Count, "vulnerabilities": derive.Count}),
		},
		Collect: readPyPI,
	}
}

func readPyPI(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	name, version := repositoryName(subject), ""
	if subject.Kind == pipeline.KindTechnology {
		var err error
		if name, version, err = packageIn(subject, "pypi"); err != nil {
			return err
		}
	}
	path := "/pypi/" + url.PathEscape(name)
	if version != "" {
		path += "/" + url.PathEscape(version)
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "package", URL: path + "/json", Accept: "json", NoFollow: true, MaxBytes: 12 << 20})
	if err != nil || a.Status == http.StatusNotFound && json.Valid(a.Body) {
		return err
	}
	var p struct {
		Info loose.Object[struct {
			Name, Version, License loose.Text
			Expression             loose.Text            `json:"license_expression"`
			Home                   loose.Text            `json:"home_page"`
			URLs                   map[string]loose.Text `json:"project_urls"`
			Yanked                 loose.Truth
		}]
		Releases map[string]json.RawMessage
		URLs     loose.List[struct {
			At loose.Time `json:"upload_time_iso_8601"`
		}]
		Vulnerabilities loose.List[struct {
			Aliases   loose.Texts
			Withdrawn loose.Text
		}]
	}
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &p) != nil || p.Info.Of.Name == "" {
		return malformed("pypi", a, "package")
	}
	t, info := &teller{emit: emit}, p.Info.Of
	facts := map[string]any{}
	put(facts, "version", word(info.Version.String()))
	put(facts, "licence", word(info.Expression.String()))
	if len(p.URLs) > 0 {
		put(facts, "published", p.URLs[0].At.RFC3339())
	}
	if subject.Kind == pipeline.KindRepository {
		for _, key := range append(keysOf(info.URLs), "") {
			link := info.URLs[key]
			if key == "" {
				link = info.Home
			}
			if pointsAt(link.String(), subject) {
				tellPackage(a, "pypi", word(info.Name.String()), facts, t)
				return nil
			}
		}
		return nil // it is another's
	}
	facts["registry"], facts["name"], facts["yanked"] = "pypi", name, bool(info.Yanked)
	if len(p.Releases) > 0 {
		facts["versions"] = len(p.Releases)
	}
	t.say(a, pipeline.Observation{Predicate: "package-facts", Value: facts})
	for _, v := range p.Vulnerabilities {
		for _, id := range v.Aliases {
			if cve, err := pipeline.NewEntity(pipeline.KindVulnerability, id); err == nil && v.Withdrawn == "" {
				t.say(a, pipeline.Observation{Predicate: "has-vulnerability", Object: &cve, Value: map[string]any{"verified": false, "basis": "version", "product": name}})
			}
		}
	}
	return nil
}
