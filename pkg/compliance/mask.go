package compliance

import (
	"maps"
	"slices"

	"osint/pkg/pipeline"
)

// mask takes the mailboxes and telephone numbers of people out of the texts
// in a value, and reports whether there were any. Role mailboxes stay. The
// value given is not changed.
func mask(v any) (masked any, hit bool) {
	switch v := v.(type) {
	case string:
		m := pipeline.Mask(v)
		return m, m != v
	case []any:
		out := slices.Clone(v)
		for i, x := range v {
			m, in := mask(x)
			out[i], hit = m, hit || in
		}
		return out, hit
	case map[string]any:
		out := maps.Clone(v)
		for k, x := range v {
			m, in := mask(x)
			out[k], hit = m, hit || in
		}
		return out, hit
	}
	return v, false
}
