package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"osint/cmd/osint/tui"
	"osint/pkg/audit"
	"osint/pkg/report"
)

// A logPrinter writes entries as they are read.
type logPrinter interface {
	entry(e audit.Entry) error
	end(more bool) error // more: older ones were left out
}

// A logRow is what --json says of an entry. What an entry lacks is left out.
type logRow struct {
	ID        string          `json:"id"` // the event_uuid that it has in PostgreSQL
	Ledger    string          `json:"ledger"`
	Seq       int64           `json:"seq"`
	Time      time.Time       `json:"time"`
	Session   string          `json:"session"` // of the process that wrote it
	Actor     string          `json:"actor"`
	Type      audit.Type      `json:"type"`
	Case      string          `json:"case,omitempty"`
	Subject   string          `json:"subject,omitempty"`
	Collector string          `json:"collector,omitempty"`
	Source    string          `json:"source,omitempty"`
	Outcome   string          `json:"outcome,omitempty"` // of a ruling, its verdicts
	Summary   string          `json:"summary"`           // for people: it may be worded anew
	Hash      string          `json:"leaf_hash"`         // hex
	Body      json.RawMessage `json:"body"`              // as it was recorded
}

func rowOf(e audit.Entry) logRow {
	return logRow{audit.EventID(e.Hash), e.Ledger, e.Seq, e.Time, e.Session, e.Actor, e.Type, e.Case, e.Subject(), e.Text("collector"), e.Text("source"),
		e.Outcome(), said(e.Leaf), fmt.Sprintf("%x", e.Hash[:]), e.Body}
}

// logJSON writes one document, an entry at a time.
type logJSON struct {
	out *bufio.Writer
	any bool
}

func (p *logJSON) entry(e audit.Entry) error {
	var b bytes.Buffer
	b.WriteString(",\n    ")
	if !p.any {
		b.Reset()
		b.WriteString("{\n  \"entries\": [\n    ")
		p.any = true
	}
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("    ", "  ")
	if err := enc.Encode(rowOf(e)); err != nil {
		return err
	}
	_, err := p.out.Write(report.VisibleJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
	return err
}

func (p *logJSON) end(more bool) error {
	head := "{\n  \"entries\": ["
	if p.any {
		head = "\n  "
	}
	_, err := fmt.Fprintf(p.out, "%s],\n  \"more\": %t\n}\n", head, more)
	return err
}

// logCSV writes for spreadsheets.
type logCSV struct{ w *csv.Writer }

func newLogCSV(out *bufio.Writer) *logCSV {
	p := &logCSV{csv.NewWriter(out)}
	_ = p.w.Write([]string{"seq", "time", "ledger", "session", "actor", "type", "case", "subject", "collector", "source", "outcome", "summary"}) // end says it
	return p
}

func (p *logCSV) entry(e audit.Entry) error {
	r := rowOf(e)
	cells := []string{strconv.FormatInt(r.Seq, 10), r.Time.Format(time.RFC3339Nano), r.Ledger, r.Session, r.Actor, string(r.Type), r.Case, r.Subject, r.Collector, r.Source, r.Outcome, r.Summary}
	for i, cell := range cells {
		cells[i] = harmless(report.Safe(cell))
	}
	return p.w.Write(cells)
}

func (p *logCSV) end(bool) error {
	p.w.Flush()
	return p.w.Error()
}

// logTable writes for people. The first entries say how wide a column is.
type logTable struct {
	out     *bufio.Writer
	width   int  // of the terminal; 0 is none
	ledgers bool // there may be several
	first   [][]string
	widths  []int
}

const (
	widestCell = 20 // of who did it
	narrowest  = 30 // columns that what is said needs, beside the others
)

func (p *logTable) entry(e audit.Entry) error {
	cells := []string{strconv.FormatInt(e.Seq, 10), e.Time.Format("2006-01-02 15:04:05"), e.Actor, string(e.Type), said(e.Leaf)}
	if p.ledgers {
		cells = append([]string{e.Ledger[:min(8, len(e.Ledger))]}, cells...)
	}
	for i, cell := range cells {
		cells[i] = report.Safe(cell)
	}
	if p.widths != nil {
		return p.line(cells)
	}
	if p.first = append(p.first, cells); len(p.first) == shownEntries {
		return p.begin()
	}
	return nil
}

// begin writes the header and the first entries.
func (p *logTable) begin() error {
	header := []string{"SEQ", "TIME (UTC)", "WHO", "TYPE", "WHAT"}
	if p.ledgers {
		header = append([]string{"LEDGER"}, header...)
	}
	p.widths = make([]int, len(header)-1)
	for _, cells := range append(p.first, header) {
		for i := range p.widths {
			p.widths[i] = max(p.widths[i], min(tui.Columns(cells[i]), widestCell))
		}
	}
	for _, cells := range append([][]string{header}, p.first...) {
		if err := p.line(cells); err != nil {
			return err
		}
	}
	return nil
}

func (p *logTable) line(cells []string) error {
	var b strings.Builder
	indent := 0
	for i, w := range p.widths {
		cell := tui.Clip(cells[i], widestCell)
		b.WriteString(cell + strings.Repeat(" ", max(0, w-tui.Columns(cell))+2))
		indent += w + 2
	}
	b.WriteString(cells[len(cells)-1])
	text := b.String()
	if p.width > 0 {
		if p.width-indent < narrowest {
			indent = 8
		}
		text = wrapHanging(text, p.width, indent)
	}
	_, err := p.out.WriteString(strings.TrimRight(text, " ") + "\n")
	return err
}

func (p *logTable) end(bool) error {
	if p.widths == nil && len(p.first) > 0 {
		return p.begin()
	}
	return nil
}
