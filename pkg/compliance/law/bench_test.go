package law

import (
	"os"
	"path/filepath"
	"testing"
	"time"

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

// calm returns facts on which every law of the shelf applies and none fires.
func calm(b *Book) *rule.Facts {
	f := rule.NewFacts()
	b.Lend(f, time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	for _, w := range Vocabulary {
		switch w.Type {
		case text:
			f.Set(w.Name, "REF-7")
		case truth:
			f.Set(w.Name, false)
		case whole:
			f.Set(w.Name, 1)
		}
	}
	for name, v := range map[string]any{
		"data.personal": true, "dpia.criteria": 3, "dpia.met": []string{"sensitive", "large", "matching"},
		"target.kind": "natural-person", "target.jurisdictions": []string{"FR", "GB", "US-CA", "CA-QC", "CA", "BR"}, "target.minor": "no",
		"collector.country": "GB", "collector.class": "publication", "collector.access": "open", "collector.special": "none",
		"collector.personal": true, "collector.sends_personal": true, "collector.published": true, "collector.emits": []string{"identity", "online-id"},
		"job.purpose": "fraud", "job.basis": "legitimate-interests", "job.dpia_outcome": "low", "job.notice": "direct", "job.retention_days": 30,
		"job.transfer_tool": "bcr", "job.storage_countries": []string{"DE"}, "job.human_review": true, "job.sources_attached": true, "job.encrypted": true,
		"job.recorded": true, "job.ccpa_purpose_disclosed": true, "job.ccpa_inference_disclosed": true,
		"org.establishments": []string{"DE", "GB", "CA", "BR"}, "org.allowed_purposes": []string{"exposure", "fraud"},
		"org.purpose_categories": map[string]any{"fraud": []string{"identity", "online-id"}}, "org.commercial": true, "org.ccpa_business": true,
		"org.max_retention_days": 365, "org.foreign_processing_notice": true, "org.large_scale": 500,
		"disclosure.audience": "named", "disclosure.recipient_country": "GB",
	} {
		f.Set(name, v)
	}
	return f
}

var stakes = []pipeline.Category{pipeline.OnlineID, pipeline.Identity, pipeline.Content}

// BenchmarkDecide measures a ruling by five laws that all apply, every fact
// known, every rule asked.
func BenchmarkDecide(b *testing.B) {
	book := load(b, shelf(b))
	f := calm(book)
	if d := book.Decide(f, stakes); d.Verdict != pipeline.Allow || len(d.Applied) != 5 {
		b.Fatalf("%+v", d)
	}
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(f, stakes)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rulings/s")
}

// BenchmarkDecideUnknown is the same with two facts unknown that decide.
func BenchmarkDecideUnknown(b *testing.B) {
	book := load(b, shelf(b))
	f := calm(book)
	f.Forget("target.minor")
	f.Forget("job.lia_ref")
	if d := book.Decide(f, stakes); d.Verdict != pipeline.ReviewIt || len(d.Applied) != 5 || len(d.Unknown) != 2 {
		b.Fatalf("%+v", d)
	}
	b.ReportAllocs()
	for b.Loop() {
		book.Decide(f, stakes)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rulings/s")
}

// BenchmarkLoad measures reading and compiling five laws and two lists.
func BenchmarkLoad(b *testing.B) {
	files := shelf(b)
	for b.Loop() {
		load(b, files)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/load")
}
