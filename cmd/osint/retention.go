package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

func newRetention(c *console) *cobra.Command {
	return shelf("retention", "", "Destroy what was kept long enough; hold a case that is needed", "  osint retention show\n  osint retention run --dry-run",
		retentionRun(c), retentionShow(c), retentionHold(c), retentionRelease(c))
}

// retentionFlags are limits for whoever has no document of an organisation, or
// wants shorter ones.
func retentionFlags(fs *pflag.FlagSet, r *compliance.Retention) {
	fs.IntVar(&r.Restricted, "restricted", 0, "`DAYS`: that restricted data is kept")
	fs.IntVar(&r.Confidential, "confidential", 0, "`DAYS`: that confidential data is kept")
	fs.IntVar(&r.Internal, "internal", 0, "`DAYS`: that the rest of a case is kept")
	fs.IntVar(&r.MaxDays, "max-days", 0, "`DAYS`: that anything is kept")
	fs.IntVar(&r.Reports, "reports", 0, "`DAYS`: that rendered reports are kept")
	group(fs, "Limits, where the organisation's document has none, or longer ones", "restricted", "confidential", "internal", "max-days", "reports")
}

// limits are the shorter of what the organisation's document and the flags say.
func (c *console) limits(typed compliance.Retention) (compliance.Retention, error) {
	for _, x := range []struct {
		flag string
		days int
	}{{"restricted", typed.Restricted}, {"confidential", typed.Confidential}, {"internal", typed.Internal}, {"max-days", typed.MaxDays}, {"reports", typed.Reports}} {
		if x.days < 0 {
			return typed, usage("--%s %d: write 1 or more", x.flag, x.days)
		}
	}
	p, err := c.policy()
	if err != nil || p.organisation == nil {
		return typed, err
	}
	r := p.organisation.Retention
	for _, x := range []struct {
		to    *int
		typed int
	}{{&r.Restricted, typed.Restricted}, {&r.Confidential, typed.Confidential}, {&r.Internal, typed.Internal}, {&r.MaxDays, typed.MaxDays}, {&r.Reports, typed.Reports}} {
		*x.to = shorter(*x.to, x.typed)
	}
	return r, nil
}

// shorter returns the shorter of two limits; 0 is none.
func shorter(a, b int) int {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// A schedule says until when what is kept of a case; zero is for ever.
type schedule struct {
	Restricted   time.Time `json:"restricted,omitzero"`
	Confidential time.Time `json:"confidential,omitzero"`
	Whole        time.Time `json:"whole,omitzero"` // then the case goes
}

// scheduleOf returns the schedule of a case: by the limits, and by what its own
// mandate said.
func scheduleOf(cs *pipeline.Case, r compliance.Retention) (s schedule) {
	whole := shorter(r.Internal, r.MaxDays)
	if law := cs.Opened.Law; law != nil {
		whole = shorter(whole, law.RetentionDays)
	}
	until := func(days int) time.Time {
		if days == 0 {
			return time.Time{}
		}
		return cs.Began.UTC().AddDate(0, 0, days)
	}
	confidential := shorter(r.Confidential, whole)
	return schedule{until(shorter(r.Restricted, confidential)), until(confidential), until(whole)}
}

func past(limit, now time.Time) bool { return !limit.IsZero() && now.After(limit) }

// expired returns the classes whose time is up.
func (s schedule) expired(now time.Time) (classes []pipeline.Class) {
	if past(s.Restricted, now) {
		classes = append(classes, pipeline.Restricted)
	}
	if past(s.Confidential, now) {
		classes = append(classes, pipeline.Confidential)
	}
	return classes
}

// oldReports returns the reports in a case's folder that were made too long ago,
// and when the next is.
func oldReports(cs *pipeline.Case, dir string, days int, now time.Time) (old []string, next time.Time) {
	made := map[string]time.Time{}
	for _, e := range cs.Acts {
		for _, name := range reportNames(e) {
			made[name] = e.Time
		}
	}
	for name := range issuedReports(cs) {
		if days == 0 || !exists(inCase(dir, name)) {
			continue
		}
		until := made[name].UTC().AddDate(0, 0, days)
		if past(until, now) {
			old = append(old, name)
		} else if next.IsZero() || until.Before(next) {
			next = until
		}
	}
	return sortedTexts(old), next
}
