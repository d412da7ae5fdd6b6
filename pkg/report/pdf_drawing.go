package report

// roleColours are the colours of a drawing's roles on paper.
var roleColours = map[role]rgb{
	ink: inkColour, muted: mutedColour, grid: gridColour, accent: accentColour, pale: {159, 179, 202},
	band0: {223, 231, 226}, band1: {239, 230, 200}, band2: {239, 208, 180}, band3: {227, 179, 174},
}

// drawing sets a chart as vectors, as wide as the text, or smaller where the
// page is not high enough.
func (p *setter) drawing(g *drawing) {
	scale := p.scale(g)
	p.space(2)
	p.need(g.H*scale + 10)
	for i := range g.Marks {
		p.mark(&g.Marks[i], scale)
	}
	p.y += g.H*scale + 1
	p.paragraph(g.Desc, smallStyle, 0)
	p.space(3)
}

// scale is how many millimetres a unit is: with its heading, a drawing fits
// on a page.
func (p *setter) scale(g *drawing) float64 { return min(measure/g.W, (bottom-top-32)/g.H) }

func (p *setter) mark(m *mark, scale float64) {
	x, y := left+m.X*scale, p.y+m.Y*scale
	x2, y2 := left+m.X2*scale, p.y+m.Y2*scale
	c, r := roleColours[m.Role], m.R*scale
	p.stroke(c, 1.3*scale)
	p.fill(c)
	switch m.Shape {
	case line:
		if m.Dashed {
			p.f.SetDashPattern([]float64{.8, .8}, 0)
			defer p.f.SetDashPattern([]float64{}, 0)
		}
		p.f.Line(x, y, x2, y2)
	case link:
		half := (x + x2) / 2
		p.f.CurveBezierCubic(x, y, half, y, half, y2, x2, y2, "D")
	case box:
		p.f.Rect(x, y, m.X2*scale, m.Y2*scale, "F")
	case dot:
		p.f.Circle(x, y, r, "F")
	case ring:
		p.fill(white)
		p.f.Circle(x, y, r, "FD")
	case diamond:
		p.polygon("F", x, y-r, x+r, y, x, y+r, x-r, y)
	case text:
		p.markText(m, x, y, scale)
	}
}

func (p *setter) markText(m *mark, x, y, scale float64) {
	st := style{"sans", "", m.R * scale * 72 / 25.4, 4, roleColours[m.Role]}
	if m.Bold {
		st.family, st.weight = "serif", "B"
	}
	s := p.faces[st.family+st.weight].drawable(m.Text)
	switch m.Anchor {
	case middle:
		x -= p.width(s, st) / 2
	case end:
		x -= p.width(s, st)
	}
	p.at(x, y, s, st)
}
