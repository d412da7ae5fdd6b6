package risk

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// rules returns the rules that have flaws, sorted.
func (l *ledger) rules() []string {
	has := map[string]bool{}
	for _, fs := range l.flaws {
		for _, f := range fs {
			has[f.rule] = true
		}
	}
	return slices.Sorted(maps.Keys(has))
}

// sensitivity returns the score with each rule left out, the one that changes
// most first. The deltas do not add up.
func (l *ledger) sensitivity() []pipeline.Sensitivity {
	now := l.score()
	out := []pipeline.Sensitivity{}
	for _, r := range l.rules() {
		s := l.without(r).score()
		out = append(out, pipeline.Sensitivity{Rule: r, Delta: round(s-now, 2), Score: s, Level: level(s)})
	}
	slices.SortStableFunc(out, func(a, b pipeline.Sensitivity) int { return cmp.Compare(a.Delta, b.Delta) })
	return out
}

// thresholds returns how far the total is above each level but the lowest.
func (l *ledger) thresholds() []pipeline.Threshold {
	var out []pipeline.Threshold
	for _, x := range levels[1:] {
		out = append(out, pipeline.Threshold{Level: x.name, Nats: round(l.hazard()-nats(x.from), 3)})
	}
	return out
}

// fixes returns rules whose cure drops the level, and the level then: each
// time the one that helps most, and in the end those left out again without
// which it drops too.
func (l *ledger) fixes() (cured []string, after string) {
	now := level(l.score())
	if now == levels[0].name {
		return nil, ""
	}
	rest := l
	for level(rest.score()) == now {
		best, least := "", 0.0
		for _, r := range rest.rules() {
			if h := rest.without(r).hazard(); best == "" || h < least {
				best, least = r, h
			}
		}
		rest, cured = rest.without(best), append(cured, best)
	}
	for again := true; again; { // a cure may let another one suffice that did not before
		again = false
		for _, r := range slices.Clone(cured) {
			fewer := slices.DeleteFunc(slices.Clone(cured), func(x string) bool { return x == r })
			if level(l.cure(fewer).score()) != now {
				cured, again = fewer, true
			}
		}
	}
	return cured, level(l.cure(cured).score())
}

func (l *ledger) cure(rules []string) *ledger {
	for _, r := range rules {
		l = l.without(r)
	}
	return l
}

// maxNext is how many next steps are named.
const maxNext = 5

// A step is evidence that could be had, and how far the score could rise.
type step struct {
	text string
	rise float64
}

// nextSteps says what evidence would raise the score most: own confirmation
// of what is grave and doubtful, and collectors that did not answer.
func (l *ledger) nextSteps(vs []verdict) []string {
	steps := append(l.confirmations(), l.unheard(vs)...)
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.rise <= 0 })
	slices.SortFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(b.rise, a.rise), strings.Compare(a.text, b.text)) })
	var out []string
	for _, s := range steps[:min(maxNext, len(steps))] {
		out = append(out, s.text)
	}
	return out
}

// doubtful is the confidence below which a grave finding wants confirmation.
const doubtful = .75

func (l *ledger) confirmations() (steps []step) {
	now := l.score()
	for v, fs := range l.flaws {
		for i, f := range fs {
			c := confidence(f.witnesses)
			if f.severity.Rank() < pipeline.High.Rank() || c >= doubtful || len(f.witnesses) == 0 {
				continue
			}
			sure := slices.Clone(fs)
			sure[i].witnesses = append(slices.Clone(f.witnesses), witness{origin: "\x00own check", weight: measured})
			s := l.with(v, sure).score()
			steps = append(steps, step{fmt.Sprintf("confirm %s on %s (confidence %.2f): the score would be %.1f, %s", f.rule, f.asset.Value, c, s, level(s)), s - now})
		}
	}
	return steps
}

// unheard groups the checks that did not run by the collector that was
// silent. What a missing credential or a source's terms barred is no step: the
// plan says what is wanted for it.
func (l *ledger) unheard(vs []verdict) (steps []step) {
	now := l.score()
	type group struct {
		checks []verdict
		why    string
	}
	by := map[string]*group{}
	for _, v := range vs {
		if v.state != unknown || v.barred || len(v.silent) == 0 {
			continue
		}
		g := by[v.silent[0]]
		if g == nil {
			g = &group{why: v.reason}
			by[v.silent[0]] = g
		}
		g.checks = append(g.checks, v)
	}
	for c, g := range by {
		s := l.also(missing(g.checks, allTrue)).score()
		steps = append(steps, step{fmt.Sprintf("get an answer from %s: %s did not run (%s), and the score could be up to %.1f, %s",
			c, plural(len(g.checks), "check", "checks"), g.why, s, level(s)), s - now})
	}
	return steps
}

// also returns the ledger with further flaws.
func (l *ledger) also(flaws []flaw) *ledger {
	by := map[string][]flaw{}
	for _, f := range flaws {
		by[f.vector] = append(by[f.vector], f)
	}
	for v, fs := range by {
		l = l.with(v, append(slices.Clone(l.flaws[v]), fs...))
	}
	return l
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
