package exchange

import (
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// Mask returns the sheet with every secret in its texts replaced by ***, for a
// place that many read, such as the log of a build. The case keeps credentials
// out by itself; this is for what a target may have learned and says back.
func (s *Sheet) Mask(secrets []string) *Sheet {
	secrets = slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) }) // one may begin another
	var pairs []string
	for _, x := range secrets {
		if x != "" {
			pairs = append(pairs, x, "***")
		}
	}
	hide := strings.NewReplacer(pairs...).Replace
	out := *s
	out.Target, out.Bottom, out.Places.File = hide(s.Target), hide(s.Bottom), hide(s.Places.File)
	out.Findings, out.Conditions, out.Troubles = slices.Clone(s.Findings), slices.Clone(s.Conditions), slices.Clone(s.Troubles)
	out.Places.Lines = map[pipeline.Entity]int{}
	for i := range out.Findings {
		f := &out.Findings[i]
		line := s.Places.of(f.Subject)
		f.Title, f.Detail, f.Remediation = hide(f.Title), hide(f.Detail), hide(f.Remediation)
		f.Subject = pipeline.Entity{Kind: f.Subject.Kind, Value: hide(f.Subject.Value)}
		out.Places.Lines[f.Subject] = line // as it was, under the name it has now
	}
	for i := range out.Conditions {
		out.Conditions[i].Reason = hide(out.Conditions[i].Reason)
	}
	for i := range out.Troubles {
		out.Troubles[i].Text = hide(out.Troubles[i].Text)
	}
	return &out
}
