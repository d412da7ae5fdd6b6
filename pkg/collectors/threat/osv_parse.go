package threat

import (
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// osvEntry is one weakness. Its number of CVE, where it has one, is among its
// other names.
type osvEntry struct {
	ID        loose.Text
	Aliases   loose.Texts
	Withdrawn loose.Time
	Modified  loose.Time
	Affected  loose.List[struct {
		Package loose.Object[struct{ Name, Ecosystem loose.Text }]
		Ranges  loose.List[struct {
			Type   loose.Text // SEMVER, ECOSYSTEM, GIT
			Events loose.List[struct{ Introduced, Fixed loose.Text }]
		}]
	}]
}

// tell says that the package has the weakness, and since and until which version.
// What was withdrawn is no weakness, and one without a number of CVE has no name
// that others know it by.
func (v osvEntry) tell(q osvQuery, subject pipeline.Entity, say collectors.Emit) {
	if !v.Withdrawn.IsZero() {
		return
	}
	for _, id := range append([]string{v.ID.String()}, v.Aliases...) {
		cve, err := pipeline.NewEntity(pipeline.KindVulnerability, id)
		if err != nil {
			continue
		}
		advisory := word(v.ID.String(), 60)
		if q.Version != "" { // else it is of some version, and who knows which is used
			say(pipeline.Observation{Predicate: "has-vulnerability", Object: &cve, Value: map[string]any{"verified": false, "basis": "version", "product": q.Package.Name + " " + q.Version}})
		}
		value := map[string]any{"ecosystem": q.Package.Ecosystem}
		introduced, fixed := v.span(q)
		for key, text := range map[string]string{"introduced": introduced, "fixed": fixed, "advisory": advisory} {
			if text != "" {
				value[key] = text
			}
		}
		say(pipeline.Observation{Subject: cve, Predicate: "affects", Object: &subject, Value: value, At: v.Modified.Time})
	}
}

// span returns the first version with the weakness and the last first version
// without it, as far as they are told of the package.
func (v osvEntry) span(q osvQuery) (introduced, fixed string) {
	for _, a := range v.Affected {
		if !strings.EqualFold(a.Package.Of.Name.String(), q.Package.Name) || a.Package.Of.Ecosystem.String() != q.Package.Ecosystem {
			continue
		}
		for _, r := range a.Ranges {
			if r.Type == "GIT" {
				continue
			}
			for _, e := range r.Events {
				if x := versionWord(e.Introduced); introduced == "" && x != "" && x != "0" {
					introduced = x
				}
				if x := versionWord(e.Fixed); x != "" {
					fixed = x
				}
			}
		}
	}
	return introduced, fixed
}

func versionWord(t loose.Text) string {
	s := t.String()
	if word(strings.ReplaceAll(s, "+", ""), 60) == "" {
		return ""
	}
	return s
}
