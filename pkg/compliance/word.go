package compliance

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"osint/pkg/pipeline/rule"
)

var isKebab = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })

// A Word is one of an organisation's own, such as a purpose: lower-case
// letters, digits and hyphens.
type Word string

// Check implements [rule.Checker].
func (w Word) Check() error {
	if w == "" || isKebab().MatchString(string(w)) {
		return nil // an absent one is missed by whoever needs it
	}
	return fmt.Errorf("%q is no word: write lower-case letters, digits and hyphens, such as own-exposure", string(w))
}

// A Date is a day, as 2026-11-23.
type Date struct{ time.Time }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("want a date such as 2026-11-23, not %q", text)
	}
	d.Time = t
	return nil
}

// MarshalJSON implements json.Marshaler.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(`"` + d.Format(time.DateOnly) + `"`), nil }

// oneWord says which of a closed list of words was meant.
func oneWord[T ~string](what string, got T, words []T) error {
	if got == "" || slices.Contains(words, got) {
		return nil
	}
	var all []string
	for _, w := range words {
		all = append(all, string(w))
	}
	return fmt.Errorf("there is no %s %q: %s", what, string(got), rule.OneOf(string(got), all))
}
