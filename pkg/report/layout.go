package report

import (
	"fmt"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// A layout is the document as pages show it: sections of blocks, in order,
// every text ready to be read (visible, defanged). HTML and PDF are two ways
// of setting the same layout.
type layout struct {
	Kind     string // what it is, as a title goes on: "investigation report"
	Title    string
	Subtitle string
	TLP      string
	Draft    bool   // and so it is marked, on each page
	Foot     string // what is rendered: case, line, tool
	AsOf     time.Time
	Author   string // a property of the file, as the next two
	Creator  string
	Keywords string // of ASCII only
	Skip     string // what the first section is, for whoever skips to it
	Sections []section
}

// Kicker is the kind as it stands above the title.
func (l *layout) Kicker() string { return strings.ToUpper(l.Kind[:1]) + l.Kind[1:] }

type section struct {
	ID, Title string
	Blocks    []block
}

// A block has exactly one field set.
type block struct {
	Lines      []string // the bottom line
	Text       string   // a paragraph
	Note       string   // a paragraph of small print
	Heading    string   // of a part of the section
	List       []string // with a mark before each
	Facts      []fact
	Judgements []shownJudgement
	Steps      []shownStep
	Card       *card
	Table      *table
	Drawing    *drawing
	Code       *code
}

// A fact is a value under its key. Where Open, the value is not known, and
// says what belongs there.
type fact struct {
	Key, Value string
	Open       bool
}

// openMark stands before what is open: nothing is said by colour alone.
const openMark = "Open: "

// Shown is the value as a page shows it.
func (f fact) Shown() string {
	if f.Open {
		return openMark + f.Value
	}
	return f.Value
}

type shownJudgement struct {
	Text, Basis string
	Refs        []ref
}

type shownStep struct {
	Action, Why string
	Level       pipeline.Severity
}

// A card shows one finding.
type card struct {
	ID, Title, Detail, Remedy string
	Level                     pipeline.Severity
	Facts                     []fact
	Evidence                  []ref
}

// A ref points at a row of the report; Anchor is empty if that row is not
// shown.
type ref struct{ Text, Anchor string }

// A table has a caption, columns and rows; Total counts the rows there would
// be without the cap.
type table struct {
	Caption string
	Columns []column
	Rows    []row
	Total   int
}

type column struct {
	Head  string
	Width float64 // share of the page, relative to the others
	Right bool
	Code  bool
}

type row struct {
	Anchor string
	Cells  []cell
}

type cell struct {
	Text  string
	Exact string // the value as it is, where the text is defanged
	Level pipeline.Severity
	Open  bool // as of a fact
}

// Shown is the text as a page shows it.
func (c cell) Shown() string { return fact{Value: c.Text, Open: c.Open}.Shown() }

// maxRows caps a table on a page. JSON has every row.
const maxRows = 2000

// Capped says how many rows are missing, or nothing.
func (t *table) Capped() string {
	if t.Total <= len(t.Rows) {
		return ""
	}
	return fmt.Sprintf("%s of %s are shown; the JSON report has all of them.", group(len(t.Rows)), plural(t.Total, "row", "rows"))
}

// A writer lays out one document.
type writer struct {
	d      *Document
	fang   *defanger
	anchor map[string]string // ids of rows that are shown
}

func lay(d *Document) *layout {
	w := &writer{d: d, fang: newDefanger(d), anchor: map[string]string{}}
	w.anchors()
	l := &layout{
		Kind:     "investigation report",
		Title:    w.text(titleOf(d)),
		Subtitle: w.text(subtitleOf(d)),
		TLP:      d.Case.TLP,
		AsOf:     d.Case.asOf,
		Foot:     w.text(footOf(d)),
		Author:   Safe(d.Case.Investigator),
		Creator:  Safe(strings.TrimSpace(d.Case.Tool.Name + " " + d.Case.Tool.Version)),
		Keywords: keywords(d),
		Skip:     "Skip to the bottom line",
	}
	l.Sections = append([]section{w.summary(), w.theCase(), w.score(), w.findings()}, w.standing()...)
	l.Sections = append(l.Sections, w.gaps(), w.timeline(), w.entities(), w.relations(), w.sources(), w.rulings())
	l.Sections = append(l.Sections, w.law()...)
	l.Sections = append(l.Sections, w.observations(), w.evidence(), w.proof())
	return l
}

// anchors learns which findings, observations and exchanges have a row.
func (w *writer) anchors() {
	for i, g := range byRule(w.d.Findings) {
		for _, f := range g {
			if i < maxCards {
				w.anchor[f.ID] = "finding-" + anchorName(g[0].ID)
			}
		}
	}
	for i, o := range w.d.Observations {
		if i < maxRows {
			w.anchor[o.ID] = "obs-" + anchorName(o.ID)
		}
	}
	for i, x := range w.d.Exchanges {
		if i < maxRows {
			w.anchor[string(x.ID)] = "xch-" + anchorName(string(x.ID))
		}
	}
}

// anchorName keeps of an id what may stand in a fragment.
func anchorName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, id)
}

func (w *writer) text(s string) string { return w.fang.text(s) }

func (w *writer) refs(ids []string, most int) []ref {
	var out []ref
	for i, id := range ids {
		if i == most {
			return append(out, ref{Text: fmt.Sprintf("and %s more", group(len(ids)-most))})
		}
		out = append(out, ref{Safe(id), w.anchor[id]})
	}
	return out
}

// maxText is how many characters of one value a page shows; JSON has all.
const maxText = 1200

// cell shows a text.
func (w *writer) cell(s string) cell { return cell{Text: w.text(clip(s, maxText))} }

// named shows an entity, its exact value beside it where they differ.
func (w *writer) named(e pipeline.Entity) cell {
	if e.IsZero() {
		return cell{}
	}
	c := cell{Text: w.fang.entity(e)}
	if exact := Safe(e.Value); exact != c.Text {
		c.Exact = exact
	}
	return c
}

func cells(texts ...string) []cell {
	out := make([]cell, len(texts))
	for i, s := range texts {
		out[i] = cell{Text: Safe(s)}
	}
	return out
}

func titleOf(d *Document) string {
	if len(d.Case.Seeds) == 0 {
		return "Investigation"
	}
	title := d.Case.Seeds[0].Value
	if n := len(d.Case.Seeds) - 1; n > 0 {
		title += fmt.Sprintf(" and %s", plural(n, "other", "others"))
	}
	return title
}

func subtitleOf(d *Document) string {
	return "Investigation report, as of " + day(d.Case.asOf)
}

func footOf(d *Document) string {
	s := fmt.Sprintf("Case %s, line %s; %s %s", d.Case.ID, group(int(d.Case.Lines)), d.Case.Tool.Name, d.Case.Tool.Version)
	if d.Case.Tool.Lab != "" {
		s += "; a fictional world (" + d.Case.Tool.Lab + ")"
	}
	return s
}

func day(t time.Time) string {
	if t.IsZero() {
		return "an unknown date"
	}
	return t.UTC().Format("2 January 2006")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
