package profiles_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"osint/pkg/compliance/law"
	"osint/profiles"
)

// TestLawCases tries every case of the shelf.
func TestLawCases(t *testing.T) {
	book, err := profiles.Law()
	if err != nil {
		t.Fatal(err)
	}
	files := profiles.FrameworkCases()
	for _, file := range slices.Sorted(maps.Keys(files)) {
		t.Run(file, func(t *testing.T) {
			c, err := law.ParseCases(file, files[file])
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range book.Try(c) {
				t.Error(f)
			}
		})
	}
}

// A twist breaks one part of a rule, or leaves the rule out.
type twist struct {
	name string
	does func(r *yaml.Node) bool // false if the rule has no such part
}

var twists = []twist{
	{"is left out", func(r *yaml.Node) bool { return set(r, "when", "false") }},
	{"asks always", func(r *yaml.Node) bool { return get(r, "when") != nil && set(r, "when", "true") }},
	{"is never met", func(r *yaml.Node) bool { return get(r, "require") != nil && set(r, "require", "false") }},
}

// TestEveryRuleIsHeld breaks every part of every rule, one at a time: some
// case of the framework must notice. So each rule fires in one case, is met in
// another where it asks, and does not ask in a third.
func TestEveryRuleIsHeld(t *testing.T) {
	t.Parallel()
	lists := profiles.Lists()
	for file, text := range profiles.Frameworks() {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			casesFile := strings.TrimSuffix(file, ".yaml") + ".cases.yaml"
			cases, err := law.ParseCases(casesFile, profiles.FrameworkCases()[casesFile])
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range twists {
				for i := range rulesOf(t, text) {
					root := parse(t, text)
					r := get(root.Content[0], "rules").Content[i]
					if !w.does(r) {
						continue
					}
					files := maps.Clone(lists)
					if files[file], err = yaml.Marshal(root); err != nil {
						t.Fatal(err)
					}
					book, err := law.Load(files)
					if err != nil {
						t.Fatal(err)
					}
					if len(book.Try(cases)) == 0 {
						t.Errorf("no case notices that %s %s", get(r, "id").Value, w.name)
					}
				}
			}
		})
	}
}

func parse(t *testing.T, text []byte) *yaml.Node {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return &root
}

func rulesOf(t *testing.T, text []byte) []*yaml.Node {
	t.Helper()
	return get(parse(t, text).Content[0], "rules").Content
}

// get returns the value of a key; nil if it is not there.
func get(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// set gives a key another value.
func set(m *yaml.Node, key, value string) bool {
	n := get(m, key)
	if n == nil {
		n = &yaml.Node{}
		m.Content = append(m.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, n)
	}
	*n = yaml.Node{Kind: yaml.ScalarNode, Style: yaml.SingleQuotedStyle, Value: value}
	return true
}
