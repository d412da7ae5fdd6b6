package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"osint/pkg/pipeline"
)

//go:embed page/report.html.tmpl
var pageText string

//go:embed page/style.css
var styleText string

// symbols tell the severities apart without colour and without reading.
var symbols = map[pipeline.Severity]string{
	pipeline.Critical: "◆", pipeline.High: "▲", pipeline.Medium: "■", pipeline.Low: "●", pipeline.Info: "○",
}

// pageTemplate is parsed when the first page is rendered.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("report").Funcs(template.FuncMap{
		"svg":    svg,
		"symbol": func(s pipeline.Severity) string { return symbols[s] },
		"tlp":    func(s string) string { return strings.ToLower(strings.NewReplacer(":", "-", "+", "-").Replace(s)) },
		"level": func(s pipeline.Severity) string {
			if s.Rank() < 0 {
				return "none"
			}
			return string(s)
		},
		"id":   func(section string, block int) string { return fmt.Sprintf("%s-%d", section, block) },
		"wide": wide,
	}).Parse(pageText)
})

// wide returns the class of a column's width, in steps of 3 %: the policy
// allows no style but the sheet's.
func wide(t *table, c column) string {
	sum := 0.0
	for _, x := range t.Columns {
		sum += x.Width
	}
	return fmt.Sprintf("w%d", max(1, min(20, int(100*c.Width/sum/3+.5))))
}

func renderHTML(w io.Writer, d *Document) error { return lay(d).html(w) }

// html writes one self-contained page: no script, no request, a content
// security policy that allows nothing but its own style.
func (l *layout) html(w io.Writer) error {
	t, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("parse the page template: %w", err)
	}
	sum := sha256.Sum256([]byte(styleText))
	err = t.Execute(w, struct {
		*layout
		Style     template.HTML
		StyleHash string
	}{l, template.HTML("<style>" + styleText + "</style>"), base64.StdEncoding.EncodeToString(sum[:])})
	if err != nil {
		return fmt.Errorf("render the page: %w", err)
	}
	return nil
}
