package infrastructure

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"osint/pkg/pipeline"
)

// Names are made in every way, most alike first.
func TestLookalikesOf(t *testing.T) {
	all := lookalikesOf("modern-bank.co.uk")
	by := map[string]string{}
	for _, m := range all {
		by[m.name] = m.by
	}
	for name, way := range map[string]string{"rnodern-bank.co.uk": "look-alike letters", "moclern-bank.co.uk": "look-alike letters", "modern-bank.com": "other ending",
		"mdern-bank.co.uk": "omission", "omdern-bank.co.uk": "transposition", "moodern-bank.co.uk": "doubling", "modernbank.co.uk": "omission", "modern-banks.co.uk": "plural",
		"wwwmodern-bank.co.uk": "missing dot", "modern-bank-login.co.uk": "added word", "modern-vank.co.uk": "neighbouring key", "modern-bank.co.uk": "", "co.uk": ""} {
		if by[name] != way {
			t.Errorf("%s is made by %q, want %q", name, by[name], way)
		}
	}
	if !slices.ContainsFunc(all, func(m lookalike) bool {
		return m.by == "letters of another script" && strings.HasPrefix(m.name, "xn--")
	}) || len(all) > maxLookalikes {
		t.Errorf("%d names, none of another script: %v", len(all), all)
	}
	for _, m := range lookalikesOf("ab.example") {
		if m.by == "omission" || m.by == "neighbouring key" {
			t.Errorf("%s is another's name", m.name)
		}
	}
	for _, none := range []string{"co.uk", "somebody.github.io", "example"} {
		if got := lookalikesOf(none); len(got) > 0 {
			t.Errorf("%s: %v", none, got[0])
		}
	}
}

// Whatever the domain, what is made of it is another domain in its one form,
// and the distance is what it says.
func TestLookalikesAreNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.StringMatching(`[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\.(com|example|co\.uk|de)`).Draw(t, "domain")
		d, err := pipeline.NewEntity(pipeline.KindDomain, domain)
		if err != nil {
			t.Skip(err)
		}
		seen := map[string]bool{d.Value: true}
		for _, m := range lookalikesOf(d.Value) {
			e, err := pipeline.NewEntity(pipeline.KindDomain, m.name)
			if err != nil || e.Value != m.name || seen[m.name] || m.distance < 0 {
				t.Fatalf("%+v of %s: %v", m, domain, err)
			}
			seen[m.name] = true
		}
	})
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"bank", "bank", 0}, {"bank", "bamk", 1}, {"bank", "bnk", 1}, {"bank", "abnk", 2}, {"", "ab", 2}, {"bänk", "bank", 1}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%s to %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
