package infrastructure

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestParseRobots(t *testing.T) {
	r := parseRobots("\ufeffDisallow: /nobody\nSitemap: https://acme.example/a.xml\rUSER-AGENT : Foo # comment\r\nuser-agent: bar\nCrawl-delay: 5\nDisallow: /x # no\nSitemap:https://acme.example/b.xml\nAllow:/x/y\n" +
		"User-agent: *\nDisallow:\nUser-agent: foo\nDisallow: /z\nnonsense\n")
	for _, c := range []struct {
		agent, path string
		want        bool
	}{
		{"foo", "/x", false}, {"FOO", "/x/y/1", true}, {"bar", "/x", false}, {"foo", "/z", false}, {"bar", "/z", true},
		{"other", "/x", true}, {"other", "/nobody", true}, {"foo", "/robots.txt", true},
	} {
		if got := r.allows(c.agent, c.path); got != c.want {
			t.Errorf("%s %s: %v", c.agent, c.path, got)
		}
	}
	if want := []string{"https://acme.example/a.xml", "https://acme.example/b.xml"}; !slices.Equal(r.sitemaps, want) || r.rules != 3 {
		t.Errorf("%q, %d rules", r.sitemaps, r.rules)
	}
}

// The examples of RFC 9309, 2.2.2, 2.2.3 and 5.
func TestRobotsPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/foo/bar?baz=quz", "/foo/bar?baz=quz", true}, {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", false},
		{"/foo/bar/ツ", "/foo/bar/%E3%83%84", true}, {"/foo/bar/%E3%83%84", "/foo/bar/ツ", true}, {"/foo/bar/%62%61%7A", "/foo/bar/baz", true},
		{"*.gif$", "/a.gif", true}, {"*.gif$", "/a.gif?x", false}, {"/this/*/exactly", "/this/a/b/exactly/so", true}, {"/this/path/exactly$", "/this/path/exactly", true},
		{"/example/page/", "/example/page", false}, {"/a**b", "/ab", true}, {"/a*b$", "/abab", true}, {"/%zz", "/%zz", true}, {"$", "/", false},
	} {
		if got := matches(normalPath(c.pattern), normalPath(c.path)); got != c.want {
			t.Errorf("%s on %s: %v", c.pattern, c.path, got)
		}
	}
}

// The longest rule that matches decides, and of equal ones the one that
// allows, whatever their order; and a pattern means what the expression means
// that it stands for.
func TestLongestRuleDecides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		text.WriteString("User-agent: *\n")
		path := "/" + rapid.StringMatching(`[ab/]{0,6}`).Draw(t, "path")
		longest, want := -1, true
		for range rapid.IntRange(0, 6).Draw(t, "rules") {
			pattern := "/" + rapid.StringMatching(`[ab/*]{0,4}[$]?`).Draw(t, "pattern")
			allow := rapid.Bool().Draw(t, "allow")
			text.WriteString(map[bool]string{true: "Allow: ", false: "Disallow: "}[allow] + pattern + "\n")
			body, ends := strings.CutSuffix(pattern, "$")
			expr := "^" + strings.ReplaceAll(regexp.QuoteMeta(body), `\*`, ".*")
			if ends {
				expr += "$"
			}
			if !regexp.MustCompile(expr).MatchString(path) {
				continue
			}
			switch n := len(pattern); {
			case n > longest:
				longest, want = n, allow
			case n == longest:
				want = want || allow
			}
		}
		if got := parseRobots(text.String()).allows("any", path); got != want {
			t.Fatalf("%s of\n%s: %v", path, text.String(), got)
		}
	})
}

func FuzzRobots(f *testing.F) {
	f.Add("User-agent: *\nDisallow: /*a$\nSitemap: x\n", "/a")
	f.Add("\ufeffuser-agent:\xff\rdisallow:%\r\nallow:%4", "%")
	f.Fuzz(func(t *testing.T, text, path string) {
		r := parseRobots(text)
		r.allows("*", path)
		if p := normalPath(path); normalPath(p) != p {
			t.Errorf("%q becomes %q and then %q", path, p, normalPath(p))
		}
		for _, p := range r.disallowed() {
			if !utf8.ValidString(p) || utf8.RuneCountInString(p) > 201 || strings.ContainsAny(p, "\n\r\x1b") {
				t.Errorf("tells %q", p)
			}
		}
	})
}
