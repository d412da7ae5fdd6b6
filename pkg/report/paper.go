package report

import (
	"io"
	"slices"
	"time"
)

// PaperVersion is the version of a paper's JSON. Keys are only ever added
// within a version.
const PaperVersion = 1

// A Paper is a document that somebody owes to the law, or to a person: filled
// from a case as far as the case tells, and open where it does not. Its
// renderings are functions of it alone, as a report's are of its [Document].
// Its texts stand as they are given, made visible ([Safe]): whoever fills one
// puts labels in the place of personal values, and [Shown] in that of
// indicators.
type Paper struct {
	SchemaVersion int            `json:"schema_version"`
	Name          string         `json:"name"` // which paper: "ropa"
	Kind          string         `json:"kind"` // the same in words, as a title goes on: "record of processing"
	Title         string         `json:"title"`
	Subtitle      string         `json:"subtitle"`
	Draft         bool           `json:"draft"` // somebody has to complete and decide it
	TLP           string         `json:"tlp"`
	Case          string         `json:"case"` // id; "" where it is of none
	Date          time.Time      `json:"date"` // as of
	Author        string         `json:"author"`
	Tool          string         `json:"tool"`
	Notice        []string       `json:"notice"` // what must be known of it before all else
	Open          int            `json:"open"`   // how many of its points are open: [Paper.Count]
	Sections      []PaperSection `json:"sections"`
}

// A PaperSection has a title and parts, in order.
type PaperSection struct {
	Title string `json:"title"`
	Parts []Part `json:"parts"`
}

// A Part has exactly one field set.
type Part struct {
	Heading string   `json:"heading,omitempty"`
	Text    string   `json:"text,omitempty"` // a paragraph
	Note    string   `json:"note,omitempty"` // one of small print
	List    []string `json:"list,omitempty"`
	Points  []Point  `json:"points,omitempty"`
	Grid    *Grid    `json:"grid,omitempty"`
}

// A Point is a value under its key. Where it is open, nobody told it, and
// Value says what belongs there and where it is said.
type Point struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Open  bool   `json:"open,omitempty"`
}

// A Grid is a table.
type Grid struct {
	Caption string   `json:"caption"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"` // each as long as Columns
}

// A Column has a head and a width relative to the others.
type Column struct {
	Head  string  `json:"head"`
	Width float64 `json:"width"`
	Right bool    `json:"right,omitempty"` // flush right: numbers
}

// A Cell is a text of a grid, or open, as a [Point] is.
type Cell struct {
	Text string `json:"text"`
	Open bool   `json:"open,omitempty"`
}

// Count sets Open to how many points and cells are open.
func (p *Paper) Count() {
	p.Open = 0
	for _, s := range p.Sections {
		for _, x := range s.Parts {
			for _, f := range x.Points {
				p.Open += one(f.Open)
			}
			if x.Grid == nil {
				continue
			}
			for _, r := range x.Grid.Rows {
				for _, c := range r {
					p.Open += one(c.Open)
				}
			}
		}
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// A PaperFormat is one way of rendering a paper, as a [Format] is of a report.
type PaperFormat struct {
	Name      string
	Extension string
	Render    func(w io.Writer, p *Paper) error
}

// PaperFormats returns the formats in the order in which a paper is written.
func PaperFormats() []PaperFormat {
	return []PaperFormat{
		{"json", ".json", func(w io.Writer, p *Paper) error { return writeJSON(w, p) }},
		{"html", ".html", func(w io.Writer, p *Paper) error { return layPaper(p).html(w) }},
		{"pdf", ".pdf", func(w io.Writer, p *Paper) error { return layPaper(p).pdf(w) }},
	}
}

// Label returns a text if it is a TLP label, else the strictest: what is no
// marking is handled so.
func Label(text string) string {
	if slices.Contains(tlpLabels, text) {
		return text
	}
	return tlpLabels[0]
}
