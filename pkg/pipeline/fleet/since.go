package fleet

import (
	"math"
	"slices"
	"strconv"

	"osint/pkg/pipeline"
)

// Keyed gives findings without a fingerprint one of their rule and a number,
// so that they can be told from others in the next run: a sealed subject's
// token is of one case only.
func Keyed(fs []Finding) []Finding {
	n := map[string]int{}
	for i := range fs {
		if fs[i].Fingerprint == "" {
			n[fs[i].Rule]++
			fs[i].Fingerprint = fs[i].Rule + "#" + strconv.Itoa(n[fs[i].Rule])
		}
	}
	return fs
}

// Since compares a row with the same target's row of the run before, which is
// nil for a target that is new, and fills in Changes, New, Gone and Was.
//
// A finding is gone only if it was judged again: where seen says of one that
// it could not be, it stands on, unverified, and with it a level that would be
// lower now. A row that was not judged keeps what was known of its target.
func (r *Row) Since(old *Row, seen func(Finding) bool) {
	r.New, r.Gone, r.Changes, r.Was = []Finding{}, []Finding{}, nil, nil
	judged := r.AsOf != ""
	if old != nil && old.AsOf != "" {
		r.Was = &Was{old.AsOf, old.Level, old.Score, old.Coverage}
		if judged {
			r.compare(old, seen)
		} else {
			r.AsOf, r.Basis, r.Held = old.AsOf, old.Basis, true
			r.Level, r.Score, r.Coverage, r.Standing = old.Level, old.Score, old.Coverage, old.Standing
			if r.TLP == "" {
				r.TLP = old.TLP
			}
		}
	} else if judged {
		r.Changes, r.New = append(r.Changes, First), slices.Clone(r.Standing)
	}
	if !r.Outcome.Settled() || r.Code != 0 && r.Code != tooLittle {
		r.Changes = append(r.Changes, Trouble)
	}
	slices.Sort(r.Changes)
	r.count()
}

// tooLittle is the code of a row with too little coverage. It is a change
// only when coverage fell.
const tooLittle = 3

// levels are the levels of risk, rising; any other word is below them.
var levels = []string{"low", "medium", "high", "critical"}

// Ran returns what says of a finding whether the check of its rule ran.
func Ran(checks []pipeline.Check) (seen func(Finding) bool) {
	ran := map[string]bool{}
	for _, c := range checks {
		ran[c.Rule] = c.State != "unknown"
	}
	return func(f Finding) bool { return ran[f.Rule] }
}

func (r *Row) compare(old *Row, seen func(Finding) bool) {
	has := func(fs []Finding, key string) bool {
		return slices.ContainsFunc(fs, func(f Finding) bool { return f.Fingerprint == key })
	}
	for _, f := range r.Standing {
		if !has(old.Standing, f.Fingerprint) {
			r.New = append(r.New, f)
		}
	}
	for _, f := range old.Standing {
		switch {
		case has(r.Standing, f.Fingerprint):
		case r.Outcome == Complete && seen(f):
			r.Gone = append(r.Gone, f)
		default:
			f.Unverified = true
			r.Standing = append(r.Standing, f)
			r.Held = slices.Index(levels, r.Level) < slices.Index(levels, old.Level)
		}
	}
	if r.Held {
		r.Level, r.Score = old.Level, old.Score
	}
	for c, is := range map[Change]bool{Added: len(r.New) > 0, Removed: len(r.Gone) > 0, Leveled: r.Level != old.Level,
		Obscured: percent(r.Coverage) < percent(old.Coverage)} {
		if is {
			r.Changes = append(r.Changes, c)
		}
	}
}

func percent(share float64) int { return int(math.Round(100 * share)) }

func (r *Row) count() {
	r.Counts = map[pipeline.Severity]int{}
	for _, f := range r.Standing {
		r.Counts[f.Severity]++
	}
	if r.Standing == nil {
		r.Standing = []Finding{}
	}
	if r.Changes == nil {
		r.Changes = []Change{}
	}
}

// Close compares the index as a whole with the run before, and decides its
// code and whether anything has changed.
func (x *Index) Close(before *Index) {
	x.Left, x.Code, x.Outcome = []string{}, 0, Complete
	for _, r := range x.Rows {
		x.Changed = x.Changed || len(r.Changes) > 0
		x.Code = Graver(x.Code, r.Code)
		if r.Outcome == Interrupted || r.Outcome == NotStarted {
			x.Outcome = Interrupted
		}
	}
	if before == nil {
		return
	}
	if x.Before = before.Run; before.Run == x.Run { // which this goes on with
		x.Before, x.Left = before.Before, append(x.Left, before.Left...)
		x.Changed = x.Changed || len(x.Left) > 0
	}
	for _, old := range before.Rows {
		if old.key() != "" && x.Row(old.Kind, old.Target) == nil {
			x.Left, x.Changed = append(x.Left, old.Target), true
		}
	}
}

// Row returns the row of a target, or nil. A person has none that could be
// told from another's.
func (x *Index) Row(k pipeline.Kind, target string) *Row {
	if x == nil {
		return nil
	}
	for i := range x.Rows {
		if r := &x.Rows[i]; r.key() != "" && r.Kind == k && r.Target == target {
			return r
		}
	}
	return nil
}

// key names a row's target from run to run; "" for a person.
func (r *Row) key() string {
	if r.Target == SealedTarget {
		return ""
	}
	return string(r.Kind) + ":" + r.Target
}

// SealedTarget stands in a row for a person.
const SealedTarget = "a sealed target"

// ranks are exit codes, the gravest first: interrupted, internal, locked,
// usage, not asked, the gate of a build, coverage.
var ranks = []int{130, 143, 1, 75, 2, 4, 10, 3, 0}

// Graver returns the code that ranks higher of two. One that is not known
// here ranks as internal.
func Graver(a, b int) int {
	rank := func(code int) int {
		if i := slices.Index(ranks, code); i >= 0 {
			return i
		}
		return slices.Index(ranks, 1)
	}
	if rank(b) < rank(a) {
		return b
	}
	return a
}
