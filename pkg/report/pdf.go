package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/go-pdf/fpdf"

	"osint/pkg/pipeline"
)

// The page: A4, in millimetres.
const (
	pageW, pageH = 210.0, 297.0
	left, right  = 20.0, 190.0
	top, bottom  = 30.0, 274.0
	measure      = right - left
)

// A style is a face at a size, its line height in millimetres, its colour.
type style struct {
	family, weight string
	size, lead     float64
	colour         rgb
}

type rgb struct{ r, g, b int }

var (
	inkColour    = rgb{28, 33, 38}
	mutedColour  = rgb{89, 99, 110}
	accentColour = rgb{29, 61, 99}
	ruleColour   = rgb{205, 211, 218}
	gridColour   = rgb{230, 234, 238}
	white        = rgb{255, 255, 255}

	bodyStyle    = style{"sans", "", 9.5, 4.9, inkColour}
	smallStyle   = style{"sans", "", 7.8, 4, mutedColour}
	bluffStyle   = style{"serif", "", 11, 5.8, inkColour}
	leadStyle    = style{"serif", "B", 11.5, 6, inkColour}
	titleStyle   = style{"serif", "B", 24, 10.5, inkColour}
	subStyle     = style{"serif", "", 12, 6, mutedColour}
	sectionStyle = style{"serif", "B", 17, 8, inkColour}
	headStyle    = style{"serif", "B", 12, 6, inkColour}
	boldStyle    = style{"sans", "B", 9.5, 4.9, inkColour}
	captionStyle = style{"sans", "B", 8.4, 4.4, inkColour}
	cellStyle    = style{"sans", "", 7.8, 3.9, inkColour}
	codeStyle    = style{"mono", "", 6.9, 3.9, inkColour}
	columnStyle  = style{"sans", "", 7.2, 3.8, mutedColour}
)

// sevColours give the severities their colour; word and symbol stand beside.
var sevColours = map[pipeline.Severity]rgb{
	pipeline.Critical: {140, 21, 21}, pipeline.High: {163, 74, 0}, pipeline.Medium: {122, 92, 0},
	pipeline.Low: {45, 96, 69}, pipeline.Info: {89, 99, 110},
}

// A setter sets a layout on pages. y is where the next line begins.
type setter struct {
	f     *fpdf.Fpdf
	l     *layout
	faces map[string]*face
	font  fontKey // in force on this page; zero: none is known to be
	y     float64
	bar   *rgb // a bar beside every line, of a finding
}

type fontKey struct {
	family, weight string
	size           float64
}

func renderPDF(w io.Writer, d *Document) error { return lay(d).pdf(w) }

// pdf writes the layout as PDF 1.3 or later, byte-equal for equal layouts: its
// dates are those of what is rendered, its objects come in a fixed order.
func (l *layout) pdf(w io.Writer) error {
	all, err := faces()
	if err != nil {
		return err
	}
	f := fpdf.New("P", "mm", "A4", "")
	p := &setter{f: f, l: l, faces: all}
	f.SetCatalogSort(true)
	f.SetCompression(true)
	f.SetCreationDate(p.l.AsOf)
	f.SetModificationDate(p.l.AsOf)
	f.SetMargins(left, top, pageW-right)
	f.SetAutoPageBreak(false, 0)
	for _, name := range sortedKeys(all) {
		f.AddUTF8FontFromBytes(all[name].family, all[name].style, bytes.Clone(all[name].data))
	}
	p.describe()
	p.body()
	p.marks()
	if err := f.Output(w); err != nil {
		return fmt.Errorf("render as PDF: %w", err)
	}
	return nil
}

// describe sets the properties of the file.
func (p *setter) describe() {
	sans := p.faces["sans"]
	p.f.SetTitle(sans.drawable(p.l.Title+": "+p.l.Kind+" ("+p.l.TLP+")"), true)
	p.f.SetSubject(sans.drawable(p.l.Foot), true)
	p.f.SetKeywords(p.l.Keywords, false)
	p.f.SetAuthor(sans.drawable(p.l.Author), true)
	p.f.SetCreator(sans.drawable(p.l.Creator), true)
	p.f.SetProducer("osint", true)
	p.f.SetLang("en-GB")
	p.f.SetDisplayMode("fullpage", "continuous")
}

// body sets all sections, the first below the title.
func (p *setter) body() {
	p.newPage()
	p.y = top + 4
	p.paragraph(strings.ToUpper(p.l.Kind), style{"sans", "", 8, 5, mutedColour}, 0)
	p.paragraph(p.l.Title, titleStyle, 0)
	p.paragraph(p.l.Subtitle, subStyle, 0)
	p.space(3)
	p.rule(inkColour, .5)
	p.space(.9)
	p.rule(inkColour, .2)
	p.space(6)
	for i := range p.l.Sections {
		p.section(&p.l.Sections[i], i == 0)
	}
}

func (p *setter) section(s *section, first bool) {
	switch {
	case first:
	case strings.HasPrefix(s.Title, "Appendix"):
		p.newPage()
	default:
		p.space(9)
		p.need(16 + p.least(s.Blocks))
	}
	p.f.Bookmark(p.faces["sans"].drawable(s.Title), 0, p.y)
	if !first {
		p.paragraph(s.Title, sectionStyle, 0)
		p.space(2.5)
	}
	for i := range s.Blocks {
		if s.Blocks[i].Heading != "" {
			p.space(4)
			p.need(12 + p.least(s.Blocks[i+1:]))
		}
		p.block(&s.Blocks[i])
	}
}

// least is how high what follows a heading must be to stand below it.
func (p *setter) least(next []block) float64 {
	if len(next) > 0 && next[0].Drawing != nil {
		return next[0].Drawing.H*p.scale(next[0].Drawing) + 12
	}
	return 30
}

func (p *setter) block(b *block) {
	switch {
	case b.Lines != nil:
		p.bluff(b.Lines)
	case b.Heading != "":
		p.f.Bookmark(p.faces["sans"].drawable(b.Heading), 1, p.y)
		p.paragraph(b.Heading, headStyle, 0)
		p.space(1.2)
	case b.Text != "":
		p.paragraph(b.Text, bodyStyle, 0)
		p.space(2)
	case b.Note != "":
		p.paragraph(b.Note, smallStyle, 0)
		p.space(2)
	case b.List != nil:
		p.list(b.List)
	case b.Facts != nil:
		p.facts(b.Facts, 0)
		p.space(3)
	case b.Judgements != nil:
		for i, j := range b.Judgements {
			p.numbered(i+1, j.Text, j.Basis+refsText(" Findings: ", j.Refs), "")
		}
	case b.Steps != nil:
		for i, x := range b.Steps {
			p.numbered(i+1, x.Action, x.Why, x.Level)
		}
	case b.Card != nil:
		p.card(b.Card)
	case b.Table != nil:
		p.table(b.Table)
	case b.Drawing != nil:
		p.drawing(b.Drawing)
	case b.Code != nil:
		for _, l := range b.Code.Lines {
			p.paragraph(l, codeStyle, 0)
		}
		p.space(3)
	}
}

func refsText(head string, refs []ref) string {
	if len(refs) == 0 {
		return ""
	}
	names := make([]string, len(refs))
	for i, r := range refs {
		names[i] = r.Text
	}
	return head + strings.Join(names, ", ") + "."
}

// marks writes the marking, the case and "n of m" on every page, once the
// number of pages is known.
func (p *setter) marks() {
	n := p.f.PageCount()
	for i := 1; i <= n; i++ {
		p.f.SetPage(i)
		p.font = fontKey{}
		for _, y := range []float64{12, pageH - 19} {
			p.marking(y)
			if p.l.Draft {
				p.drafted(y)
			}
		}
		title, foot := 90.0, 112.0
		if p.l.Draft { // which stands in the middle
			title, foot = 72, 72
		}
		p.at(left, 17, p.clipTo(p.l.Title, smallStyle, title), smallStyle)
		p.at(left, pageH-14, p.clipTo(p.l.Foot, smallStyle, foot), smallStyle)
		p.at(left, pageH-9.5, fmt.Sprintf("%d of %d", i, n), smallStyle)
	}
}

// drafted says in the middle of the line of the marking that this is a draft.
func (p *setter) drafted(y float64) {
	st := style{"sans", "B", 12, 6, sevColours[pipeline.High]}
	w := p.width("DRAFT", st)
	p.stroke(st.colour, .5)
	p.f.Rect((pageW-w)/2-2, y, w+4, 7, "D")
	p.at((pageW-w)/2, y+5, "DRAFT", st)
}

// marking sets the TLP label, 12 points, in its colour on black, flush right.
func (p *setter) marking(y float64) {
	colours := map[string]rgb{"TLP:RED": {255, 43, 43}, "TLP:AMBER": {255, 192, 0}, "TLP:AMBER+STRICT": {255, 192, 0}, "TLP:GREEN": {51, 255, 0}}
	st := style{"sans", "B", 12, 6, white}
	if c, ok := colours[p.l.TLP]; ok {
		st.colour = c
	}
	w := p.width(p.l.TLP, st)
	p.fill(rgb{0, 0, 0})
	p.f.Rect(right-w-4, y, w+4, 7, "F")
	p.at(right-w-2, y+5, p.l.TLP, st)
}
