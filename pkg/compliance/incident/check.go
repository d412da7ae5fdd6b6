package incident

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

// Check says what of an incident can't be so at a time; every problem is one
// line, and says what to write instead.
func (i *Incident) Check(now time.Time) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if strings.TrimSpace(i.Title) == "" {
		bad("the title is missing: say in a few words what happened")
	}
	if !slices.Contains(Roles(), i.Role) {
		bad("role %q: %s", i.Role, rule.OneOf(string(i.Role), texts(Roles())))
	}
	if len(i.Frameworks) == 0 {
		bad("no framework: no clock would run; write one or more of %s", strings.Join(Frameworks(), ", "))
	}
	for _, f := range i.Frameworks {
		if !slices.Contains(Frameworks(), f) {
			bad("framework %q: %s", f, rule.OneOf(f, Frameworks()))
		}
	}
	for _, n := range i.Nature {
		if !slices.Contains(Natures(), n) {
			bad("nature %q: %s", n, rule.OneOf(string(n), texts(Natures())))
		}
	}
	for _, c := range i.Categories {
		if !slices.Contains(pipeline.Categories(), c) {
			bad("category %q: %s", c, rule.OneOf(string(c), texts(pipeline.Categories())))
		}
	}
	if i.Risk != "" && !slices.Contains(Risks(), i.Risk) {
		bad("risk %q: %s", i.Risk, rule.OneOf(string(i.Risk), texts(Risks())))
	}
	if i.Risk == Unlikely && strings.TrimSpace(i.Effects) == "" {
		bad("risk unlikely ends duties, so that the effects must say why it is: state the effects too")
	}
	for _, c := range []struct {
		n    *int
		what string
	}{{i.People, "people"}, {i.Records, "records"}, {i.California, "residents of California"}} {
		if c.n != nil && *c.n < 0 {
			bad("%d %s: write 0 or more", *c.n, c.what)
		}
	}
	if i.People != nil && i.California != nil && *i.California > *i.People {
		bad("%d residents of California among %d people: write no more than those", *i.California, *i.People)
	}
	errs = append(errs, i.checkTimes(now)...)
	return errors.Join(errs...)
}

func (i *Incident) checkTimes(now time.Time) (errs []error) {
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch {
	case i.Aware.IsZero():
		bad("when you knew of it is missing: the clocks begin then")
	case i.Aware.After(now):
		bad("you knew of it at %s, which is still to come", i.Aware.Format(time.RFC3339))
	}
	if i.Occurred != nil && i.Occurred.After(i.Aware) {
		bad("it began at %s, after you knew of it at %s", i.Occurred.Format(time.RFC3339), i.Aware.Format(time.RFC3339))
	}
	running := map[string]bool{}
	for _, c := range i.Clocks(now) {
		running[c.ID] = true
	}
	for _, t := range i.Told {
		switch {
		case !slices.Contains(ClockIDs(), t.Clock):
			bad("%q is no duty: %s", t.Clock, rule.OneOf(t.Clock, ClockIDs()))
		case !running[t.Clock]:
			bad("%s is no duty of a %s by the frameworks of this incident", t.Clock, i.Role)
		case t.At.After(now):
			bad("%s was told at %s, which is still to come", t.Clock, t.At.Format(time.RFC3339))
		case t.At.Before(i.Aware):
			bad("%s was told at %s, before you knew of it", t.Clock, t.At.Format(time.RFC3339))
		}
	}
	for _, d := range i.Delays {
		if !running[d.Clock] {
			bad("%q is no duty of this incident: its duties are %s", d.Clock, strings.Join(i.ids(now), ", "))
		}
		if strings.TrimSpace(d.Reason) == "" {
			bad("%s: the reason for the delay is empty", d.Clock)
		}
	}
	return errs
}

func (i *Incident) ids(now time.Time) (all []string) {
	for _, c := range i.Clocks(now) {
		all = append(all, c.ID)
	}
	return all
}

// Unsettled returns the duties that stand against closing an incident.
func (i *Incident) Unsettled(now time.Time) (left []Clock) {
	for _, c := range i.Clocks(now) {
		// What may be added later, and a time that never began, hold up nothing.
		if !c.Settled() && c.State != Waiting && c.Whom != details {
			left = append(left, c)
		}
	}
	return left
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for n, x := range list {
		out[n] = string(x)
	}
	return out
}
