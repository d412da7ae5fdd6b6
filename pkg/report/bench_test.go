package report

import (
	"fmt"
	"io"
	"testing"

	"osint/pkg/pipeline"
)

// A case of 20,000 observations, in every format.
func BenchmarkRender(b *testing.B) {
	s := newScribe(b)
	s.open()
	for i := range 40 {
		var seen []pipeline.Observation
		for j := range 500 {
			seen = append(seen, to("resolves-to", ent(pipeline.KindIP, fmt.Sprintf("2001:db8:%x::%x", i, j))))
		}
		s.task("dns", "dns", ent(pipeline.KindHost, fmt.Sprintf("n%d.acme.example", i)), pipeline.OK, "", seen...)
	}
	s.findings([]string{"", "", "", "", ""}, []string{"", "", ""}, []string{"", "", ""})
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			Build(s.c, Options{})
		}
	})
	d := Build(s.c, Options{})
	for _, f := range Formats() {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Render(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
