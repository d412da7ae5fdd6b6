package main

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"

	"osint/cmd/osint/tui"
	"osint/pkg/report"
)

// A table is rows under a header. Its last column takes what width is left.
type table struct {
	header []string
	rows   [][]string
	right  []int // columns of numbers
}

// add adds a row; its texts may come from outside.
func (t *table) add(cells ...string) {
	for i, s := range cells {
		cells[i] = report.Safe(s)
	}
	t.rows = append(t.rows, cells)
}

// table writes a table to stdout: no wider than the terminal, where no column
// but the last takes more than a third of it; as wide as need be where there
// is none. Where a row does not fit, the last column hangs below it.
func (c *console) table(t table) error {
	if c.csv {
		return c.asCSV(t)
	}
	limit := c.width(c.stdout)
	var hanging []string
	if limit > 0 {
		t.narrow(limit / 3)
		hanging = t.hang(limit)
	}
	var b bytes.Buffer
	align := make([]tw.Align, len(t.header))
	for i := range align {
		align[i] = tw.AlignLeft
	}
	for _, i := range t.right {
		align[i] = tw.AlignRight
	}
	cells := tw.CellConfig{Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone}, Alignment: tw.CellAlignment{PerColumn: align},
		Padding: tw.CellPadding{Global: tw.Padding{Left: "", Right: "  ", Overwrite: true}}}
	w := tablewriter.NewTable(&b,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{Borders: tw.BorderNone, Symbols: tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone}})),
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells, Behavior: tw.Behavior{TrimSpace: tw.Off}}))
	header := make([]any, len(t.header))
	for i, h := range t.header {
		header[i] = strings.ToUpper(h)
	}
	w.Header(header...)
	if err := w.Bulk(t.rows); err != nil {
		return err
	}
	if err := w.Render(); err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		c.out.WriteString(tui.Clip(strings.TrimRight(line, " "), limit) + "\n")
		if i < len(hanging) && hanging[i] != "" {
			for part := range strings.SplitSeq(wrap(strings.ReplaceAll(hanging[i], ",", ", "), limit, hangBy), "\n") {
				c.out.WriteString(tui.Clip(part, limit) + "\n")
			}
		}
	}
	return nil
}

// hangBy is how far the last column is indented below its row.
const hangBy = 4

// hang takes the last column off a table that is wider than limit, and returns
// it, the header's first; nil if the table fits, or has no column to spare.
func (t *table) hang(limit int) (last []string) {
	n := len(t.header) - 1
	most := make([]int, n+1)
	for _, cells := range append([][]string{t.header}, t.rows...) {
		for i, s := range cells {
			most[i] = max(most[i], tui.Columns(s)+2)
		}
	}
	total := 0
	for _, w := range most {
		total += w
	}
	if total-2 <= limit || n < 2 {
		return nil
	}
	last = append(last, strings.ToUpper(t.header[n]))
	t.header = t.header[:n]
	for i, cells := range t.rows {
		last = append(last, cells[n])
		t.rows[i] = cells[:n]
	}
	return last
}

// narrow clips what stands in front of the last column.
func (t *table) narrow(most int) {
	for _, cells := range t.rows {
		for i := range cells[:len(cells)-1] {
			cells[i] = tui.Clip(cells[i], most)
		}
	}
}

// compact returns v as JSON on one line.
func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // every type that is printed encodes
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
