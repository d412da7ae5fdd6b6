package profiles_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"osint/pkg/compliance/law"
	"osint/profiles"
)

// TestLawDocument holds docs/law.md to the code: it lists every fact, its
// framework loads, and decides what its cases say. With -update the facts are
// written anew.
func TestLawDocument(t *testing.T) {
	t.Parallel()
	const path = "../docs/law.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const end = "<!-- end of facts -->"
	head, rest, _ := strings.Cut(string(text), "-update -->\n")
	table, tail, found := strings.Cut(rest, end)
	if !found {
		t.Fatal("there is no table of facts")
	}
	var want strings.Builder
	want.WriteString("\n| fact | type | what it says |\n|---|---|---|\n")
	for _, f := range law.Vocabulary {
		fmt.Fprintf(&want, "| `%s` | %s | %s |\n", f.Name, strings.Replace(f.Type.String(), "google.protobuf.Timestamp", "timestamp", 1), f.Means)
	}
	want.WriteString("\n")
	if u := flag.Lookup("update"); u.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(head+"-update -->\n"+want.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table != want.String() {
		t.Error("the table of facts is not that of the vocabulary: go test ./profiles -run TestLawDocument -update")
	}
	own, cases := map[string][]byte{}, map[string][]byte{}
	for i, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1) {
		file := fmt.Sprintf("block-%d.yaml", i)
		switch law.Kind(file, m[1]) {
		case "Framework", "ReferenceList":
			own[file] = m[1]
		case "Cases":
			cases[file] = m[1]
		}
	}
	if len(own) != 2 || len(cases) != 1 {
		t.Fatalf("%d documents of law, %d of cases", len(own), len(cases))
	}
	book, err := law.Load(profiles.WithShelf(own))
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range cases {
		c, err := law.ParseCases(file, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range book.Try(c) {
			t.Error(f)
		}
	}
}
