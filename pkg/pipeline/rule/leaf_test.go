package rule

import (
	"strings"
	"testing"
	"time"
)

const sheet = `# what I like
color: never # quiet screens

# of one command
investigate:
  # how far
  depth: 3
  timeout: 90s
  collector: [dns, tls]

last: 1
`

func TestLeaves(t *testing.T) {
	ls, err := Leaves("s.yaml", []byte(sheet))
	if err != nil || len(ls) != 5 {
		t.Fatal(ls, err)
	}
	var d time.Duration
	var list []string
	if err := ls[2].Decode(&d); err != nil || d != 90*time.Second || ls[2].Line != 8 || strings.Join(ls[2].Path, ".") != "investigate.timeout" {
		t.Error(ls[2], d, err)
	}
	if err := ls[3].Decode(&list); err != nil || strings.Join(list, " ") != "dns tls" {
		t.Error(list, err)
	}
	if err := ls[0].Decode(&d); err == nil || err.Error() != "s.yaml:2: color: want a time such as 90s or 5m, not never" {
		t.Error(err)
	}
	if got := ls[0].Problem("is %s", "odd").Error(); got != "s.yaml:2: is odd" {
		t.Error(got)
	}
	for text, want := range map[string]string{
		"":               "",
		"# soon\n":       "",
		"a: {}\n":        "",
		"- a\n":          "s.yaml:1: want keys and values, not a list",
		"a: &x 1\nb: *x": "s.yaml:1: the anchor &x is not read here",
		"a: 1\na: 2\n":   "s.yaml:2: the key a stands here twice",
		"a: [":           "s.yaml:1: ",
	} {
		_, err := Leaves("s.yaml", []byte(text))
		if got := ""; err != nil {
			if got = err.Error(); want == "" || !strings.HasPrefix(got, want) {
				t.Errorf("%q: got %q", text, got)
			}
		} else if want != "" {
			t.Errorf("%q is read", text)
		}
	}
}

// TestPut holds that an edit changes what it should and nothing else.
func TestPut(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		want  string
	}{
		{"investigate.depth", 1, strings.Replace(sheet, "depth: 3", "depth: 1", 1)},
		{"color", "always", strings.Replace(sheet, "never", "always", 1)},
		{"investigate.collector", []string{"rdap"}, strings.Replace(sheet, "[dns, tls]", "[rdap]", 1)},
		{"investigate.profile", "yes", strings.Replace(sheet, "tls]\n", "tls]\n  profile: \"yes\"\n", 1)},
		{"last", 2, strings.Replace(sheet, "last: 1", "last: 2", 1)},
		{"json", true, sheet + "json: true\n"},
		{"show.json", true, sheet + "show:\n  json: true\n"},
		{"investigate", 1, "!s.yaml:7: investigate has keys below it"},
		{"color.deep", 1, "!s.yaml:2: color has a value"},
	} {
		got, err := Put("s.yaml", []byte(sheet), strings.Split(c.path, "."), c.value)
		if want, bad := strings.CutPrefix(c.want, "!"); bad {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %v", c.path, err)
			}
		} else if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\ngot:\n%s\nwant:\n%s", c.path, err, got, c.want)
		}
	}
	if got, err := Put("s.yaml", []byte("# mine\n"), []string{"a"}, "b"); err != nil || string(got) != "# mine\n\na: b\n" {
		t.Errorf("%v: %q", err, got)
	}
	if _, err := Put("s.yaml", []byte("a: ["), []string{"a"}, 1); err == nil {
		t.Error("what can't be read was edited")
	}
}

func TestCut(t *testing.T) {
	got, there, err := Cut("s.yaml", []byte(sheet), []string{"investigate", "timeout"})
	if want := strings.Replace(sheet, "  timeout: 90s\n", "", 1); err != nil || !there || string(got) != want {
		t.Errorf("%v:\n%s", err, got)
	}
	if got, there, err := Cut("s.yaml", []byte("a: {b: 1}\nc: 2\n"), []string{"a", "b"}); err != nil || !there || string(got) != "c: 2\n" {
		t.Errorf("%v: %q", err, got)
	}
	if got, there, err := Cut("s.yaml", []byte("c: 2\n"), []string{"c"}); err != nil || !there || len(got) != 0 {
		t.Errorf("%v: %q", err, got)
	}
	if _, there, err := Cut("s.yaml", []byte(sheet), []string{"investigate", "tiemout"}); err != nil || there {
		t.Errorf("%v, %t", err, there)
	}
}

// FuzzPut holds that what was put is read back, and that nothing else
// changed.
func FuzzPut(f *testing.F) {
	for _, s := range []string{sheet, "", "a: {}", "a: [1, # x\n 2]", "? a\n: b\n", "# c\n\n# d\na: |\n  x\n", "\xff", "---\n---\n"} {
		f.Add([]byte(s), "a b: #")
	}
	f.Fuzz(func(t *testing.T, text []byte, value string) {
		before, err := Leaves("s.yaml", text)
		if err != nil {
			return
		}
		out, err := Put("s.yaml", text, []string{"new", "key"}, value)
		if err != nil {
			return
		}
		after, err := Leaves("s.yaml", out)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, out, err)
		}
		found := false
		for _, l := range after {
			var got string
			if strings.Join(l.Path, ".") == "new.key" {
				found = l.Decode(&got) == nil && got == value
			}
		}
		if !found || len(after) < len(before) {
			t.Fatalf("%q is not in %q", value, out)
		}
	})
}
