package telemetry

import "io"

// A Reading is one value of a gauge, outside of any run.
type Reading struct {
	Name, Help string
	Labels     []string // name, value, name, value
	Value      float64
}

// WriteReadings writes readings in the text format of Prometheus, in the order
// given. Those of one name stand together and have one Help.
func WriteReadings(w io.Writer, all []Reading) error {
	var fs []family
	for _, r := range all {
		if n := len(fs); n == 0 || fs[n-1].name != r.Name {
			fs = append(fs, family{name: r.Name, kind: Gauge, help: r.Help})
		}
		fs[len(fs)-1].points = append(fs[len(fs)-1].points, point{labels: r.Labels, value: r.Value})
	}
	return writeFamilies(w, "", fs)
}
