package targets

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"osint/pkg/pipeline/rule"
)

// csv reads records under a header, separated by commas, or by semicolons
// where the header has those alone. An empty cell sets nothing.
func (r *reader) csv(text []byte) {
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.Comment, in.FieldsPerRecord = separator(text), '#', -1
	header, err := in.Read()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			r.broken(err)
		}
		return
	}
	line, _ := in.FieldPos(0)
	cols, ok := r.header(line, header)
	if !ok {
		return
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil { // what follows a broken quote means nothing
			r.broken(err)
			return
		}
		line, _ := in.FieldPos(0)
		r.record(line, cols, record)
	}
}

// separator looks at the header: the first line that is no comment.
func separator(text []byte) rune {
	for line := range bytes.Lines(text) {
		if s := bytes.TrimSpace(line); len(s) > 0 && s[0] != '#' {
			if bytes.ContainsRune(s, ';') && !bytes.ContainsRune(s, ',') {
				return ';'
			}
			break
		}
	}
	return ','
}

// columns say what stands where.
type columns struct {
	target int
	names  []string // "" of a column that is not used
}

func (r *reader) header(line int, header []string) (c columns, ok bool) {
	for _, h := range header {
		c.names = append(c.names, column(h))
	}
	if c.target, ok = r.o.target(c.names); !ok {
		want := "target, domain, host, url or ip; name another with --column"
		if r.o.Column != "" {
			want = rule.OneOf(column(r.o.Column), c.names)
		}
		r.wrong(line, "no column %q in the header: %s", cmp.Or(r.o.Column, "target"), want)
		return c, false
	}
	r.list.Column = c.names[c.target]
	seen := map[string]bool{}
	for i, n := range c.names {
		twice := seen[n] && n != ""
		seen[n] = true
		if i == c.target {
			continue
		}
		if twice {
			r.wrong(line, "column %s is there twice: take one out", n)
			c.names[i] = ""
			continue
		}
		switch setting, err := r.o.kind(n); {
		case err != nil:
			r.wrong(line, "column %w", err)
			c.names[i] = ""
		case !setting:
			if c.names[i] = ""; n != "" {
				r.unused(n)
			}
		}
	}
	return c, true
}

func (r *reader) record(line int, c columns, record []string) {
	if len(record) > len(c.names) {
		r.wrong(line, "%d fields under a header of %d: quote what has a separator in it", len(record), len(c.names))
		return
	}
	t := Target{Line: line}
	empty := true
	for i, cell := range record {
		cell = strings.TrimSpace(cell)
		empty = empty && cell == ""
		switch {
		case i == c.target:
			t.Text = cell
		case c.names[i] != "" && cell != "":
			t.Settings = append(t.Settings, Setting{c.names[i], []string{cell}})
		}
	}
	switch {
	case empty:
	case t.Text == "":
		r.wrong(line, "no target: column %s is empty", r.list.Column)
	default:
		r.list.Targets = append(r.list.Targets, t)
	}
}

// broken takes the line out of the parser's error.
func (r *reader) broken(err error) {
	var p *csv.ParseError
	if errors.As(err, &p) {
		r.wrong(p.Line, "no CSV: %w: quote a field with quotes in it, and double them", p.Err)
		return
	}
	r.wrong(1, "%w", err)
}
