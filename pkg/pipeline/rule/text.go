package rule

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// A Text is a text of a document and the line that it stands in, for what can
// only be judged beside other documents.
type Text struct {
	Value string
	Line  int
}

// UnmarshalYAML reads a text and keeps its place.
func (t *Text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		return fmt.Errorf("want text, not %s", describe(n))
	}
	*t = Text{Value: n.Value, Line: n.Line}
	return nil
}

// Problem says what is wrong at the line of the text.
func (t Text) Problem(file, format string, args ...any) Problem {
	return Problem{File: file, Line: t.Line, What: fmt.Sprintf(format, args...)}
}
