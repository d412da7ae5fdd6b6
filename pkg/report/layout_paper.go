package report

import (
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// Shown returns an entity's value as a page shows it: visible, and with no
// indicator that could be clicked.
func Shown(e pipeline.Entity) string { return (&defanger{}).entity(e) }

// layPaper lays out a paper as reports are, so that both are marked, set and
// broken into pages by the same code.
func layPaper(p *Paper) *layout {
	l := &layout{
		Kind: Safe(p.Kind), Title: Safe(p.Title), Subtitle: Safe(p.Subtitle), TLP: Label(p.TLP), Draft: p.Draft,
		AsOf: p.Date.UTC(), Author: Safe(p.Author), Creator: Safe(p.Tool), Skip: "Skip to the contents of the paper",
	}
	l.Keywords = l.TLP
	foot := []string{}
	if p.Case != "" {
		foot = append(foot, "Case "+p.Case)
	}
	l.Foot = Safe(strings.Join(append(foot, "paper "+p.Name, p.Tool), "; "))
	l.Sections = []section{{ID: "standing", Title: "What this paper is", Blocks: []block{{Lines: standingOf(p)}}}}
	for i, s := range p.Sections {
		out := section{ID: fmt.Sprintf("part-%d", i+1), Title: Safe(s.Title)}
		for _, x := range s.Parts {
			out.Blocks = append(out.Blocks, x.block())
		}
		l.Sections = append(l.Sections, out)
	}
	return l
}

// standingOf says what must be known of a paper before it is read.
func standingOf(p *Paper) []string {
	var lines []string
	if p.Draft {
		lines = append(lines, "This is a draft: whoever is responsible completes it, decides, and signs.")
	}
	for _, s := range p.Notice {
		lines = append(lines, Safe(s))
	}
	switch p.Open {
	case 0:
		return append(lines, "No point is open.")
	case 1:
		return append(lines, "1 point is open: it says what belongs there. Nothing is filled in that nobody told.")
	}
	return append(lines, group(p.Open)+" points are open: each says what belongs there. Nothing is filled in that nobody told.")
}

func (x *Part) block() block {
	b := block{Heading: Safe(x.Heading), Text: Safe(x.Text), Note: Safe(x.Note)}
	for _, s := range x.List {
		b.List = append(b.List, Safe(s))
	}
	for _, f := range x.Points {
		b.Facts = append(b.Facts, fact{Safe(f.Key), Safe(f.Value), f.Open})
	}
	if g := x.Grid; g != nil {
		b.Table = &table{Caption: Safe(g.Caption)}
		for _, c := range g.Columns {
			b.Table.Columns = append(b.Table.Columns, column{Head: Safe(c.Head), Width: c.Width, Right: c.Right})
		}
		for _, r := range g.Rows {
			out := row{}
			for _, c := range r {
				out.Cells = append(out.Cells, cell{Text: Safe(clip(c.Text, maxText)), Open: c.Open})
			}
			b.Table.Rows = append(b.Table.Rows, out)
		}
		b.Table.cut()
	}
	return b
}
