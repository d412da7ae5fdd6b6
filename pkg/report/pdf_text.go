package report

import (
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

func (p *setter) newPage() {
	p.f.AddPage()
	p.font, p.y = fontKey{}, top
}

// need begins a new page if less than h millimetres are left.
func (p *setter) need(h float64) {
	if p.y+h > bottom {
		p.newPage()
	}
}

func (p *setter) space(h float64) {
	if p.y > top && p.y+h < bottom {
		p.barBeside(h)
		p.y += h
	}
}

func (p *setter) barBeside(h float64) {
	if p.bar != nil {
		p.fill(*p.bar)
		p.f.Rect(left, p.y, 1.1, h+.1, "F")
	}
}

func (p *setter) rule(c rgb, width float64) {
	p.stroke(c, width)
	p.f.Line(left, p.y, right, p.y)
}

func (p *setter) fill(c rgb) { p.f.SetFillColor(c.r, c.g, c.b) }

func (p *setter) stroke(c rgb, width float64) {
	p.f.SetDrawColor(c.r, c.g, c.b)
	p.f.SetLineWidth(width)
}

// use puts a style in force; it writes to the page only when something
// changes.
func (p *setter) use(s style) {
	if key := (fontKey{s.family, s.weight, s.size}); key != p.font {
		p.f.SetFont(s.family, s.weight, s.size)
		p.font = key
	}
}

func (p *setter) width(s string, st style) float64 {
	p.use(st)
	return p.f.GetStringWidth(s)
}

// at writes one line, its baseline at y.
func (p *setter) at(x, y float64, s string, st style) {
	if s == "" {
		return
	}
	p.use(st)
	p.f.SetTextColor(st.colour.r, st.colour.g, st.colour.b)
	p.f.Text(x, y, p.faces[st.family+st.weight].drawable(s))
}

// clipTo shortens a text to a width, with an ellipsis.
func (p *setter) clipTo(s string, st style, w float64) string {
	s = p.faces[st.family+st.weight].drawable(s)
	for r := []rune(s); p.width(s, st) > w && len(r) > 1; s = string(r) + "…" {
		r = r[:len(r)-1]
	}
	return s
}

// wrap breaks a text into lines of at most w millimetres: at spaces, in a
// long word behind a separator, at worst anywhere. It never overflows.
func (p *setter) wrap(s string, st style, w float64) []string {
	s = p.faces[st.family+st.weight].drawable(s)
	var lines []string
	now := ""
	for _, word := range strings.Split(s, " ") {
		try := word
		if now != "" {
			try = now + " " + word
		}
		if p.width(try, st) <= w {
			now = try
			continue
		}
		if now != "" {
			lines = append(lines, now)
		}
		now = word
		for p.width(now, st) > w {
			n := p.breakAt(now, st, w)
			lines = append(lines, now[:n])
			now = now[n:]
		}
	}
	return append(lines, now)
}

// breakAt returns how many bytes of a word fit, at least one character.
func (p *setter) breakAt(word string, st style, w float64) int {
	sum, fits, nice := 0.0, 0, 0
	for i, r := range word {
		sum += p.width(string(r), st)
		end := i + len(string(r))
		if sum > w && fits > 0 {
			break
		}
		fits = end
		if strings.ContainsRune("/.-_:,]@;=&?", r) {
			nice = end
		}
	}
	if nice*3 > fits {
		return nice
	}
	return fits
}

// paragraph sets a text from the left margin plus indent, over pages.
func (p *setter) paragraph(s string, st style, indent float64) {
	p.column(s, st, left+indent, measure-indent)
}

func (p *setter) column(s string, st style, x, w float64) {
	for _, l := range p.wrap(s, st, w) {
		p.need(st.lead)
		p.barBeside(st.lead)
		p.at(x, p.y+st.lead*.74, l, st)
		p.y += st.lead
	}
}

// list sets texts with a mark before each.
func (p *setter) list(texts []string) {
	for _, s := range texts {
		p.need(bodyStyle.lead)
		p.at(left+1.5, p.y+bodyStyle.lead*.74, "•", bodyStyle)
		p.paragraph(s, bodyStyle, 6)
		p.space(.8)
	}
	p.space(1.6)
}

// bluff sets the bottom line with a bar beside it.
func (p *setter) bluff(lines []string) {
	p.bar = &accentColour
	for i, l := range lines {
		st := bluffStyle
		if i == 0 {
			st = leadStyle
		} else {
			p.space(1.5)
		}
		p.paragraph(l, st, 5.5)
	}
	p.bar = nil
	p.space(5)
}

// numbered sets a sentence with its number in the margin and small print
// below.
func (p *setter) numbered(n int, said, below string, level pipeline.Severity) {
	p.need(16)
	p.at(left, p.y+4.2, fmt.Sprint(n), style{"serif", "B", 13, 5, accentColour})
	p.paragraph(said, bodyStyle, 8)
	x := left + 8.0
	if level != "" {
		x += p.severity(x, p.y+smallStyle.lead*.74, level, smallStyle.size) + 2
		first := p.wrap(below, smallStyle, right-x)[0]
		p.at(x, p.y+smallStyle.lead*.74, first, smallStyle)
		p.y += smallStyle.lead
		below = strings.TrimPrefix(strings.TrimPrefix(p.faces["sans"].drawable(below), first), " ")
	}
	if below != "" {
		p.paragraph(below, smallStyle, 8)
	}
	p.space(2.2)
}

// severity sets symbol and word, and returns how wide they are.
func (p *setter) severity(x, y float64, s pipeline.Severity, size float64) float64 {
	c, ok := sevColours[s]
	if !ok {
		c = mutedColour
	}
	u := size * .11 // half the symbol
	cx, cy := x+1.3*u, y-1.05*u
	p.fill(c)
	p.stroke(c, .25)
	switch s {
	case pipeline.Critical:
		p.polygon("F", cx, cy-1.3*u, cx+1.3*u, cy, cx, cy+1.3*u, cx-1.3*u, cy)
	case pipeline.High:
		p.polygon("F", cx, cy-1.1*u, cx+1.2*u, cy+u, cx-1.2*u, cy+u)
	case pipeline.Medium:
		p.f.Rect(cx-u, cy-u, 2*u, 2*u, "F")
	case pipeline.Low:
		p.f.Circle(cx, cy, u, "F")
	default:
		p.f.Circle(cx, cy, u, "D")
	}
	st := style{"sans", "B", size, 4, c}
	word := p.faces["sansB"].drawable(Safe(string(s)))
	p.at(x+3.4*u, y, word, st)
	return 3.4*u + p.width(word, st)
}
