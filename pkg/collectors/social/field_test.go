package social

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"osint/pkg/pipeline"
)

func TestLabel(t *testing.T) {
	for s, want := range map[string]bool{
		"Ada Plumtree": true, "  Dr.  Ada\tPlumtree ": true, "St. Gallen, Switzerland": true, "Head of R&D (interim)": true, "3M": true,
		"": false, " ": false, "ada@plumtree.example": false, "Berlin, call 030 1234567": false, "https://plumtree.example": false,
		"one two three four five six seven eight nine ten eleven": false, strings.Repeat("x", 81): false,
		"Ada \u202eeerthmulP": false, "<b>Ada</b>": false, "\x1b[31mAda": false, "=cmd|calc": false,
	} {
		got, ok := label(s)
		if ok != want {
			t.Errorf("%q is a label: %v", s, ok)
		}
		if ok && got != strings.Join(strings.Fields(s), " ") {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		html, shown string
		links       []string
	}{
		{"no markup, 1 < 2", "no markup, 1 < 2", nil},
		{"<p>one</p><p>two<br>three &amp; four</p>", "one\ntwo\nthree & four", nil},
		{`<a href="https://a.example/" rel="me"><span class="invisible">https://</span>a.example</a>`, "https://a.example", []string{"https://a.example/"}},
		{"a<script>alert('x')</script>b<style>p{}</style>c", "abc", nil},
		{"<script>never closed", "", nil},
		{"<p>\x1b[2Jcleared\x00</p>", "[2Jcleared", nil},
	} {
		shown, links := plain(c.html)
		if shown != c.shown || !slices.Equal(links, c.links) {
			t.Errorf("%q: %q, %q", c.html, shown, links)
		}
	}
	if s := free(strings.Repeat("é", maxFree)); len(s) > maxFree || !utf8.ValidString(s) {
		t.Errorf("%d bytes", len(s))
	}
}

func TestAccountAt(t *testing.T) {
	for url, want := range map[string]string{
		"https://github.com/Ann": "github.com/ann", "https://www.github.com/ann/": "github.com/ann", "https://twitter.com/ann": "x.com/ann",
		"https://x.com/@ann": "x.com/ann", "https://www.linkedin.com/in/ann": "linkedin.com/ann", "https://www.reddit.com/user/ann": "reddit.com/ann",
		"https://news.ycombinator.com/user?id=ann": "news.ycombinator.com/ann", "https://youtube.com/@ann": "youtube.com/ann",
		"https://funken.example/@ann": "funken.example/ann", "https://funken.example/users/ann": "funken.example/ann",
		"https://mastodon.social/users/ann": "mastodon.social/ann", "https://mastodon.social/@ann": "mastodon.social/ann",

		"https://github.com/": "", "https://github.com/ann/repo": "", "https://linkedin.com/company/acme": "", "https://funken.example/ann": "",
		"https://funken.example/@ann/1": "", "https://funken.example:8443/@ann": "", "https://ann:pw@github.com/ann": "", "ftp://github.com/ann": "",
		"https://192.0.2.1/@ann": "", "https://localhost/@ann": "", "https://funken.example/@ann?x=1": "", "://": "", "https://youtube.com/users/ann": "",
	} {
		e, ok := accountAt(url)
		if ok != (want != "") || ok && (e.Kind != pipeline.KindAccount || e.Value != want) {
			t.Errorf("%s: %s, %v, want %q", url, e, ok, want)
		}
	}
}

func TestService(t *testing.T) {
	for word, want := range map[string]string{"github": "github", "GitHub": "github", "twitter": "x", "hackernews": "news", "mastodon": "mastodon",
		"grindr": "other", "": "other", "somebody's own words": "other"} {
		if got := service(word); got != want {
			t.Errorf("%s: %s", word, got)
		}
	}
}

// Whatever somebody types, a label is a short line that nobody obeys, a free
// text is bounded, and an account behind an address is one that can be asked
// about.
func FuzzFields(f *testing.F) {
	for _, s := range []string{"Ada Plumtree", "<p>Ada <a href='https://funken.example/@ada'>me</a>", "https://github.com/ada", "https://xn--e1a.example/@ada",
		"\u202e\x00\xff", strings.Repeat("<a href=x>", 50), "https://news.ycombinator.com/user?id=%2F", "https://funken.example/@a%2fb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := label(s); ok {
			if again, same := label(v); !same || again != v || strings.ContainsAny(v, "\n\r\t\x1b@<>") || !utf8.ValidString(v) {
				t.Errorf("%q is a label: %q", s, v)
			}
		}
		shown, links := plain(s)
		if len(shown) > maxFree || !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\x1b\r") {
			t.Errorf("%q is shown as %q", s, shown)
		}
		for _, l := range append(links, s) {
			e, ok := accountAt(l)
			if again, err := pipeline.NewEntity(pipeline.KindAccount, e.Value); ok && (err != nil || again != e) {
				t.Errorf("%q: %s is not canonical: %v", l, e, err)
			}
		}
	})
}
