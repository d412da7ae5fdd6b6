package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-pdf/fpdf"

	"osint/pkg/pipeline"
)

func newTestSetter(t testing.TB, all map[string]*face) *setter {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	for _, name := range sortedKeys(all) {
		f.AddUTF8FontFromBytes(all[name].family, all[name].style, bytes.Clone(all[name].data))
	}
	f.AddPage()
	if f.Err() {
		t.Fatal(f.Error())
	}
	return &setter{f: f, l: &layout{}, faces: all}
}

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                           "plain",
		"ünï – “ok” 漢":                    "ünï – “ok” 漢",
		"\x1b[31mred":                     `\u{1b}[31mred`,
		"a\nb\r\tc":                       `a\u{a}b\u{d}\u{9}c`,
		"\u202egnp.exe":                   `\u{202e}gnp.exe`,
		"zero\u200bwidth\ufeff":           `zero\u{200b}width\u{feff}`,
		"\u0085\u009b1m\x7f":              `\u{85}\u{9b}1m\u{7f}`,
		"bad\xffutf":                      `bad\x{ff}utf`,
		"x\ufe0f\U000e0041\u3164":         `x\u{fe0f}\u{e0041}\u{3164}`,
		"e\u0301":                         "e\u0301",
		"e" + strings.Repeat("\u0301", 6): "e\u0301\u0301\u0301\u0301" + `\u{301}\u{301}`,
	} {
		if got := Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDefang(t *testing.T) {
	f := &defanger{known: map[string]bool{}}
	f.learn(pipeline.KindHost, "www.acme.example")
	f.learn(pipeline.KindIP, "192.0.2.10")
	for in, want := range map[string]string{
		"see https://www.acme.example/a.html?b=1.": "see hxxps://www.acme[.]example/a.html?b=1.",
		"http://evil.test/":                        "hxxp://evil[.]test/",
		"ftp://files.evil.test/x":                  "fxxp://files.evil[.]test/x",
		"www.acme.example answers at 192.0.2.10":   "www.acme[.]example answers at 192.0.2[.]10",
		"_dmarc.acme.example":                      "_dmarc.acme[.]example",
		"publish security.txt, RFC 7208, TLS 1.0":  "publish security.txt, RFC 7208, TLS 1.0",
		"mail to bob@evil.test now":                "mail to bob@evil[.]test now",
		"www.evil.test.":                           "www.evil[.]test.",
	} {
		got := f.text(in)
		if got != want {
			t.Errorf("text(%q) = %q, want %q", in, got, want)
		}
		if again := f.text(got); again != got {
			t.Errorf("text is not idempotent: %q then %q", got, again)
		}
	}
	for e, want := range map[pipeline.Entity]string{
		acme: "acme[.]example", ip10: "192.0.2[.]10", ip6: "2001:db8::10", netbk: "192.0.2[.]0/24",
		ent(pipeline.KindService, "192.0.2.10:443/tcp"):       "192.0.2[.]10:443/tcp",
		ent(pipeline.KindEmail, "a@acme.example"):             "a@acme[.]example",
		ent(pipeline.KindURL, "https://www.acme.example/x.y"): "hxxps://www.acme[.]example/x.y",
		ent(pipeline.KindPerson, "[sealed person 1]"):         "[sealed person 1]",
		ent(pipeline.KindURL, "http://192.0.2.10:8080/"):      "hxxp://192.0.2[.]10:8080/",
	} {
		if got := f.entity(e); got != want {
			t.Errorf("entity(%s) = %q, want %q", e, got, want)
		}
	}
}

var reHref = regexp.MustCompile(`(?i)\s(href|src|action|style|on[a-z]+)=("[^"]*"|'[^']*'|[^ >]*)`)

// checkHTML is what must hold of a page, whatever was collected.
func checkHTML(t testing.TB, page []byte) {
	t.Helper()
	if !utf8.Valid(page) {
		t.Error("the page is not UTF-8")
	}
	for _, r := range string(page) {
		if r != '\n' && hidden(r) {
			t.Errorf("a raw %U stands in the page", r)
		}
	}
	shown := stripText(page)
	for _, bad := range []string{"<script", "<img", "<iframe", "<object", "<link", "http://", "https://", "@import"} {
		if at := bytes.Index(shown, []byte(bad)); at >= 0 {
			t.Errorf("%q stands in the page: %q", bad, shown[max(0, at-40):min(len(shown), at+60)])
		}
	}
	tags := regexp.MustCompile(`<[a-z][^>]*>`).FindAll(page, -1)
	for _, tag := range tags {
		for _, m := range reHref.FindAllSubmatch(stripText(tag), -1) {
			if string(m[1]) != "href" || !bytes.HasPrefix(m[2], []byte(`"#`)) {
				t.Errorf("attribute %s in %s", m[0], tag)
			}
		}
	}
	if n := bytes.Count(page, []byte("</style>")); n != 1 {
		t.Errorf("%d style sheets", n)
	}
}

// stripText empties the attributes that quote text from outside.
func stripText(tag []byte) []byte {
	return regexp.MustCompile(`(value|aria-label)="[^"]*"`).ReplaceAll(tag, nil)
}

func TestHTMLIsSelfContained(t *testing.T) {
	page := render(t, "html", Build(sample(t).c, Options{}))
	checkHTML(t, page)
	m := regexp.MustCompile(`(?s)style-src 'sha256-([^']+)'.*<style>(.*)</style>`).FindSubmatch(page)
	if m == nil {
		t.Fatal("no policy, or no style")
	}
	sum := sha256.Sum256(m[2])
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != strings.ReplaceAll(string(m[1]), "&#43;", "+") {
		t.Errorf("the policy's hash %s is not the style's %s", m[1], got)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllSubmatch(page, -1) {
		if ids[string(m[1])] {
			t.Errorf("id %s stands twice", m[1])
		}
		ids[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby=")([^"]+)"`).FindAllSubmatch(page, -1) {
		for _, id := range strings.Fields(string(m[1])) {
			if !ids[id] {
				t.Errorf("%s points at nothing", id)
			}
		}
	}
	for _, want := range []string{`lang="en-GB"`, `class="skip"`, "<main>", "<nav", "<header", "<footer>", `scope="col"`, `scope="row"`, "<caption>", `role="img"`} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// JSON is exact, and yet shows no hidden character raw.
func TestJSONIsExact(t *testing.T) {
	text := render(t, "json", Build(sample(t).c, Options{}))
	for _, r := range string(text) {
		if r != '\n' && hidden(r) {
			t.Errorf("a raw %U stands in the JSON", r)
		}
	}
	var d Document
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{hostile[2], hostile[0] + " " + hostile[8]} {
		found := false
		for _, o := range d.Observations {
			found = found || o.Value == want
		}
		if !found {
			t.Errorf("no observation has the exact value %q", want)
		}
	}
}

// FuzzText puts one text wherever a case can carry text from outside.
func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := newScribe(t)
		c.open()
		o := pipeline.KindOrganization
		e := ent(o, s)
		c.rule(e, 1, "subject", s, s, allow(s, pipeline.KeepRaw, s))
		ids := c.task("rdap", "rdap", acme, pipeline.OK, s, to("registered-by", e), val("txt-record", s), val("caa-record", map[string]any{"tag": s}))
		c.task("dns", "dns", acme, pipeline.Malformed, s)
		c.write(pipeline.Event{Withheld: &pipeline.Withheld{Task: pipeline.TaskKey{Collector: "x", Subject: acme}, Predicate: "has-contact", Ruling: pipeline.Ruling{Reason: s}, Count: 1}})
		c.write(pipeline.Event{Noted: &pipeline.Act{By: s, What: s}})
		c.write(pipeline.Event{Found: &pipeline.Finding{ID: "f-1", Title: s, Detail: s, Subject: e, Observations: ids, Remediation: s, References: []string{s}, Severity: pipeline.High, Vector: "INF"}})
		c.write(pipeline.Event{Assessed: sampleScore()})
		d := Build(c.c, Options{})
		checkHTML(t, render(t, "html", d))
		for i, p := range pdfPages(t, render(t, "pdf", d)) {
			for _, r := range p {
				if r != '\n' && (hidden(r) && r != '\n') {
					t.Errorf("page %d draws a raw %U", i+1, r)
				}
			}
		}
		var back map[string]any
		if err := json.Unmarshal(render(t, "json", d), &back); err != nil {
			t.Error(err)
		}
	})
}

// A page caps its tables and says so; JSON has every row.
func TestCaps(t *testing.T) {
	c := newScribe(t)
	c.open()
	for i := range 3 {
		var seen []pipeline.Observation
		for j := range 800 {
			seen = append(seen, to("resolves-to", ent(pipeline.KindIP, fmt.Sprintf("2001:db8:%x::%x", i, j))))
		}
		c.task("dns", "dns", []pipeline.Entity{acme, www, mail}[i], pipeline.OK, "", seen...)
	}
	d := Build(c.c, Options{})
	if len(d.Observations) != 2400 {
		t.Fatalf("%d observations", len(d.Observations))
	}
	page := string(render(t, "html", d))
	if n := strings.Count(page, ` id="obs-`); n != maxRows {
		t.Errorf("%d observations on the page", n)
	}
	if !strings.Contains(page, "2 000 of 2 400 rows are shown; the JSON report has all of them.") {
		t.Error("the page does not say that it is capped")
	}
	g := drawGraph(&writer{d: d, fang: newDefanger(d)})
	n := 0
	for _, m := range g.Marks {
		if m.Shape == dot || m.Shape == ring || m.Shape == diamond {
			n++
		}
	}
	if n == 0 || n > maxNodes {
		t.Errorf("%d nodes are drawn", n)
	}
	if !strings.Contains(g.Desc, "more are in the tables") {
		t.Errorf("the graph does not count the rest: %q", g.Desc)
	}
}
