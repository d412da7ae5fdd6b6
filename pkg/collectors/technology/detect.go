package technology

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// An Answer is what a server sent, as far as rules look at it. What was not
// asked for stays empty.
type Answer struct {
	Path   string
	Header http.Header
	Page   *Page
	Text   string // a body that is no HTML
	Robots string // the text of robots.txt
	Icon   *int32 // the hash of the site's icon
}

// A Product is one that an answer shows signs of.
type Product struct {
	Name     string
	Version  string // "" where it is not told
	Category Category
	Seen     []string // where, sorted: "header server", "implied by wordpress"
}

const (
	maxTail     = 128 // bytes behind a literal that its expression sees
	maxTries    = 8   // of one expression on one answer
	maxVersions = 3   // of one product on one page
)

// Detect returns the products that an answer shows signs of, sorted by name
// and version.
func (r *Rules) Detect(a Answer) []Product {
	f := &finder{rules: r, tries: make([]uint8, len(r.signs)), found: map[string]*find{}, known: map[string]bool{}}
	f.header(a.Header)
	f.scan(inPath, "", a.Path)
	f.scan(inText, "", a.Text)
	f.scan(inRobots, "", a.Robots)
	if a.Page != nil {
		f.scan(inTitle, "", a.Page.Title)
		for _, p := range a.Page.pieces {
			f.scan(p.place, p.name, p.text)
		}
	}
	if a.Icon != nil {
		for i := range r.icons[*a.Icon] {
			f.note(&r.icons[*a.Icon][i], "")
		}
	}
	f.imply()
	return f.products()
}

// finder is one look at one answer.
type finder struct {
	rules *Rules
	tries []uint8 // by sign: a page may hold a literal a million times
	found map[string]*find
	known map[string]bool // headers whose first word a rule knows
}

// find is what was found of one product.
type find struct {
	category Category
	versions []string
	seen     []string
}

func (f *finder) header(h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			f.scan(inHeader, strings.ToLower(name), v)
		}
	}
	for _, c := range h.Values("Set-Cookie") {
		name, _, _ := strings.Cut(c, "=")
		f.scan(inCookie, "", strings.TrimSpace(name))
	}
	f.named("server", h.Get("Server"), "web-server")
	f.named("x-powered-by", h.Get("X-Powered-By"), "framework")
}

// scan looks for signs in one text.
func (f *finder) scan(p place, name, text string) {
	bare := f.rules.bare[named{p, name}]
	for i := range bare {
		f.follow(&bare[i], text)
	}
	f.rules.literal.scan(text, func(literal int32, end int) {
		s := &f.rules.signs[literal]
		if s.place != p || s.name != name || s.begins && end != s.size || s.closes && end != len(text) || f.tries[literal] == maxTries {
			return
		}
		f.tries[literal]++
		if f.follow(s, text[end:]) && p == inHeader && end == s.size {
			f.known[name] = true
		}
	})
}

// follow notes a sign if what stands behind its literal is as it must be.
func (f *finder) follow(s *sign, tail string) bool {
	if s.then == nil {
		f.note(s, "")
		return true
	}
	m := s.then().FindStringSubmatch(tail[:min(maxTail, len(tail))])
	if m != nil {
		f.note(s, strings.Join(m[1:], ""))
	}
	return m != nil
}

// note remembers a sign and the version that it told.
func (f *finder) note(s *sign, version string) {
	x := &f.rules.rules[s.rule]
	f.tell(x.Product, x.Category, s.label, version)
}

func (f *finder) tell(product string, category Category, where, version string) {
	d := f.found[product]
	if d == nil {
		d = &find{category: category}
		f.found[product] = d
	}
	if !slices.Contains(d.seen, where) {
		d.seen = append(d.seen, where)
	}
	if version = strings.Trim(version, ".-_ "); isVersion(version) && !slices.Contains(d.versions, version) && len(d.versions) < maxVersions {
		d.versions = append(d.versions, version)
	}
}

// named takes a server by its word: what it calls itself in a header is told
// even if no rule knows it. The header's form is that of RFC 9110, 10.2.4.
func (f *finder) named(header, value string, category Category) {
	if f.known[header] {
		return
	}
	word, _, _ := strings.Cut(strings.TrimSpace(value), " ")
	name, version, _ := strings.Cut(word, "/")
	if len(name) <= 60 && isToken(name) {
		f.tell(strings.ToLower(name), category, "header "+header, version)
	}
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// isVersion reports whether a text can be a version: short, and with a digit.
func isVersion(s string) bool {
	return len(s) <= 30 && isToken(s) && strings.ContainsAny(s, "0123456789")
}

// imply adds the products that others can not be without.
func (f *finder) imply() {
	queue := slices.Sorted(maps.Keys(f.found))
	for i := 0; i < len(queue); i++ {
		at, known := f.rules.of[queue[i]]
		if !known {
			continue
		}
		for _, p := range f.rules.rules[at].Implies {
			if f.found[p] == nil {
				f.tell(p, f.rules.rules[f.rules.of[p]].Category, "implied by "+queue[i], "")
				queue = append(queue, p)
			}
		}
	}
}

func (f *finder) products() []Product {
	var out []Product
	for name, d := range f.found {
		slices.Sort(d.seen)
		versions := d.versions
		if len(versions) == 0 {
			versions = []string{""}
		}
		for _, v := range versions {
			out = append(out, Product{name, strings.ToLower(v), d.category, d.seen})
		}
	}
	slices.SortFunc(out, func(a, b Product) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return out
}
