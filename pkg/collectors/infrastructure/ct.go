package infrastructure

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// maxCertifiedNames is how many names below one domain are told.
const maxCertifiedNames = 5000

// A logged certificate is what a search of certificate transparency tells of
// one certificate. Times are zero and texts empty where it does not say.
type logged struct {
	names     []string // as they stand there: wildcards, addresses and all
	issuer    string   // the issuer's organisation, or its common name
	notBefore time.Time
	notAfter  time.Time
	serial    string // lower-case hexadecimal
}

// certified gathers the names below a domain, each with its newest
// certificate.
type certified struct {
	domain string
	newest map[pipeline.Entity]proven
}

// A proven certificate is one with the exchange that showed it.
type proven struct {
	logged
	exchange pipeline.ExchangeID
}

func newCertified(domain string) *certified {
	return &certified{domain, map[pipeline.Entity]proven{}}
}

// add takes one certificate's names.
func (c *certified) add(l logged, x pipeline.ExchangeID) {
	for _, text := range l.names {
		name, ok := nameBelow(text, c.domain)
		if !ok {
			continue
		}
		if old, known := c.newest[name]; !known || newer(l, old.logged) {
			c.newest[name] = proven{l, x}
		}
	}
}

// newer puts certificates in an order that does not hang on the order in
// which they were found.
func newer(a, b logged) bool {
	return cmp.Or(a.notBefore.Compare(b.notBefore), a.notAfter.Compare(b.notAfter),
		cmp.Compare(a.serial, b.serial), cmp.Compare(a.issuer, b.issuer)) > 0
}

// nameBelow returns the name that a certificate is for if it lies below the
// domain: a wildcard stands for the name it hangs on. E-mail addresses,
// names elsewhere and the domain itself are none.
func nameBelow(text, domain string) (pipeline.Entity, bool) {
	text = strings.TrimPrefix(bare(strings.TrimSpace(text)), "*.")
	if !strings.HasSuffix(text, "."+domain) {
		return pipeline.Entity{}, false
	}
	name, err := pipeline.NewName(text)
	return name, err == nil && strings.HasSuffix(name.Value, "."+domain)
}

// tell reports the names in alphabetical order. It returns a Failure if there
// are more than are told.
func (c *certified) tell(emit collectors.Emit) error {
	names := slices.SortedFunc(maps.Keys(c.newest), func(a, b pipeline.Entity) int { return strings.Compare(a.Value, b.Value) })
	for _, name := range names[:min(len(names), maxCertifiedNames)] {
		by := c.newest[name]
		emit(pipeline.Observation{Predicate: "has-name", Object: &name, Value: by.qualifier(), Exchanges: []pipeline.ExchangeID{by.exchange}})
	}
	if len(names) > maxCertifiedNames {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d names below %s, of which the first %d are told", len(names), c.domain, maxCertifiedNames))
	}
	return nil
}

// qualifier says by which certificate a name is known.
func (l logged) qualifier() any {
	q := map[string]any{}
	for key, text := range map[string]string{"issuer": l.issuer, "not_before": moment(l.notBefore), "not_after": moment(l.notAfter), "serial": l.serial} {
		if text != "" {
			q[key] = text
		}
	}
	if len(q) == 0 {
		return nil
	}
	return q
}

// moment returns a time as RFC 3339 in UTC; "" if there is none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// issuerOf returns the organisation in a distinguished name such as
// `C=US, O="Example, Inc.", CN=E1`, else its common name, else the whole.
func issuerOf(dn string) string {
	parts := map[string]string{}
	for _, part := range splitQuoted(dn) {
		key, value, _ := strings.Cut(part, "=")
		if value = strings.Trim(strings.TrimSpace(value), `"`); value != "" {
			parts[strings.ToUpper(strings.TrimSpace(key))] = value
		}
	}
	return cmp.Or(parts["O"], parts["CN"], strings.TrimSpace(dn))
}

// splitQuoted cuts a text at its commas, those in quotes apart.
func splitQuoted(s string) []string {
	quoted := false
	return strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}

// partly makes a later failure Partial, since something was answered before
// it. The end of the run and a broken record stay what they are.
func partly(err error, where string) error {
	var f *pipeline.Failure
	if !errors.As(err, &f) || f.Outcome == pipeline.Cancelled {
		return err
	}
	return pipeline.Fail(pipeline.Partial, where+": "+f.Error())
}
