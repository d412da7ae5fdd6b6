package report

import "io"

// A Format is one way of rendering a document. Render writes the whole of it
// or fails; it reads the document and never changes it.
type Format struct {
	Name      string // what --format takes: "pdf"
	Extension string // of the file, with its dot
	Render    func(w io.Writer, d *Document) error
}

// Formats returns the formats in the order in which a report is written.
func Formats() []Format {
	return []Format{
		{"json", ".json", renderJSON},
		{"html", ".html", renderHTML},
		{"pdf", ".pdf", renderPDF},
	}
}
