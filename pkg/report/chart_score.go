package report

import (
	"cmp"
	"fmt"
)

// width is the width of every drawing, in units.
const width = 720

// drawGauge draws the score on its scale: the four levels, the score, and
// how far the unseen checks could move it.
func drawGauge(d *Document) *drawing {
	r := d.Risk
	score := *r.Score
	g := &drawing{W: width, H: 98, Title: "Score and bounds"}
	g.Desc = fmt.Sprintf("Score %s of 100, level %s. The line below shows what the checks that did not run could add: known %s, expected %s, at most %s.",
		number(score), r.Level, number(r.Bounds.Known), number(r.Bounds.Expected), number(r.Bounds.Max))
	x := func(s float64) float64 { return 10 + s*7 }
	const top, height = 44, 16
	ends := []float64{0, 20, 45, 70, 100}
	for i, name := range []string{"low", "medium", "high", "critical"} {
		g.box(x(ends[i]), top, x(ends[i+1])-x(ends[i])-1.5, height, []role{band0, band1, band2, band3}[i])
		g.text((x(ends[i])+x(ends[i+1]))/2, top+height+15, 11, muted, middle, name)
		if i > 0 {
			g.text(x(ends[i]), top+height+15, 9.5, muted, middle, fmt.Sprint(ends[i]))
		}
	}
	at, side := x(score), middle
	switch {
	case score < 12:
		at, side = 10, start
	case score > 88:
		at, side = x(100), end
	}
	label := fmt.Sprintf("%s  %s", number(score), r.Level)
	if r.Insufficient {
		label += " (indicative)"
	}
	g.bold(at, 24, 19, ink, side, label)
	g.box(x(score)-1.5, top-12, 3, height+16, ink)
	const under = top + height + 30
	g.line(x(r.Bounds.Known), under, x(r.Bounds.Max), under, accent)
	for _, b := range []float64{r.Bounds.Known, r.Bounds.Max} {
		g.line(x(b), under-5, x(b), under+5, accent)
	}
	g.point(dot, x(r.Bounds.Expected), under, 3.5, accent)
	return g
}

// bar is one row of a bar chart, its length a share of the full width.
type bar struct {
	label, value string
	share        float64
	seen         float64 // coverage; below zero: none is drawn
}

func drawBars(title, desc string, bars []bar) *drawing {
	const row, left, right = 25, 250, 560
	g := &drawing{W: width, H: float64(len(bars))*row + 6, Title: title, Desc: desc}
	for i, b := range bars {
		y := float64(i) * row
		g.text(left-12, y+15, 11.5, ink, end, clip(b.label, 38))
		g.box(left, y+5, right-left, 12, grid)
		if b.share > 0 {
			g.box(left, y+5, max(1.5, min(1, b.share)*(right-left)), 12, accent)
		}
		if b.seen >= 0 {
			g.line(left, y+20, left+b.seen*(right-left), y+20, pale)
		}
		g.text(right+12, y+15, 11.5, ink, start, b.value)
	}
	return g
}

func drawVectors(d *Document) *drawing {
	var bars []bar
	for _, v := range d.Risk.Vectors {
		title := cmp.Or(v.Title, v.Vector)
		bars = append(bars, bar{title, fmt.Sprintf("%s, %s seen", number(v.Score), percent(v.Coverage)), v.Score / 100, v.Coverage})
	}
	return drawBars("Score of each vector", "Bars: the score of each vector, 0 to 100. Thin lines: the share of its weighted checks that ran.", bars)
}

// maxBars is how many contributions are drawn; the table has all.
const maxBars = 12

func drawContributions(d *Document) *drawing {
	var bars []bar
	rest, n := 0.0, 0
	most := d.Risk.Contributions[0].Share
	for i, c := range d.Risk.Contributions {
		if i >= maxBars {
			rest += c.Share
			n++
			continue
		}
		bars = append(bars, bar{c.Family, percent(c.Share), share(c.Share, most), -1})
	}
	if n > 0 {
		bars = append(bars, bar{plural(n, "other", "others"), percent(rest), share(rest, most), -1})
	}
	return drawBars("Contributions to the score", "Bars: the share of the total hazard that each family of rules makes, the longest drawn full.", bars)
}

func share(x, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return x / whole
}
