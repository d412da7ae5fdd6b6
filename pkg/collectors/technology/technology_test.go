package technology

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRulesThatAreWrong(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"an unknown key", "rules:\n  - {product: a, category: cms, signs: [{titel: abc}]}\n", "f.yaml:2: rules[0].signs[0]: there is no key titel here: did you mean title?"},
		{"no place", "rules:\n  - {product: a, category: cms, signs: [{then: abc}]}\n", "sign 1 names 0 places: want one"},
		{"two places", "rules:\n  - {product: a, category: cms, signs: [{title: abc, asset: abc}]}\n", "sign 1 names 2 places: want one"},
		{"has in the wrong place", "rules:\n  - {product: a, category: cms, signs: [{title: abc, has: abc}]}\n", "has is for header and meta"},
		{"a short text", "rules:\n  - {product: a, category: cms, signs: [{title: ^ab}]}\n", "shorter than 3 letters"},
		{"an icon's then", "rules:\n  - {product: a, category: cms, signs: [{icon: 7, then: abc}]}\n", "nothing for then to follow"},
		{"an unknown category", "rules:\n  - {product: a, category: shops, signs: [{title: abc}]}\n", "did you mean shop?"},
		{"a product with a version", "rules:\n  - {product: a/1, category: cms, signs: [{title: abc}]}\n", "want lower case"},
		{"no signs", "rules:\n  - {product: a, category: cms}\n", "has no signs"},
		{"a product twice", "rules:\n  - {product: a, category: cms, signs: [{title: abc}]}\n  - {product: a, category: cms, signs: [{title: abd}]}\n", "two rules for a"},
		{"implies nothing known", "rules:\n  - {product: a, category: cms, implies: [b], signs: [{title: abc}]}\n", "a implies b, for which there is no rule"},
	} {
		_, err := Load(map[string][]byte{"f.yaml": []byte(c.file)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// What the automaton finds is what looking for each literal by itself finds.
func TestAutomaton(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		literals := rapid.SliceOfN(rapid.StringMatching(`[abAB/.]{1,5}`), 1, 12).Draw(t, "literals")
		text := rapid.StringMatching(`[abcAB/.é]{0,60}`).Draw(t, "text")
		a, err := newAutomaton(literals)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		a.scan(text, func(id int32, end int) { got = append(got, fmt.Sprint(id, " ", end)) })
		for id, l := range literals {
			for i := 0; i+len(l) <= len(text); i++ {
				if strings.EqualFold(text[i:i+len(l)], l) {
					want = append(want, fmt.Sprint(id, " ", i+len(l)))
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("%q in %q: found %q, want %q", literals, text, got, want)
		}
	})
}

func TestReadPage(t *testing.T) {
	p := ReadPage([]byte(`<html><head><TITLE lang=en>
 Acme &amp;	Sons </TITLE><link rel="SHORTCUT icon" href=" /a.png "><link rel=apple-touch-icon href=/b.png><link rel=icon>
<script src="https://cdn.example/a.js" integrity="sha384-x"></script><script src=/b.js></script><script>var s = '<script src="/no.js">'</script>
<noscript><img src=/pixel></noscript></head></html>`))
	if p.Title != "Acme & Sons" || !slices.Equal(p.Icons, []string{"/a.png"}) ||
		!slices.Equal(p.Scripts, []Script{{"https://cdn.example/a.js", true}, {"/b.js", false}}) {
		t.Errorf("%q %q %v", p.Title, p.Icons, p.Scripts)
	}
}

func TestTitle(t *testing.T) {
	for page, want := range map[string]string{
		"<title></title>": "", "<title>never ends": "", "": "",
		"<svg><title>first</title></svg><title>second</title>": "first", "<title>" + strings.Repeat("é", 300) + "</title>": strings.Repeat("é", 200) + "…",
		"<title>\xff\xfe</title>": "\uFFFD", "<title>a<b>c</title>": "a<b>c", "<p>x</p><title>late</title>": "late",
	} {
		if got := ReadPage([]byte(page)).Title; got != want {
			t.Errorf("%.60q: %q, want %q", page, got, want)
		}
	}
}

func TestListing(t *testing.T) {
	for title, want := range map[string]bool{
		"Index of /": true, "Index of /backup": true, "Directory listing for /": true, "Directory Listing For [/]": true, "Index of articles": false, "": false,
	} {
		if got := ReadPage([]byte("<title>" + title + "</title>")).Listing; got != want {
			t.Errorf("%q: %v", title, got)
		}
	}
}

// A page tells each version of a product once, and what is implied only where
// nothing else shows it.
func TestDetect(t *testing.T) {
	page := `<meta name=generator content="WordPress 6.1">`
	for i := range 10 {
		page += fmt.Sprintf(`<script src="/jquery-3.%d.0.min.js"></script><script src="/jquery-3.%d.0.min.js"></script>`, i, i)
	}
	got := fmt.Sprint(own(t).Detect(Answer{Page: ReadPage([]byte(page)), Header: http.Header{"Server": {"nginx/1.25.3"}}}))
	want := "[{jquery 3.0.0 library [asset]} {jquery 3.1.0 library [asset]} {jquery 3.2.0 library [asset]} " +
		"{nginx 1.25.3 web-server [header server]} {php  language [implied by wordpress]} {wordpress 6.1 cms [meta generator]}]"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// hostile are pages made to cost time.
var hostile = map[string]string{
	"deep":       strings.Repeat("<div>", 100_000),
	"many attrs": "<div " + strings.Repeat("a=b ", 120_000) + ">",
	"other attrs": "<div " + func() string {
		s := ""
		for i := range 20_000 {
			s += fmt.Sprintf("a%d=b ", i)
		}
		return s
	}() + ">",
	"one literal":    "<script>" + strings.Repeat("_paq.push(", 50_000) + "</script>",
	"with an expr":   `<script src="` + strings.Repeat("/jquery-", 60_000) + `"></script>`,
	"many icons":     strings.Repeat("<link rel=icon href=a>", 20_000),
	"many scripts":   strings.Repeat("<script src=a></script>", 20_000),
	"open comment":   strings.Repeat("<!--", 100_000),
	"open script":    "<script>" + strings.Repeat("<!--<script>", 40_000),
	"no UTF-8":       strings.Repeat("\xff<\xfe>", 100_000),
	"quotes":         strings.Repeat(`<a href="`, 50_000),
	"entities":       "<title>" + strings.Repeat("&amp", 100_000) + "</title>",
	"long version":   `<meta name=generator content="WordPress ` + strings.Repeat("1.", 100_000) + `">`,
	"rel of words":   `<link href=a rel="` + strings.Repeat("icon ", 100_000) + `">`,
	"titles":         strings.Repeat("<title>a</title>", 30_000),
	"zeros":          strings.Repeat("\x00", 500_000),
	"processing":     strings.Repeat("<?", 200_000),
	"closed, closed": strings.Repeat("</", 200_000),
}

// What a page may cost is bounded in what is told of it.
func TestHostilePages(t *testing.T) {
	for name, page := range hostile {
		p := ReadPage([]byte(page))
		for _, x := range own(t).Detect(Answer{Page: p, Path: page, Text: page, Robots: page, Header: http.Header{"Server": {page}, "Set-Cookie": {page}}}) {
			if len(x.Name) > 60 || len(x.Version) > 30 {
				t.Errorf("%s: %d characters of name, %d of version", name, len(x.Name), len(x.Version))
			}
		}
		if len(p.Icons) > maxLinks || len(p.Scripts) > maxLinks || len(p.Title) > 4*maxTitle+3 {
			t.Errorf("%s: %d icons, %d scripts, a title of %d bytes", name, len(p.Icons), len(p.Scripts), len(p.Title))
		}
	}
}

func FuzzPage(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 300)])
	}
	f.Add(`<meta name=generator content="WordPress 6.1"><script src=/jquery-3.6.0.min.js integrity=x></script><link rel=icon href=/i>`)
	f.Add("Apache/2.4.41 (Ubuntu)")
	r := own(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range r.Detect(Answer{Page: ReadPage([]byte(s)), Text: s, Robots: s, Path: s, Header: http.Header{"Server": {s}, "X-Powered-By": {s}, "Set-Cookie": {s}}}) {
			if p.Name == "" || len(p.Name) > 60 || len(p.Version) > 30 || len(p.Seen) == 0 || !isToken(p.Name) || p.Version != "" && !isToken(p.Version) {
				t.Errorf("%+v", p)
			}
		}
	})
}

// The hashes are those that others compute of the same bytes.
func TestIconHash(t *testing.T) {
	eight := []byte{0, 1, 2, 3, 4, 5, 6, 7}
	for _, c := range []struct {
		icon []byte
		want int32
	}{
		{[]byte("osint"), -116925010},
		{slices.Repeat(eight, 16), -1481580052},
		{[]byte(strings.Repeat("A", 57)), 2013291156}, // exactly one line
	} {
		if got := IconHash(c.icon); got != c.want {
			t.Errorf("%d bytes: %d, want %d", len(c.icon), got, c.want)
		}
	}
}
