package technology

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline/rule"
)

// A Rule says by what a product is known.
type Rule struct {
	Product  string   `yaml:"product"`
	Category Category `yaml:"category"`
	Implies  []string `yaml:"implies"`
	Signs    []Sign   `yaml:"signs"`
}

// Category is a kind of product.
type Category string

// Categories returns every category.
func Categories() []Category {
	return []Category{
		"web-server", "proxy", "cdn", "waf", "hosting", "operating-system", // what answers
		"language", "framework", "cms", "shop", "library", "builder", // what the site is made of
		"analytics", "advertising", "consent", "chat", "payment", "captcha", // whom it lets look on
		"mail", "collaboration", "identity", "storage", "database", "monitoring", "code", // what stands behind the log-in
		"vpn", "firewall", "ci", "console", // what runs other machines
	}
}

// A Sign is one text in one place; see the package's doc.
type Sign struct {
	Header  string `yaml:"header"`
	Meta    string `yaml:"meta"`
	Has     string `yaml:"has"`
	Cookie  string `yaml:"cookie"`
	Title   string `yaml:"title"`
	Asset   string `yaml:"asset"`
	Tag     string `yaml:"tag"`
	Script  string `yaml:"script"`
	Comment string `yaml:"comment"`
	Text    string `yaml:"text"`
	Path    string `yaml:"path"`
	Robots  string `yaml:"robots"`
	Icon    int32  `yaml:"icon"`
	Then    string `yaml:"then"`
}

// place is where a text stands.
type place string

const (
	inHeader  place = "header"
	inMeta    place = "meta"
	inCookie  place = "cookie"
	inTitle   place = "title"
	inAsset   place = "asset"
	inTag     place = "tag"
	inScript  place = "script"
	inComment place = "comment"
	inText    place = "text"
	inPath    place = "path"
	inRobots  place = "robots"
	inIcon    place = "icon"
)

// where returns the place that a sign names, what it names there, and how many
// places it names: one, if it is sound.
func (s *Sign) where() (p place, what string, n int) {
	for _, x := range [...]struct {
		place place
		what  string
	}{{inHeader, s.Header}, {inMeta, s.Meta}, {inCookie, s.Cookie}, {inTitle, s.Title}, {inAsset, s.Asset}, {inTag, s.Tag},
		{inScript, s.Script}, {inComment, s.Comment}, {inText, s.Text}, {inPath, s.Path}, {inRobots, s.Robots}} {
		if x.what != "" {
			p, what, n = x.place, x.what, n+1
		}
	}
	if s.Icon != 0 {
		p, what, n = inIcon, "", n+1
	}
	return p, what, n
}

// shortest is how long a text must be that is looked for anywhere in a place.
const shortest = 3

// Check implements [rule.Checker].
func (r *Rule) Check() error {
	var errs []error
	if !isPlain(r.Product) {
		errs = append(errs, rule.Key("product", fmt.Errorf("%q: want lower case, digits, and . + -", r.Product)))
	}
	if !slices.Contains(Categories(), r.Category) {
		errs = append(errs, rule.Key("category", fmt.Errorf("%q is none: %s", r.Category, rule.OneOf(string(r.Category), words(Categories())))))
	}
	if len(r.Signs) == 0 {
		errs = append(errs, errors.New("has no signs: nothing could find it"))
	}
	for i := range r.Signs {
		if err := r.Signs[i].check(); err != nil {
			errs = append(errs, rule.Key("signs", fmt.Errorf("sign %d %w", i+1, err)))
		}
	}
	return errors.Join(errs...)
}

// isPlain reports whether a text can be a product's name: it becomes the value
// of an entity, before any version.
func isPlain(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.+-") == ""
}

func (s *Sign) check() error {
	p, _, n := s.where()
	text := s.text()
	switch {
	case n != 1:
		return fmt.Errorf("names %d places: want one", n)
	case s.Has != "" && p != inHeader && p != inMeta:
		return fmt.Errorf("has a text beside that of its %s: has is for header and meta", p)
	case p == inIcon && s.Then != "":
		return errors.New("has nothing for then to follow")
	case text != "" && len(strings.Trim(text, "^$")) < shortest:
		return fmt.Errorf("looks for %q, which is shorter than %d letters", text, shortest)
	}
	return nil
}

// text returns what is looked for in a sign's place, anchors and all; "" if it
// is enough that there is such a place.
func (s *Sign) text() string {
	switch p, what, _ := s.where(); p {
	case inHeader, inMeta:
		return s.Has
	case inCookie:
		if begin, ok := strings.CutSuffix(what, "*"); ok {
			return "^" + begin
		}
		return "^" + what + "$"
	default:
		return what
	}
}

func words(list []Category) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = string(c)
	}
	return out
}
