package registry

import (
	"slices"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// Apply returns the collectors as the registry has their sources. A nil registry
// changes nothing.
func (r *Registry) Apply(entries []collectors.Entry) []collectors.Entry {
	if r == nil {
		return entries
	}
	out := slices.Clone(entries)
	for i := range out {
		if c, ok := r.Sources[out[i].Spec.Source.Name]; ok {
			c.apply(&out[i].Spec)
		}
	}
	return out
}

func (c Change) apply(s *pipeline.Spec) {
	o := &s.Source
	if c.State != nil {
		o.State = pipeline.SourceState(*c.State)
		if *c.State == "alive" { // again, it may be
			o.State = ""
		}
	}
	set(&o.Note, c.Note)
	set(&o.Base, c.Base)
	set(&o.Country, c.Country)
	set(&o.Terms, c.Terms)
	set(&o.Verified, c.Verified)
	set(&o.Daily, c.Daily)
	set(&o.Monthly, c.Monthly)
	set(&o.PriceUSD, c.PriceUSD)
	if c.Commercial != nil {
		o.Commercial = pipeline.Permission(*c.Commercial)
	}
	duration(&o.Interval, c.Interval)
	duration(&o.TTL, c.TTL)
	if c.PriceUSD != nil { // a ceiling holds as many requests as it did
		s.Ceiling.CostUSD = *c.PriceUSD * float64(s.Ceiling.Requests)
	}
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func duration(to *time.Duration, from *string) {
	if from == nil {
		return
	}
	if d, err := time.ParseDuration(*from); err == nil {
		*to = d
	}
}

// ownerOf returns the registrable domain that a base lies in; "" if it is none.
func ownerOf(base string) string {
	e, err := pipeline.NewEntity(pipeline.KindURL, base)
	if err != nil {
		return ""
	}
	return e.Registrable().Value
}
