package technology

import (
	"bufio"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sample is one line of testdata/samples.txt.
type sample struct {
	line   int
	answer Answer
	want   []string
}

func samples(t testing.TB) (all []sample) {
	t.Helper()
	f, err := os.Open("testdata/samples.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for n := 1; in.Scan(); n++ {
		text, want, ok := cutLast(in.Text(), "=>")
		if ok {
			want := strings.Fields(want)
			slices.Sort(want)
			all = append(all, sample{n, answer(t, strings.TrimSpace(text)), want})
		} else if text := in.Text(); text != "" && !strings.HasPrefix(text, "#") {
			t.Fatalf("samples.txt:%d: no =>", n)
		}
	}
	return all
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 && !strings.HasPrefix(s, "# ") {
		return s[:i], s[i+len(sep):], true
	}
	return "", "", false
}

// answer makes an answer of a sample's text.
func answer(t testing.TB, text string) Answer {
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case strings.HasPrefix(text, "<"):
		return Answer{Page: ReadPage([]byte(text))}
	case strings.HasPrefix(text, "{"):
		return Answer{Text: text}
	case word == "GET":
		return Answer{Path: rest}
	case word == "robots":
		return Answer{Robots: rest}
	case word == "icon":
		n, err := strconv.ParseInt(rest, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		icon := int32(n)
		return Answer{Icon: &icon}
	}
	name, value, _ := strings.Cut(text, ":")
	return Answer{Header: http.Header{http.CanonicalHeaderKey(name): {strings.TrimSpace(value)}}}
}

// seen returns the products that are not only implied.
func seen(found []Product) []string {
	var out []string
	for _, p := range found {
		if strings.HasPrefix(p.Seen[0], "implied by") {
			continue
		}
		out = append(out, strings.TrimSuffix(p.Name+"/"+p.Version, "/"))
	}
	slices.Sort(out)
	return out
}

func own(t testing.TB) *Rules {
	t.Helper()
	r, err := Own()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every sample shows what it says, and nothing else.
func TestSamples(t *testing.T) {
	r := own(t)
	for _, s := range samples(t) {
		if got := seen(r.Detect(s.answer)); !slices.Equal(got, s.want) {
			t.Errorf("samples.txt:%d: %q, want %q", s.line, got, s.want)
		}
	}
}

// Every sign of every rule is one that a sample shows, and its expression can
// be compiled: a sign alone, under a name that no server bears, finds its
// product in a sample that wants it.
func TestEverySignIsTried(t *testing.T) {
	all := samples(t)
	for _, x := range own(t).rules {
		for i, s := range x.Signs {
			alone := &Rules{of: map[string]int{}, bare: map[named][]sign{}, icons: map[int32][]sign{}, rules: []Rule{{Product: "it", Category: x.Category, Signs: []Sign{s}}}}
			var literals []string
			if l := alone.place(0, &s); l != "" {
				literals = []string{l}
			}
			var err error
			if alone.literal, err = newAutomaton(literals); err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(all, func(c sample) bool {
				return slices.ContainsFunc(c.want, func(w string) bool { return w == x.Product || strings.HasPrefix(w, x.Product+"/") }) &&
					slices.ContainsFunc(alone.Detect(c.answer), func(p Product) bool { return p.Name == "it" })
			}) {
				t.Errorf("%s: no sample shows sign %d: %+v", x.Product, i+1, s)
			}
		}
	}
}
