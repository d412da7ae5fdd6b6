package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// table shows the collectors, those at work first.
func (m *model) table(w int) []string {
	rows := slices.Clone(m.board.rows)
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(a.rank(), b.rank()) })
	name, state := len("collector"), 14
	for _, r := range rows {
		name = max(name, min(len(r.ref.Name), 18))
	}
	tail := 8
	if m.spends(w) {
		tail = 17
	}
	mid := min(w-name-state-tail-5, 72)
	lines := []string{m.look.dim.Render(fit("  "+fill("collector", name)+" "+fill("state", state)+" "+fill("outcome", mid)+fmt.Sprintf("%*s", tail, m.tailHead(w)), w))}
	for _, r := range rows {
		lines = append(lines, fit(m.mark(r)+" "+fill(m.look.safe(r.ref.Name), name)+" "+fill(m.state(r), state)+" "+
			fill(m.outcome(r), mid)+fmt.Sprintf("%*s", tail, m.tail(r, w)), w))
	}
	return append(lines, "")
}

// rank orders rows: at work, waiting, with trouble, done, never asked.
func (r *row) rank() int {
	switch {
	case r.running > 0:
		return 0
	case r.waiting > 0:
		return 1
	case r.failures() > 0:
		return 2
	case len(r.outcomes) > 0:
		return 3
	}
	return 4
}

func (r *row) failures() (n int) {
	for o, k := range r.outcomes {
		if o.Asked() && !o.Answered() {
			n += k
		}
	}
	return n
}

func (m *model) mark(r *row) string {
	switch r.rank() {
	case 0:
		return m.look.good.Render("▸")
	case 1:
		return m.look.dim.Render("…")
	case 2:
		return m.look.bad.Render("!")
	case 3:
		return m.look.good.Render("✓")
	}
	return m.look.dim.Render("·")
}

func (m *model) state(r *row) string {
	switch {
	case r.running > 0 && r.waiting > 0:
		return fmt.Sprintf("%d at work +%d", r.running, r.waiting)
	case r.running > 0:
		return fmt.Sprintf("%d at work", r.running)
	case r.waiting > 0:
		return fmt.Sprintf("%d waiting", r.waiting)
	case len(r.outcomes) == 1 && r.outcomes[pipeline.Skipped] > 0:
		return "skipped"
	case len(r.outcomes) > 0:
		return "done"
	case r.review > 0:
		return "waits: review"
	case r.refused > 0:
		return "refused"
	}
	return "not asked"
}

// outcome says what it waits for, or counts how its tasks ended.
func (m *model) outcome(r *row) string {
	var parts []string
	if p := m.board.progress; r.waiting > 0 && p.Wait > 0 && p.WaitFor == r.ref.Source {
		parts = append(parts, m.look.warn.Render(fmt.Sprintf("waits %.1f s for %s", p.Wait.Seconds(), m.look.safe(p.WaitFor))))
	}
	for _, o := range pipeline.Outcomes() {
		n := r.outcomes[o]
		switch {
		case n == 0:
			continue
		case o.Asked() && !o.Answered():
			parts = append(parts, m.look.bad.Render(fmt.Sprintf("%d %s", n, o)))
		default:
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if r.refused > 0 {
		parts = append(parts, fmt.Sprintf("%d refused", r.refused))
	}
	if r.review > 0 {
		parts = append(parts, m.look.warn.Render(fmt.Sprintf("%d for review", r.review)))
	}
	return strings.Join(parts, ", ")
}

// spends reports whether there is cost to show, and room for it.
func (m *model) spends(w int) bool {
	return w >= 70 && slices.ContainsFunc(m.board.rows, func(r *row) bool { return r.cost > 0 })
}

func (m *model) tailHead(w int) string {
	if m.spends(w) {
		return "calls     cost"
	}
	return "calls"
}

func (m *model) tail(r *row, w int) string {
	if m.spends(w) {
		return fmt.Sprintf("%d %8s", r.calls, fmt.Sprintf("$%.2f", r.cost))
	}
	return fmt.Sprint(r.calls)
}

// findingLines shows the findings by severity; before there are any, what was
// seen lately.
func (m *model) findingLines(w int) []string {
	b, l := m.board, m.look
	if len(b.findings) == 0 {
		lines := []string{l.bold.Render(fmt.Sprintf("Seen so far: %d", b.seen)) + l.dim.Render("  findings come when all is seen")}
		for _, o := range slices.Backward(b.lately) {
			lines = append(lines, "  "+m.sentence(o))
		}
		return lines
	}
	shown := slices.DeleteFunc(slices.Clone(b.findings), func(f *pipeline.Finding) bool { return f.Severity.Rank() < m.least })
	slices.SortStableFunc(shown, func(a, b *pipeline.Finding) int { return cmp.Compare(b.Severity.Rank(), a.Severity.Rank()) })
	head := fmt.Sprintf("Findings: %d", len(shown))
	if n := len(b.findings) - len(shown); n > 0 {
		head += fmt.Sprintf(" (%d below %s hidden)", n, severities[m.least])
	}
	if s := b.score; s != nil {
		head += fmt.Sprintf("   score %.1f, %s", s.Score, s.Level)
	}
	lines := []string{l.bold.Render(head)}
	for _, f := range shown {
		word := fill(strings.ToUpper(string(f.Severity)), 8)
		if s, ok := l.bySeverity[f.Severity]; ok {
			word = s.Render(word)
		}
		lines = append(lines, "  "+word+" "+l.safe(f.Title)+l.dim.Render("  "+m.entity(f.Subject)))
	}
	return lines
}

// sentence says an observation in words.
func (m *model) sentence(o *pipeline.Observation) string {
	value := ""
	if v, ok := o.Value.(string); ok && o.Object == nil && !pipeline.IsToken(v) {
		value = " " + m.look.safe(v)
	}
	means := string(o.Predicate)
	if r, ok := pipeline.Relate(o.Predicate); ok && r.Means != "" {
		means = r.Means
		if o.Denies {
			means = r.Denied(o.Object != nil || value != "")
		}
	}
	s := m.entity(o.Subject) + " " + m.look.dim.Render(means) + value
	if o.Object != nil {
		s += " " + m.entity(*o.Object)
	}
	return s + m.look.dim.Render("  "+m.look.safe(o.Collector))
}

// scroll keeps the head line and shows what fits below it from the offset.
func (m *model) scroll(lines []string, room, w int) []string {
	if len(lines) == 0 || room <= 0 {
		return nil
	}
	m.offset = min(m.offset, max(0, len(lines)-room))
	rest := lines[1+m.offset:]
	if m.offset+room >= len(lines) {
		return append([]string{lines[0]}, rest...)
	}
	more := func(n int) string { return m.look.dim.Render(fit(fmt.Sprintf("  … %d more: ↓", n), w)) }
	return append([]string{lines[0]}, cut(rest, room-1, more)...)
}
