package compliance

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"osint/pkg/pipeline"
)

// FuzzDocuments holds of any text that reads as a document: a case gets it
// back as it was, it has facts, and it goes under any policy.
func FuzzDocuments(f *testing.F) {
	for _, pattern := range []string{"testdata/documents/*.yaml", "testdata/documents/bad/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if o, err := ParseOrganisation("o.yaml", text); err == nil {
			again, err := OrganisationFromJSON(o.JSON())
			if err != nil || !bytes.Equal(again.JSON(), o.JSON()) {
				t.Fatalf("%v\n%s", err, o.JSON())
			}
			if err := o.Same(again); err != nil {
				t.Fatal(err)
			}
			o.Facts(o.Metadata.Approved.Time, func(string, any) {})
			office().Under(o.Ceiling)
			if d := o.Retention.Days(pipeline.Restricted); d < 1 || d > o.Retention.MaxDays {
				t.Fatalf("restricted data is kept for %d days", d)
			}
		}
		if m, err := ParseMandate("m.yaml", text); err == nil {
			again, err := MandateFromJSON(m.JSON())
			if err != nil || !bytes.Equal(again.JSON(), m.JSON()) {
				t.Fatalf("%v\n%s", err, m.JSON())
			}
			m.Facts(func(string, any) {})
		}
	})
}
