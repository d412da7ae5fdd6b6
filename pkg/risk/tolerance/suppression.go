package tolerance

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// A document is a file of suppressions.
//
//	apiVersion: osint.suppressions/v1
//	kind: Suppressions
//	suppressions:
//	  - rule: EML-05
//	    subject: corp.example      # or a pattern: "*.corp.example"
//	    reason: the mail service moves in January
//	    who: Ann Example
//	    expires: 2027-01-31        # the last day on which it holds, in UTC
type document struct {
	APIVersion   string  `yaml:"apiVersion"`
	Kind         string  `yaml:"kind"`
	Suppressions []entry `yaml:"suppressions"`
}

const (
	apiVersion = "osint.suppressions/v1"
	kind       = "Suppressions"
)

// Check implements [rule.Checker].
func (d document) Check() error {
	switch {
	case d.APIVersion != apiVersion:
		return fmt.Errorf("this is no file of suppressions that is understood here: write apiVersion: %s", apiVersion)
	case d.Kind != kind:
		return fmt.Errorf("this is no file of suppressions: write kind: %s", kind)
	}
	return nil
}

type entry struct {
	Rule    rule.Expr `yaml:"rule"` // an id, and where it stands
	Subject string    `yaml:"subject"`
	Reason  string    `yaml:"reason"`
	Who     string    `yaml:"who"`
	Expires time.Time `yaml:"expires"`
}

// Check implements [rule.Checker].
func (e entry) Check() error {
	var errs []error
	for _, x := range []struct{ key, text, write string }{
		{"rule", e.Rule.Text, "write the id of a rule, such as EML-05"},
		{"subject", e.Subject, `write what it is about, such as corp.example or "*.corp.example"`},
		{"reason", e.Reason, "say why it is borne"},
		{"who", e.Who, "say who decided it"},
	} {
		if strings.TrimSpace(x.text) == "" {
			errs = append(errs, fmt.Errorf("%s is missing: %s", x.key, x.write))
		}
	}
	if e.Expires.IsZero() {
		errs = append(errs, errors.New("expires is missing: write the last day on which it holds, such as 2027-01-31"))
	}
	if _, err := target(e.Subject); err != nil && e.Subject != "" {
		errs = append(errs, rule.Key("subject", err))
	}
	return errors.Join(errs...)
}

// Suppressions are the entries of one file, ready to be held against findings.
type Suppressions struct {
	file, digest string
	entries      []entry
}

// ReadSuppressions reads a file of them. rules are the ids that there are. The
// error says everything that is wrong, with file and line.
func ReadSuppressions(file string, text []byte, rules []string) (*Suppressions, error) {
	var d document
	if err := rule.Decode(file, text, &d); err != nil {
		return nil, err
	}
	var errs []error
	for _, e := range d.Suppressions {
		if !slices.Contains(rules, e.Rule.Text) {
			what := fmt.Sprintf("there is no rule %q", e.Rule.Text)
			if meant, ok := rule.Nearest(e.Rule.Text, rules); ok {
				what += ": did you mean " + meant + "?"
			}
			errs = append(errs, rule.Problem{File: file, Line: e.Rule.Line, What: what})
		}
	}
	if err := rule.Join(errs...); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &Suppressions{filepath.Base(file), hex.EncodeToString(sum[:]), d.Suppressions}, nil
}

// Apply says which findings are suppressed at a time, and by which entry. A
// finding that two entries name is under both.
func (s *Suppressions) Apply(findings []*pipeline.Finding, at time.Time) *pipeline.Suppressions {
	out := &pipeline.Suppressions{File: s.file, SHA256: s.digest, Entries: []pipeline.Suppression{}}
	for _, e := range s.entries {
		x := pipeline.Suppression{Line: e.Rule.Line, Rule: e.Rule.Text, Subject: e.Subject, Reason: e.Reason, Who: e.Who,
			Expires: e.Expires.Format(time.DateOnly), Findings: []string{}}
		x.Expired = !at.Before(e.Expires.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1))
		matches, _ := target(e.Subject) // read when the file was
		for _, f := range findings {
			if !x.Expired && f.Rule == x.Rule && matches(f.Subject) {
				x.Findings = append(x.Findings, f.ID)
			}
		}
		out.Entries = append(out.Entries, x)
	}
	return out
}

// Warnings says which entries have run out, and which name no finding.
func Warnings(s *pipeline.Suppressions) (lines []string) {
	if s == nil {
		return nil
	}
	for _, e := range s.Entries {
		head := fmt.Sprintf("%s:%d: the suppression of %s on %s by %s", s.File, e.Line, e.Rule, e.Subject, e.Who)
		switch {
		case e.Expired:
			lines = append(lines, fmt.Sprintf("%s expired on %s and does not hold: cure the finding, or decide anew", head, e.Expires))
		case len(e.Findings) == 0:
			lines = append(lines, head+" matches no finding: take it out if the finding is cured")
		}
	}
	return lines
}

// target reads a subject: an entity as it is typed, or a pattern in which *
// stands for any text, of a kind if it is written kind:pattern. A sealed
// subject matches nothing: its token tells nothing of it.
func target(text string) (matches func(pipeline.Entity) bool, err error) {
	if !strings.Contains(text, "*") {
		e, err := pipeline.ParseEntity(text)
		return func(x pipeline.Entity) bool { return x == e && !x.Sealed() }, err
	}
	k, pattern, ok := strings.Cut(text, ":")
	if !ok || !pipeline.Kind(k).Valid() {
		k, pattern = "", text
	}
	parts := strings.Split(strings.ToLower(pattern), "*")
	return func(x pipeline.Entity) bool {
		return !x.Sealed() && (k == "" || string(x.Kind) == k) && like(strings.ToLower(x.Value), parts)
	}, nil
}

// like reports whether a text is the parts in order, with any text between.
func like(text string, parts []string) bool {
	last := len(parts) - 1
	rest, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1:last] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, parts[last])
}
