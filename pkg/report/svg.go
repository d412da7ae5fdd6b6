package report

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// svg sets a drawing as an inline SVG image with a title and a description.
// Colours come from the style sheet, by class, so that light, dark and print
// each have their own. Every text is escaped here.
func svg(g *drawing, id string) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d" preserveAspectRatio="xMinYMin meet">`, unit(g.W), unit(g.H), id, id)
	fmt.Fprintf(&b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, escaped(g.Title), id, escaped(g.Desc))
	for i := range g.Marks {
		svgMark(&b, &g.Marks[i])
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

func svgMark(b *strings.Builder, m *mark) {
	x, y, x2, y2, r := unit(m.X), unit(m.Y), unit(m.X2), unit(m.Y2), unit(m.R)
	switch m.Shape {
	case line:
		dash := ""
		if m.Dashed {
			dash = ` stroke-dasharray="3 3"`
		}
		fmt.Fprintf(b, `<line class="s-%s" x1="%s" y1="%s" x2="%s" y2="%s"%s/>`, m.Role, x, y, x2, y2, dash)
	case link:
		half := unit((m.X + m.X2) / 2)
		fmt.Fprintf(b, `<path class="s-%s" d="M%s %sC%s %s %s %s %s %s"/>`, m.Role, x, y, half, y, half, y2, x2, y2)
	case box:
		fmt.Fprintf(b, `<rect class="f-%s" x="%s" y="%s" width="%s" height="%s"/>`, m.Role, x, y, x2, y2)
	case dot:
		fmt.Fprintf(b, `<circle class="f-%s" cx="%s" cy="%s" r="%s"/>`, m.Role, x, y, r)
	case ring:
		fmt.Fprintf(b, `<circle class="s-%s h" cx="%s" cy="%s" r="%s"/>`, m.Role, x, y, r)
	case diamond:
		fmt.Fprintf(b, `<path class="f-%s" d="M%s %sL%s %sL%s %sL%s %sZ"/>`, m.Role, x, unit(m.Y-m.R), unit(m.X+m.R), y, x, unit(m.Y+m.R), unit(m.X-m.R), y)
	case text:
		class := "f-" + string(m.Role)
		if m.Bold {
			class += " b"
		}
		fmt.Fprintf(b, `<text class="%s" x="%s" y="%s" font-size="%s" text-anchor="%s">%s</text>`, class, x, y, r, m.Anchor, escaped(m.Text))
	}
}

// unit writes a coordinate with at most two decimals.
func unit(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func escaped(s string) string { return template.HTMLEscapeString(Safe(s)) }
