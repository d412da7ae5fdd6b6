package infrastructure

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"osint/pkg/pipeline"
)

// parseRapidDNS reads the records of a page and how many pages there are. ok
// is false if it has no table of them. A record whose value is no address has
// none.
func parseRapidDNS(page []byte) (rows []pairing, pages int, ok bool) {
	z := html.NewTokenizer(bytes.NewReader(page))
	z.SetMaxBuf(1 << 20)
	var t tableReader
	for {
		switch z.Next() {
		case html.ErrorToken:
			return t.rows, t.pages, t.seen && !t.broken && z.Err() == io.EOF
		case html.TextToken:
			t.text(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			t.start(z.Token())
		case html.EndTagToken:
			t.end(z.Token())
		}
	}
}

// A tableReader takes the tokens of a page one by one.
type tableReader struct {
	seen, within bool // the table of records: there is one; we are in it
	broken       bool // it has more rows than any page
	cell         *strings.Builder
	cells        []string
	rows         []pairing
	pages        int
}

func (t *tableReader) start(tag html.Token) {
	switch tag.DataAtom {
	case atom.Table:
		for _, a := range tag.Attr {
			if a.Key == "id" && a.Val == "table" {
				t.seen, t.within = true, true
			}
		}
	case atom.Tr:
		t.cells, t.cell = nil, nil
	case atom.Td:
		t.close()
		t.cell = new(strings.Builder)
	case atom.A:
		for _, a := range tag.Attr {
			if a.Key == "href" {
				t.pages = max(t.pages, pagerOf(a.Val))
			}
		}
	}
}

func (t *tableReader) text(b []byte) {
	if t.within && t.cell != nil && t.cell.Len()+len(b) < 4096 {
		t.cell.Write(b)
	}
}

// close ends a cell.
func (t *tableReader) close() {
	if t.cell != nil && len(t.cells) < 16 {
		t.cells = append(t.cells, strings.TrimSpace(t.cell.String()))
	}
	t.cell = nil
}

func (t *tableReader) end(tag html.Token) {
	switch tag.DataAtom {
	case atom.Td:
		t.close()
	case atom.Table:
		t.within = false
	case atom.Tr:
		t.close()
		if t.within {
			t.row()
		}
		t.cells = nil
	}
}

// row takes a row of cells: a name, then what it has.
func (t *tableReader) row() {
	for i, text := range t.cells {
		name, err := pipeline.NewName(strings.TrimPrefix(text, "*."))
		if err != nil {
			continue
		}
		row := pairing{name: name}
		if i+1 < len(t.cells) {
			row.ip, _ = pipeline.NewEntity(pipeline.KindIP, t.cells[i+1]) // else another sort of record
		}
		if t.rows = append(t.rows, row); len(t.rows) > maxPairings {
			t.rows, t.broken = nil, true
		}
		return
	}
}
