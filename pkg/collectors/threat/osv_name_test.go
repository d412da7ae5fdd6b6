package threat

import (
	"testing"

	"osint/pkg/pipeline"
)

// A package is asked about by the name that its registry gives it.
func TestPackagesHaveTheNameOfTheirRegistry(t *testing.T) {
	for text, want := range map[string][3]string{
		"npm:left-pad":                  {"npm", "left-pad", ""},
		"npm:@scope/name/1.0.0":         {"npm", "@scope/name", "1.0.0"},
		"pypi:requests/2.32.0":          {"PyPI", "requests", "2.32.0"},
		"go:github.com/miekg/dns/v1.1":  {"Go", "github.com/miekg/dns", "1.1"},
		"cargo:serde":                   {"crates.io", "serde", ""},
		"maven:org.example/thing/1":     {"Maven", "org.example:thing", "1"},
		"maven:org.example:thing/1":     {"Maven", "org.example:thing", "1"},
		"nginx/1.18.0":                  {},
		"docker:library/nginx":          {},
		"npm:":                          {},
		"rubygems:rails/7.0.0-beta.1+x": {"RubyGems", "rails", "7.0.0-beta.1+x"},
	} {
		ecosystem, name, version, ok := osvPackage(pipeline.Entity{Kind: pipeline.KindTechnology, Value: text})
		if got := [3]string{ecosystem, name, version}; ok != (want[0] != "") || ok && got != want {
			t.Errorf("%s is %q (%t), want %q", text, got, ok, want)
		}
	}
}
