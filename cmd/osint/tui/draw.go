package tui

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// draw returns the screen: width by height at the most, whatever the board
// holds. elapsed is how long the show has gone on.
func (m *model) draw(elapsed time.Duration) string {
	w, h := m.width, m.height
	foot := m.footer(w)
	if m.help {
		return frameOf(append(m.header(w, elapsed), m.helpLines(w)...), foot, w, h)
	}
	lines := append(m.header(w, elapsed), m.stages(w)...)
	left := h - len(lines) - 1 // the footer
	found := m.findingLines(w)
	table := m.table(w)
	most := max(left-min(len(found), max(5, left/2)), 3)
	lines = append(lines, cut(table, most, func(n int) string { return m.look.dim.Render(fit(fmt.Sprintf("  … %d more", n), w)) })...)
	return frameOf(append(lines, m.scroll(found, h-len(lines)-1, w)...), foot, w, h)
}

// frameOf puts the footer on the last line.
func frameOf(lines []string, foot string, w, h int) string {
	if len(lines) > h-1 {
		lines = lines[:max(0, h-1)]
	}
	for len(lines) < h-1 {
		lines = append(lines, "")
	}
	for i, l := range lines {
		lines[i] = fit(l, w)
	}
	return strings.Join(append(lines, fit(foot, w)), "\n")
}

// cut keeps the first most lines, the last of them saying how many are
// missing.
func cut(lines []string, most int, missing func(int) string) []string {
	if len(lines) <= most {
		return lines
	}
	if most <= 1 {
		return lines[:max(0, most)]
	}
	return append(lines[:most-1:most-1], missing(len(lines)-most+1))
}

func (m *model) header(w int, elapsed time.Duration) []string {
	b, l := m.board, m.look
	if b.opened == nil {
		return []string{ends(l.bold.Render("osint")+"  starting", clock(elapsed), w), ""}
	}
	o := b.opened
	target := ""
	if len(o.Seeds) > 0 {
		target = m.entity(o.Seeds[0])
	}
	if n := len(o.Seeds) - 1; n > 0 {
		target += fmt.Sprintf(" +%d", n)
	}
	tlp := o.TLP
	if s, ok := l.byLabel[tlp]; ok {
		tlp = s.Render(tlp)
	}
	second := "case " + o.Case + " · profile " + l.safe(o.Profile.Name)
	if o.Tool.Lab != "" {
		second += " · lab " + l.safe(o.Tool.Lab)
	}
	lines := []string{
		ends(l.bold.Render("osint")+"  "+l.bold.Render(target), tlp+"  "+clock(elapsed), w),
		l.dim.Render(fit(second, w)),
	}
	if o.Plan != nil && m.height >= roomForPlan {
		for _, text := range o.Plan.Lines() {
			lines = append(lines, l.dim.Render(fit(text, w)))
		}
	}
	return lines
}

// roomForPlan is how high a screen must be that says what was planned.
const roomForPlan = 30

// stages shows the seven stages: all their names where there is room, a bar
// and the present one always.
func (m *model) stages(w int) []string {
	p, l := m.board.progress, m.look
	bar := max(10, min(40, w-42))
	full := bar * p.Percent / 100
	now := string(p.Stage)
	if now == "" {
		now = "starting"
	}
	tasks := fmt.Sprintf("%d of %d tasks", p.Done, p.Total)
	lines := []string{fit(l.good.Render(strings.Repeat("█", full))+l.dim.Render(strings.Repeat("░", bar-full))+
		fmt.Sprintf(" %3d %%  %s  %s", p.Percent, l.bold.Render(now), tasks), w)}
	return append(append(lines, m.stageNames(w)...), "")
}

func (m *model) stageNames(w int) []string {
	var names []string
	past := m.board.progress.Stage != ""
	for _, s := range pipeline.Stages() {
		switch {
		case s == m.board.progress.Stage && m.board.progress.Percent < 100:
			names = append(names, m.look.bold.Render("▸ "+string(s)))
			past = false
		case past:
			names = append(names, m.look.good.Render("✓")+" "+string(s))
		default:
			names = append(names, m.look.dim.Render("· "+string(s)))
		}
	}
	if w >= 98 {
		return []string{strings.Join(names, "  ")}
	}
	return []string{strings.Join(names[:4], "  "), strings.Join(names[4:], "  ")}
}

// footer shows the notice if there is one, else the keys.
func (m *model) footer(w int) string {
	if n := m.board.notice; n != "" {
		return m.look.warn.Render(fit(n, w))
	}
	k := keys()
	var parts []string
	for _, b := range []struct{ key, does string }{
		{k.help.Help().Key, k.help.Help().Desc}, {k.filter.Help().Key, m.filterWord()}, {"↑↓", "scroll"}, {k.stop.Help().Key, "finish and report"},
	} {
		parts = append(parts, m.look.bold.Render(b.key)+" "+m.look.dim.Render(b.does))
	}
	return fit(strings.Join(parts, "   "), w)
}

func (m *model) filterWord() string {
	if m.least == 0 {
		return "findings: all"
	}
	return "findings: " + severities[m.least] + " and up"
}

var severities = []string{"info", "low", "medium", "high", "critical"}

func (m *model) helpLines(w int) []string {
	var lines []string
	for _, l := range []string{
		"", "?          this help, and back (esc)", "f          show findings of this severity and above only",
		"↑ ↓        scroll the findings (k j), home to the first",
		"q ctrl-c   finish: open questions are left, what is known is",
		"           judged and reported; again to end at once", "",
		"The same without this screen:",
		"  --progress plain    one line for each thing",
		"  --progress jsonl    the case's lines, on stdout",
		"  osint show CASE     a case, once it is written",
		"  osint resume CASE   what was left, later",
	} {
		lines = append(lines, fit(l, w))
	}
	return lines
}

// clock writes an elapsed time: 0:07, 12:30, 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// entity shows an entity's value; of a sealed one its kind.
func (m *model) entity(e pipeline.Entity) string {
	if e.Sealed() {
		return "sealed " + string(e.Kind)
	}
	return m.look.safe(e.Value)
}
