package report

import (
	"github.com/go-pdf/fpdf"

	"osint/pkg/pipeline"
)

// table sets a table over as many pages as it needs, its head repeated on
// each. A row taller than what is left goes on on the next page, so nothing
// overflows.
func (p *setter) table(t *table) {
	if len(t.Rows) == 0 {
		return
	}
	p.space(3)
	p.need(30)
	p.paragraph(t.Caption, captionStyle, 0)
	if s := t.Capped(); s != "" {
		p.paragraph(s, smallStyle, 0)
	}
	p.space(1)
	widths := t.widths()
	p.tableHead(t, widths)
	for _, r := range t.Rows {
		p.tableRow(t, widths, r)
	}
	p.space(4)
}

// widths shares the measure among the columns.
func (t *table) widths() []float64 {
	sum := 0.0
	for _, c := range t.Columns {
		sum += c.Width
	}
	out := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = measure * c.Width / sum
	}
	return out
}

const gutter = 2.2 // between columns; twice that behind one that is flush right

// room is how wide the text of a column may be.
func (p *setter) room(t *table, widths []float64, i int) float64 {
	if t.Columns[i].Right {
		return widths[i] - 2*gutter
	}
	return widths[i] - gutter
}

func (p *setter) tableHead(t *table, widths []float64) {
	x, height := left, 0.0
	for i, c := range t.Columns {
		for j, l := range p.wrap(c.Head, columnStyle, p.room(t, widths, i)) {
			p.aligned(x, p.y+float64(j)*columnStyle.lead+2.8, widths[i], l, columnStyle, c.Right)
			height = max(height, float64(j+1)*columnStyle.lead)
		}
		x += widths[i]
	}
	p.y += height + .8
	p.rule(inkColour, .25)
	p.y += .8
}

func (p *setter) aligned(x, y, w float64, s string, st style, flushRight bool) {
	if flushRight {
		x += w - 2*gutter - p.width(s, st)
	}
	p.at(x, y, s, st)
}

func (p *setter) tableRow(t *table, widths []float64, r row) {
	texts := make([][]string, len(r.Cells))
	most := 1
	for i, c := range r.Cells {
		if c.Level == "" {
			texts[i] = p.wrap(c.Shown(), c.face(t.Columns[i]), p.room(t, widths, i))
			most = max(most, len(texts[i]))
		}
	}
	lead := cellStyle.lead
	for from := 0; from < most; {
		fits := int((bottom - p.y - 1.6) / lead)
		if fits < min(most-from, 4) {
			p.newPage()
			p.tableHead(t, widths)
			continue
		}
		upto := min(most, from+fits)
		p.cells(t, widths, r, texts, from, upto)
		p.y += float64(upto-from)*lead + 1
		p.stroke(gridColour, .15)
		p.f.Line(left, p.y, right, p.y)
		p.y += .6
		from = upto
	}
}

// cells sets the lines from..upto of each cell of a row.
func (p *setter) cells(t *table, widths []float64, r row, texts [][]string, from, upto int) {
	x := left
	for i, c := range r.Cells {
		if c.Level != "" && from == 0 {
			p.severity(x, p.y+2.9, c.Level, cellStyle.size)
		}
		for j := from; j < min(upto, len(texts[i])); j++ {
			p.aligned(x, p.y+float64(j-from)*cellStyle.lead+2.9, widths[i], texts[i][j], c.face(t.Columns[i]), t.Columns[i].Right)
		}
		x += widths[i]
	}
}

// face is how the text of a cell is set.
func (c cell) face(of column) style {
	st := cellStyle
	if of.Code {
		st = codeStyle
	}
	if c.Open {
		st.colour = sevColours[pipeline.High]
	}
	return st
}

func (p *setter) polygon(how string, xy ...float64) {
	points := make([]fpdf.PointType, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		points = append(points, fpdf.PointType{X: xy[i], Y: xy[i+1]})
	}
	p.f.Polygon(points, how)
}
