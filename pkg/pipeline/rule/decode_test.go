package rule

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// A shelf is a small document with a key of every type.
type shelf struct {
	Title   string         `yaml:"title"`
	Open    bool           `yaml:"open"`
	Height  int            `yaml:"height"`
	Share   float64        `yaml:"share"`
	Lent    time.Duration  `yaml:"lent"`
	Made    time.Time      `yaml:"made"`
	Books   []book         `yaml:"books"`
	Rooms   map[string]int `yaml:"rooms"`
	When    Expr           `yaml:"when"`
	Any     any            `yaml:"any"`
	Owner   owner          `yaml:",inline"`
	Ignored string         `yaml:"-"`
	hidden  int
}

type owner struct {
	Owner string `yaml:"owner"`
}

type book struct {
	Name  string `yaml:"name"`
	Pages *uint8 `yaml:"pages"`
}

func (b book) Check() error {
	var errs []error
	if b.Name == "" {
		errs = append(errs, errors.New("want a name"))
	}
	if b.Pages != nil && *b.Pages < 2 {
		errs = append(errs, Key("pages", errors.New("want two pages or more")))
	}
	return errors.Join(errs...)
}

const good = `# a comment
title: On the shelf
open: true
height: 2
share: 1
lent: 90s
made: 2026-11-23
books:
  - {name: "1984", pages: 255}
  - name: Emma
rooms: {hall: 1, 'cellar': 2}
when: |
  a &&
  b
any: [1, {x: y}]
owner: nobody
`

func TestDecode(t *testing.T) {
	var s shelf
	if err := Decode("good.yaml", []byte(good), &s); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %t %d %g %s %s %s %d %s %v %s line %d",
		s.Title, s.Open, s.Height, s.Share, s.Lent, s.Made.Format(time.DateOnly), s.Books[0].Name,
		*s.Books[0].Pages, s.Books[1].Name, s.Rooms, s.Owner.Owner, s.When.Line)
	want := "On the shelf true 2 1 1m30s 2026-11-23 1984 255 Emma map[cellar:2 hall:1] nobody line 13"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestBadDocuments is the manual of what is refused, and in which words.
func TestBadDocuments(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", `x.yaml:1: is empty`},
		{"only a comment", "# soon\n", `x.yaml:1: is empty`},
		{"not YAML", "title: [a", `x.yaml:1: did not find expected ',' or ']'`},
		{"a tab", "rooms:\n\thall: 1\n", `x.yaml:2: found character that cannot start any token: indent with spaces, and quote a text that begins so`},
		{"a list", "- title: a\n", `x.yaml:1: want keys and values, not a list`},
		{"a word", "title\n", `x.yaml:1: want keys and values, not the text "title"`},
		{"two documents", "title: a\n---\ntitle: b\n", `x.yaml:2: a second document begins here: write one document in a file`},
		{"unknown key", "titel: a\n", `x.yaml:1: there is no key titel here: did you mean title?`},
		{"unknown key far from all", "colour: red\n",
			`x.yaml:1: there is no key colour here: write one of title, open, height, share, lent, made, books, rooms, when, any, owner`},
		{"key that is not read", "hidden: 1\n", `x.yaml:1: there is no key hidden here: write one of title, open, height, share, lent, made, books, rooms, when, any, owner`},
		{"unknown key within", "books:\n  - {name: a, page: 2}\n", `x.yaml:2: books[0]: there is no key page here: did you mean pages?`},
		{"double key", "title: a\nopen: true\ntitle: b\n", `x.yaml:3: the key title stands here twice: it is in line 1 too`},
		{"double key in a map", "rooms: {a: 1, a: 2}\n", `x.yaml:1: the key a stands here twice: it is in line 1 too`},
		{"alias", "title: &t a\nowner: *t\n",
			"x.yaml:1: the anchor &t is not read here: leave it out\nx.yaml:2: the alias *t is not read here: write the value out"},
		{"merge key", "rooms:\n  <<: {a: 1}\n", `x.yaml:2: the merge key << is not read here: write the keys out`},
		{"tag", "title: !!binary aGk=\n", `x.yaml:1: the tag !!binary is not read here: leave it out`},
		{"key that is no word", "? [a, b]\n: 1\n", `x.yaml:1: a key must be one word`},
		{"no value", "title:\n", `x.yaml:1: title: has no value: write one or leave the key out`},
		{"number as text", "title: 1984\n", `x.yaml:1: title: want text, not the number 1984: write "1984"`},
		{"list as text", "title: [a]\n", `x.yaml:1: title: want text, not a list`},
		{"text as list", "books: Emma\n", `x.yaml:1: books: want a list, not the text "Emma": write it in [brackets]`},
		{"word as boolean", "open: yes\n", `x.yaml:1: open: want true or false, not the text "yes": write true`},
		{"text as number", "height: tall\n", `x.yaml:1: height: want a whole number, not the text "tall"`},
		{"quoted number", "height: \"2\"\n", `x.yaml:1: height: want a whole number, not the text "2": leave the quotes out`},
		{"fraction as whole number", "height: 1.5\n", `x.yaml:1: height: want a whole number, not the number 1.5`},
		{"number too large", "books: [{name: a, pages: 256}]\n", `x.yaml:1: books[0].pages: want a whole number from 0, not 256`},
		{"no number", "share: .nan\n", `x.yaml:1: share: want a number, not .nan`},
		{"time without a unit", "lent: 60\n", `x.yaml:1: lent: want a time such as 90s or 5m, not the number 60: did you mean 60s?`},
		{"not a time", "lent: soon\n", `x.yaml:1: lent: want a time such as 90s or 5m, not soon`},
		{"not a date", "made: today\n", `x.yaml:1: made: want a date such as 2026-11-23, not the text "today"`},
		{"not a map", "rooms: [1]\n", `x.yaml:1: rooms: want keys and values, not a list`},
		{"wrong value in a map", "rooms:\n  hall: big\n", `x.yaml:2: rooms.hall: want a whole number, not the text "big"`},
		{"not an expression", "when: [a]\n", `x.yaml:1: when: want an expression, not a list`},
		{"empty expression", "when: ' '\n", `x.yaml:1: when: the expression is empty: write one or leave the key out`},
		{"what a value says of itself", "books:\n  - pages: 7\n  - name: a\n    pages: 1\n",
			"x.yaml:2: books[0]: want a name\nx.yaml:4: books[1].pages: want two pages or more"},
		{"everything at once", "titel: a\nopen: no\nbooks:\n  - {}\nheight: x\nheight: 2\n",
			"x.yaml:1: there is no key titel here: did you mean title?\n" +
				"x.yaml:2: open: want true or false, not the text \"no\": write false\n" +
				"x.yaml:5: height: want a whole number, not the text \"x\"\n" +
				"x.yaml:6: the key height stands here twice: it is in line 5 too"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Decode("x.yaml", []byte(c.text), new(shelf))
			if err == nil {
				t.Fatalf("loads, want: %s", c.want)
			}
			if err.Error() != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", err, c.want)
			}
			var ps Problems
			if !errors.As(err, &ps) {
				t.Errorf("%T is not Problems", err)
			}
		})
	}
}

func TestDecodeTooLong(t *testing.T) {
	err := Decode("x.yaml", []byte("title: "+strings.Repeat("a", maxText)), new(shelf))
	if err == nil || !strings.Contains(err.Error(), "bytes long") {
		t.Errorf("got %v", err)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"active", "passive", "relayed"}
	for word, want := range map[string]string{"activ": "active", "acitve": "active", "Passiv": "passive", "zzz": "", "": ""} {
		if got, _ := Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// FuzzDecode holds that nothing panics, that an error is always placed, and
// that what loads is read by a YAML parser as the same.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{good, "", "a: &a [*a]", "? {a: b}\n: c", "title: !!int 3", "x: {<<: {}}", "---\n---\n", "%YAML 9\n", "\xff\xfe", "books: [[[[[["} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got, plain shelf
		err := Decode("x.yaml", text, &got)
		if err == nil {
			if err := yaml.Unmarshal(text, &plain); err != nil {
				t.Errorf("loads, but: %v", err)
			}
			return
		}
		var ps Problems
		if !errors.As(err, &ps) || len(ps) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		for _, p := range ps {
			if p.File != "x.yaml" || p.What == "" {
				t.Errorf("not placed: %#v", p)
			}
		}
	})
}
