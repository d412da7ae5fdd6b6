package law

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline/rule"
)

// A List is a dated list of codes that rules refer to, such as the countries
// that a decision on adequacy covers.
type List struct {
	ID        string
	Title     string
	CheckedAt time.Time // when it was last held against its source
	StaleDays int       // after how many days that must be done again
	Source    string
	SHA256    string // of the file, in hex
	Entries   []Entry
}

// An Entry is one code of a list.
type Entry struct {
	Code        string    `yaml:"code"`
	Since       time.Time `yaml:"since"`       // from when on it counts; zero is always
	ValidUntil  time.Time `yaml:"valid_until"` // the last day on which it does; zero is no end
	Act         string    `yaml:"act"`         // what it rests on
	Scope       string    `yaml:"scope"`       // whom it covers, where not everybody
	Conditional bool      `yaml:"conditional"` // for people to read: rules do not see it
}

// Fact returns the name by which rules see the list.
func (l *List) Fact() string { return listPrefix + strings.ReplaceAll(l.ID, "-", "_") }

// At returns the codes that count at a time, sorted.
func (l *List) At(now time.Time) []string {
	codes := []string{}
	for _, e := range l.Entries {
		if !e.Conditional && !now.Before(e.Since) && (e.ValidUntil.IsZero() || now.Before(e.ValidUntil.AddDate(0, 0, 1))) {
			codes = append(codes, e.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// stale returns when the list must be checked again (times 1), and when it is
// no longer believed (times 2).
func (l *List) stale(times int) time.Time { return l.CheckedAt.AddDate(0, 0, times*l.StaleDays) }

type listDoc struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   listMeta `yaml:"metadata"`
	Entries    []Entry  `yaml:"entries"`
}

type listMeta struct {
	ID        rule.Text `yaml:"id"`
	Title     string    `yaml:"title"`
	CheckedAt time.Time `yaml:"checked_at"`
	StaleDays int       `yaml:"stale_after_days"`
	Source    string    `yaml:"source"`
}

// Check implements [rule.Checker].
func (d *listDoc) Check() error {
	errs := []error{heading(d.APIVersion, d.Kind, "ReferenceList")}
	if d.Metadata == (listMeta{}) {
		errs = append(errs, errors.New("metadata is missing: write metadata: {id: my-list, title: What it lists, checked_at: 2026-11-23, stale_after_days: 90, source: \"https://…\"}"))
	}
	if len(d.Entries) == 0 {
		errs = append(errs, errors.New("entries are missing: write entries: [{code: DE}]"))
	}
	seen := map[string]bool{}
	for _, e := range d.Entries {
		if seen[e.Code] && e.Code != "" {
			errs = append(errs, rule.Key("entries", fmt.Errorf("the code %s stands here twice", e.Code)))
		}
		seen[e.Code] = true
	}
	return errors.Join(errs...)
}

// Check implements [rule.Checker].
func (m listMeta) Check() error {
	errs := []error{checkID(m.ID.Value)}
	if strings.TrimSpace(m.Title) == "" {
		errs = append(errs, errors.New("title is missing: say what it lists"))
	}
	if strings.TrimSpace(m.Source) == "" {
		errs = append(errs, errors.New("source is missing: write where it can be checked"))
	}
	if m.CheckedAt.IsZero() {
		errs = append(errs, errors.New("checked_at is missing: write the day on which it was held against its source, such as checked_at: 2026-11-23"))
	}
	if m.StaleDays <= 0 {
		errs = append(errs, errors.New("stale_after_days is missing: write after how many days it must be checked again, such as stale_after_days: 90"))
	}
	return errors.Join(errs...)
}

// Check implements [rule.Checker].
func (e Entry) Check() error {
	switch {
	case strings.TrimSpace(e.Code) == "":
		return errors.New("code is missing: write one such as code: DE")
	case !e.ValidUntil.IsZero() && e.ValidUntil.Before(e.Since):
		return rule.Key("valid_until", fmt.Errorf("is before since, %s: write a later day", e.Since.Format(time.DateOnly)))
	}
	return nil
}
