package law

import (
	"os"
	"path/filepath"
	"testing"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// shelf reads the laws and lists that the tool brings.
func shelf(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, dir := range []string{"frameworks", "lists"} {
		found, err := filepath.Glob("../../../profiles/" + dir + "/*.yaml")
		if err != nil || len(found) == 0 {
			t.Fatal("no laws", err)
		}
		for _, file := range found {
			if text, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			} else if Kind(file, text) != "Cases" {
				files[filepath.Base(file)] = text
			}
		}
	}
	return files
}

// calm returns the laws of the shelf and one of the two cases in
// testdata/calm.cases.yaml, which says what they are.
func calm(b *testing.B, which int) (*Book, *rule.Facts, []pipeline.Category) {
	b.Helper()
	text, err := os.ReadFile("testdata/calm.cases.yaml")
	if err != nil {
		b.Fatal(err)
	}
	cases, err := ParseCases("calm.cases.yaml", text)
	if err != nil {
		b.Fatal(err)
	}
	book := load(b, shelf(b))
	for _, f := range book.Try(cases) {
		b.Fatal(f)
	}
	f, emits := book.FactsOf(&cases.Cases[which]), cases.Cases[which].Emits
	if d := book.Decide(f, emits); len(d.Applied) != 5 || len(d.Unknown) != 2*which {
		b.Fatalf("%+v", d)
	}
	return book, f, emits
}

func benchmarkDecide(b *testing.B, which int) {
	book, f, emits := calm(b, which)
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(f, emits)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rulings/s")
}

// BenchmarkDecide measures a ruling by five laws that all apply, every fact
// known, every rule asked.
func BenchmarkDecide(b *testing.B) { benchmarkDecide(b, 0) }

// BenchmarkDecideUnknown is the same with two facts unknown that decide.
func BenchmarkDecideUnknown(b *testing.B) { benchmarkDecide(b, 1) }

// BenchmarkLoad measures reading and compiling all that is on the shelf.
func BenchmarkLoad(b *testing.B) {
	files := shelf(b)
	for b.Loop() {
		load(b, files)
	}
}
