package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"osint/pkg/compliance/incident"
	"osint/pkg/pipeline"
)

// incidentFacts is what flags say of an incident.
type incidentFacts struct {
	title, aware, occurred, role, risk    string
	facts, effects, measures              string
	frameworks, cases, nature, categories []string
	people, records, california           int
	told, delays                          []string
	at, reference                         string
}

func (x *incidentFacts) flags(c *console, cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&x.title, "title", "", "`TEXT`: what happened, in a few words")
	fs.StringVar(&x.aware, "aware", "", "`TIME`: when the organisation knew of it")
	fs.StringVar(&x.occurred, "occurred", "", "`TIME`: when it began, where that is known")
	fs.StringVar(&x.role, "role", "", "`ROLE`: "+strings.Join(texts(incident.Roles()), " or ")+" of the data (default controller)")
	fs.StringSliceVar(&x.frameworks, "framework", nil, "`LIST`: whose clocks run: "+strings.Join(incident.Frameworks(), ",")+" (default the organisation's, else all)")
	fs.StringSliceVar(&x.cases, "concerns", nil, "`LIST`: the cases concerned")
	fs.StringSliceVar(&x.nature, "nature", nil, "`LIST`: what was lost: "+strings.Join(texts(incident.Natures()), ","))
	fs.StringSliceVar(&x.categories, "category", nil, "`LIST`: categories of the data, such as contact,identity")
	fs.IntVar(&x.people, "people", 0, "`N`: how many people, about")
	fs.IntVar(&x.records, "records", 0, "`N`: how many records, about")
	fs.IntVar(&x.california, "california", 0, "`N`: residents of California among the people")
	fs.StringVar(&x.risk, "risk", "", "`RISK`: for the people: "+strings.Join(texts(incident.Risks()), ", "))
	fs.StringVar(&x.facts, "facts", "", "`TEXT`: what is known of it")
	fs.StringVar(&x.effects, "effects", "", "`TEXT`: what follows for the people")
	fs.StringVar(&x.measures, "measures", "", "`TEXT`: what was done against it, or will be")
	typedFlags(fs)
	for name, complete := range map[string]completer{
		"role": only(texts(incident.Roles())...), "risk": only(texts(incident.Risks())...), "framework": listOf(incident.Frameworks()),
		"nature": listOf(texts(incident.Natures())), "category": listOf(texts(pipeline.Categories())), "concerns": c.caseValues,
	} {
		_ = cmd.RegisterFlagCompletionFunc(name, complete) // each is there
	}
}

func (x *incidentFacts) toldFlags(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringSliceVar(&x.told, "told", nil, "`LIST`: duties that were fulfilled, such as gdpr/authority")
	fs.StringVar(&x.at, "at", "", "`TIME`: when (default now)")
	fs.StringVar(&x.reference, "reference", "", "`TEXT`: of the notification")
	fs.StringArrayVar(&x.delays, "delay", nil, "`DUTY=REASON`: why somebody was told late")
	typedFlags(fs)
	_ = cmd.RegisterFlagCompletionFunc("told", listOf(incident.ClockIDs())) // it is there
}

// apply sets what was typed in an incident, and returns the names of what was
// set. A list, a number or a text that is empty takes away what was there.
func (x *incidentFacts) apply(c *console, fs *pflag.FlagSet, i *incident.Incident, now time.Time) (what []string, err error) {
	given := func(name string) bool {
		set := fs.Changed(name)
		if set {
			what = append(what, name)
		}
		return set
	}
	for name, to := range map[string]*string{"title": &i.Title, "facts": &i.Facts, "effects": &i.Effects, "measures": &i.Measures} {
		if given(name) {
			*to = strings.TrimSpace(map[string]string{"title": x.title, "facts": x.facts, "effects": x.effects, "measures": x.measures}[name])
		}
	}
	for name, n := range map[string]struct {
		to  **int
		now int
	}{"people": {&i.People, x.people}, "records": {&i.Records, x.records}, "california": {&i.California, x.california}} {
		if given(name) {
			*n.to = &n.now
		}
	}
	if given("role") {
		i.Role = incident.Role(x.role)
	}
	if given("risk") {
		i.Risk = incident.Risk(x.risk)
	}
	if given("framework") {
		i.Frameworks = union(nil, x.frameworks)
	}
	if given("nature") {
		i.Nature = wordsAs[incident.Nature](x.nature)
	}
	if given("category") {
		i.Categories = wordsAs[pipeline.Category](x.categories)
	}
	if given("concerns") {
		i.Cases = []string{}
		for _, name := range x.cases {
			id, err := c.caseOfLog(name)
			if err != nil {
				return nil, err
			}
			i.Cases = union(i.Cases, []string{id})
		}
	}
	if given("aware") {
		if i.Aware, err = whenTyped("--aware", x.aware, now); err != nil {
			return nil, err
		}
	}
	if given("occurred") {
		t, err := whenTyped("--occurred", x.occurred, now)
		if err != nil {
			return nil, err
		}
		i.Occurred = &t
	}
	more, err := x.tell(c, fs, i, now)
	what = append(what, more...)
	slices.Sort(what)
	return what, err
}

// tell adds who was told, and why late.
func (x *incidentFacts) tell(c *console, fs *pflag.FlagSet, i *incident.Incident, now time.Time) (what []string, err error) {
	at := now.Truncate(time.Second)
	if x.at != "" {
		if at, err = whenTyped("--at", x.at, now); err != nil {
			return nil, err
		}
	}
	if len(x.told) == 0 && (fs.Changed("at") || fs.Changed("reference")) {
		return nil, usage("--at and --reference are of a notification: say with --told which")
	}
	for _, id := range x.told {
		i.Told = append(i.Told, incident.Told{Clock: id, At: at, Reference: x.reference, By: c.who()})
		what = append(what, "told "+id)
	}
	for _, text := range x.delays {
		id, why, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usage("--delay %q: write a duty, = and the reason, such as %s", text, "'gdpr/authority=the log had to be restored first'")
		}
		i.Delays = append(i.Delays, incident.Delay{Clock: id, Reason: strings.TrimSpace(why), At: now.Truncate(time.Second), By: c.who()})
		what = append(what, "delay "+id)
	}
	return what, nil
}

// whenTyped reads a time of an incident, to the second.
func whenTyped(flag, text string, now time.Time) (time.Time, error) {
	at, _, err := parseMoment(text, now)
	if err != nil {
		return at, usage("%s: %w", flag, err)
	}
	return at.UTC().Truncate(time.Second), nil
}

func wordsAs[T ~string](list []string) []T {
	out := []T{}
	for _, s := range list {
		out = append(out, T(s))
	}
	return out
}

// dueText says when, and how far off that is.
func dueText(due, now time.Time) string {
	left := due.Sub(now)
	text := due.Format("2006-01-02 15:04Z")
	if left < 0 {
		return fmt.Sprintf("%s, %s ago", text, roughly(-left))
	}
	return fmt.Sprintf("%s, in %s", text, roughly(left))
}

// roughly is a length of time as a person says it.
func roughly(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return count(int(d/(24*time.Hour)), "day")
	case d >= time.Hour:
		return fmt.Sprintf("%d h", int(d/time.Hour))
	}
	return fmt.Sprintf("%d min", int(d/time.Minute))
}
