package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// osv asks OSV which weaknesses a package has. It takes packages by the name
// that their registry gives them, such as npm:left-pad/1.3.0, and no product of
// which no registry is known. Who reported a weakness stands in its answers,
// and is not told.
func osv() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "osv", Title: "Weaknesses of a package (OSV)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindTechnology},
			Produces: []pipeline.Predicate{"has-vulnerability", "affects"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "osv", Grade: "B2", Context: true,
			Source:  osvSource(),
			Sends:   []pipeline.Kind{pipeline.KindTechnology},
			Ceiling: pipeline.Ceiling{Requests: osvPages + 2, Bytes: 32 << 20},
			Derive: derive.JSON(derive.Shape{"vulns": derive.Each(derive.Shape{"id": derive.Filled, "aliases": derive.Every(derive.Technical),
				"modified": derive.Technical, "credits": derive.Count}), "next_page_token": derive.Filled}),
		},
		Collect: readOSV,
	}
}

func osvSource() pipeline.Source {
	return pipeline.Source{
		Name: "osv", Family: "osv", Base: "https://api.osv.dev", Country: "US",
		Terms: "https://osv.dev/", Commercial: pipeline.Yes, Verified: "2026-11-23", Class: pipeline.Publication,
		Slots: 4, Interval: 50 * time.Millisecond, TTL: 12 * time.Hour,
	}
}

// osvPages is how many pages of one package are read.
const osvPages = 4

// osvEcosystems are the names that OSV has for registries, where case counts.
var osvEcosystems = map[string]string{"npm": "npm", "pypi": "PyPI", "go": "Go", "cargo": "crates.io", "maven": "Maven", "nuget": "NuGet", "rubygems": "RubyGems"}

// osvPackage takes a package apart in OSV's words: npm:@scope/name/1.0.0 is name
// @scope/name of npm, in version 1.0.0. ok is false for any other technology.
func osvPackage(e pipeline.Entity) (ecosystem, name, version string, ok bool) {
	where, name, version, ok := e.Package()
	ecosystem = osvEcosystems[where]
	if where == "maven" && !strings.Contains(name, ":") { // group:artifact
		name = strings.Replace(name, "/", ":", 1)
	}
	if where == "go" {
		version = strings.TrimPrefix(version, "v")
	}
	return ecosystem, name, version, ok && ecosystem != ""
}

// osvQuery is one question.
type osvQuery struct {
	Package struct {
		Name      string `json:"name"`
		Ecosystem string `json:"ecosystem"`
	} `json:"package"`
	Version string `json:"version,omitempty"`
	Page    string `json:"page_token,omitempty"`
}

func readOSV(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	var q osvQuery
	var ok bool
	if q.Package.Ecosystem, q.Package.Name, q.Version, ok = osvPackage(subject); !ok {
		return pipeline.Fail(pipeline.Skipped, "not a package such as npm:name")
	}
	seen := map[string]bool{"": true}
	for page := 1; ; page++ {
		next, err := askOSV(ctx, net, q, subject, emit)
		switch {
		case err != nil && page > 1:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d: %v", page, err))
		case err != nil || next == "":
			return err
		case seen[next]:
			return pipeline.Fail(pipeline.Partial, "osv leads from a page to one that was read before")
		case page == osvPages:
			return pipeline.Fail(pipeline.Partial, "the package has more pages of weaknesses than are read")
		}
		seen[next], q.Page = true, next
	}
}

// askOSV asks for one page, tells what stands on it, and returns the mark of the
// next; "" if it is the last.
func askOSV(ctx context.Context, net *collectors.View, q osvQuery, subject pipeline.Entity, emit collectors.Emit) (next string, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "query", Method: "POST", URL: "/v1/query", Accept: "json", NoFollow: true, Body: body, Asks: true,
		Header: map[string][]string{"Content-Type": {"application/json"}}})
	if err != nil {
		return "", err
	}
	var o struct {
		Vulns   *[]osvEntry
		Next    loose.Text `json:"next_page_token"`
		Code    loose.Text
		Message loose.Text
	}
	if a.Status != 200 || a.Truncated || json.Unmarshal(a.Body, &o) != nil || o.Code != "" {
		return "", pipeline.Fail(pipeline.Malformed, fmt.Sprintf("osv answered %d with something that holds no weaknesses", a.Status))
	}
	if o.Vulns == nil {
		if err := onlyEmpty(a.Body, o.Next.String()); err != nil {
			return "", err
		}
		return "", misspelled(q)
	}
	for _, v := range *o.Vulns {
		v.tell(q, subject, func(o pipeline.Observation) {
			o.Exchanges = a.Exchanges()
			emit(o)
		})
	}
	return o.Next.String(), nil
}

// misspelled returns a Failure where that OSV knows nothing may be for the spelling
// of the name: NuGet takes any, and OSV only its own, which nearly always has
// capitals.
func misspelled(q osvQuery) error {
	if q.Package.Ecosystem == osvEcosystems["nuget"] && q.Package.Name == strings.ToLower(q.Package.Name) {
		return pipeline.Fail(pipeline.Partial, "osv knows packages of nuget by their spelling alone, and nothing of this one")
	}
	return nil
}

// onlyEmpty accepts {} as the answer that there is nothing, and nothing else.
func onlyEmpty(body []byte, next string) error {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil || len(m) > 0 || next != "" {
		return pipeline.Fail(pipeline.Malformed, "osv answered with something that holds no weaknesses")
	}
	return nil
}
