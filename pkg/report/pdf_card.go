package report

import "osint/pkg/pipeline"

// facts sets keys and values in two columns.
func (p *setter) facts(fs []fact, indent float64) {
	const key = 36.0
	st := bodyStyle
	st.size, st.lead = 8.6, 4.5
	grey := st
	grey.colour = mutedColour
	for _, f := range fs {
		st.colour = inkColour
		if f.Open {
			st.colour = sevColours[pipeline.High]
		}
		lines := p.wrap(f.Shown(), st, measure-indent-key)
		keys := p.wrap(f.Key, grey, key-2)
		p.need(min(st.lead*float64(max(len(lines), len(keys))), 30) + 1.2)
		for i := range max(len(lines), len(keys)) {
			p.need(st.lead)
			p.barBeside(st.lead)
			if i < len(keys) {
				p.at(left+indent, p.y+st.lead*.74, keys[i], grey)
			}
			if i < len(lines) {
				p.at(left+indent+key, p.y+st.lead*.74, lines[i], st)
			}
			p.y += st.lead
		}
		p.barBeside(1.2)
		p.y += .6
		p.stroke(gridColour, .15)
		p.f.Line(left+indent, p.y, right, p.y)
		p.y += .6
	}
}

// card sets one finding, a bar in its severity's colour beside it.
func (p *setter) card(c *card) {
	p.space(6)
	p.need(64)
	p.f.Bookmark(p.clipTo(c.Title, bodyStyle, 120), 1, p.y)
	colour, ok := sevColours[c.Level]
	if !ok {
		colour = mutedColour
	}
	p.bar = &colour
	const in = 6.0
	p.paragraph(c.Title, headStyle, in)
	p.barBeside(5)
	p.severity(left+in, p.y+3.6, c.Level, 8.6)
	p.y += 5
	p.space(1)
	if c.Detail != "" {
		p.paragraph(c.Detail, bodyStyle, in)
		p.space(1.2)
	}
	if c.Remedy != "" {
		p.paragraph("What to do", boldStyle, in)
		p.paragraph(c.Remedy, bodyStyle, in)
		p.space(1.2)
	}
	p.facts(c.Facts, in)
	if s := refsText("Rests on ", c.Evidence); s != "" {
		p.paragraph(s, style{"mono", "", 6.9, 3.8, mutedColour}, in)
	}
	p.bar = nil
}
