package report

import (
	"fmt"
	"slices"
	"time"
)

// drawTimeline draws the dated facts on one axis, a lane for each sort.
func drawTimeline(w *writer) *drawing {
	all := w.d.Timeline
	var names []string
	for _, lane := range []string{"registration", "certificates", "names", "case"} {
		if slices.ContainsFunc(all, func(m Moment) bool { return m.Lane == lane }) {
			names = append(names, lane)
		}
	}
	from, to := all[0].At, all[len(all)-1].At
	if pad := to.Sub(from) / 40; pad > 0 {
		from, to = from.Add(-pad), to.Add(pad)
	} else {
		from, to = from.AddDate(0, -1, 0), to.AddDate(0, 1, 0)
	}
	const left, right, lane = 110.0, 700.0, 34.0
	g := &drawing{W: width, H: float64(len(names))*lane + 40, Title: "Timeline",
		Desc: fmt.Sprintf("%s between %s and %s.", plural(len(all), "dated fact", "dated facts"), day(all[0].At), day(all[len(all)-1].At))}
	span := to.Sub(from).Seconds()
	x := func(t time.Time) float64 { return left + (right-left)*t.Sub(from).Seconds()/span }
	foot := float64(len(names))*lane + 8
	for _, t := range ticks(from, to) {
		g.line(x(t.at), 4, x(t.at), foot, grid)
		g.text(x(t.at), foot+16, 10, muted, middle, t.label)
	}
	for i, name := range names {
		y := float64(i)*lane + 22
		g.text(left-14, y+4, 11.5, ink, end, name)
		g.line(left, y, right, y, grid)
		last := -10.0
		for _, m := range all {
			if at := x(m.At); m.Lane == name && at-last > 1 { // marks within a unit are one
				g.point(dot, at, y, 4, accent)
				last = at
			}
		}
	}
	if at := w.d.Case.asOf; at.After(from) && at.Before(to) {
		g.Marks = append(g.Marks, mark{Shape: line, X: x(at), Y: 4, X2: x(at), Y2: foot, Role: ink, Dashed: true})
		g.text(x(at)-6, 12, 10, ink, end, "this report")
	}
	return g
}

type tick struct {
	at    time.Time
	label string
}

// ticks returns at most ten round dates between two moments.
func ticks(from, to time.Time) []tick {
	var out []tick
	add := func(months int, layout string) {
		t := time.Date(from.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		if months >= 12 {
			years := months / 12
			t = time.Date(from.Year()/years*years, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		for ; t.Before(to); t = t.AddDate(0, months, 0) {
			if !t.Before(from) {
				out = append(out, tick{t, t.Format(layout)})
			}
		}
	}
	months := int(to.Sub(from).Hours() / 24 / 30)
	for _, step := range []int{1, 3, 6, 12, 24, 60, 120, 240, 600, 1200} {
		if months/step <= 9 {
			layout := "2006"
			if step < 12 {
				layout = "Jan 2006"
			}
			add(step, layout)
			break
		}
	}
	return out
}
