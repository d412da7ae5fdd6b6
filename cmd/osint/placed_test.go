package main

import (
	"encoding/json"
	"testing"

	"osint/pkg/collectors"
)

// TestPlaced holds that a source at the operator's own address stands in no known
// country, also where the address can't be read, and that all others stand where they
// do.
func TestPlaced(t *testing.T) {
	country := func(entries []collectors.Entry, source string) string {
		for _, e := range entries {
			if e.Spec.Source.Name == source {
				return e.Spec.Source.Country
			}
		}
		t.Fatal("no source", source)
		return ""
	}
	for name, c := range map[string]struct {
		env    map[string]string
		gitlab string
	}{
		"nothing said":  {nil, "US"},
		"said":          {map[string]string{"GITLAB_BASE_URL": "https://git.corp.example/api/v4"}, ""},
		"can't be read": {map[string]string{"GITLAB_BASE_URL_FILE": "/nowhere/url"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			home(t)
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			k := newConsole()
			if got := country(k.placed(), "gitlab"); got != c.gitlab {
				t.Errorf("gitlab stands in %q, want %q", got, c.gitlab)
			}
			if got := country(k.placed(), "github"); got != "US" {
				t.Errorf("github stands in %q", got)
			}
			if got := country(k.entries(), "gitlab"); got != "US" {
				t.Errorf("what osint knows was changed: %q", got)
			}
		})
	}
}

// TestPlanKnowsNoCountryOfOwnSources holds that the plan does not say of the
// operator's own GitLab that it stands where the vendor's does.
func TestPlanKnowsNoCountryOfOwnSources(t *testing.T) {
	home(t)
	country := func() string {
		out, errs, _ := runHere(t, "investigate", "brindleford.example", "--lab", "brindleford", "--plan", "--json")
		var p plan
		if err := json.Unmarshal([]byte(out), &p); err != nil {
			t.Fatal(err, errs)
		}
		for _, q := range p.Asked {
			if q.Source == "gitlab" {
				return q.Country
			}
		}
		t.Fatal("gitlab is not asked")
		return ""
	}
	if got := country(); got != "US" {
		t.Errorf("gitlab.com stands in %q", got)
	}
	t.Setenv("GITLAB_BASE_URL", "https://git.corp.example/api/v4")
	if got := country(); got != "" {
		t.Errorf("the operator's own stands in %q", got)
	}
}
