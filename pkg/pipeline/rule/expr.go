package rule

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// An Expr is the text of a condition and where it stands in its file.
type Expr struct {
	Text   string
	Line   int // of the first line of the text, from 1
	Column int // of its first letter, from 1; 0 in a block of several lines
}

// UnmarshalYAML reads an expression and keeps its place. Any scalar is one:
// "true" needs no quotes.
func (e *Expr) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode {
		return errors.New("want an expression, not " + describe(n))
	}
	if strings.TrimSpace(n.Value) == "" {
		return errors.New("the expression is empty: write one or leave the key out")
	}
	*e = Expr{Text: n.Value, Line: n.Line, Column: n.Column}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		e.Line, e.Column = n.Line+1, 0 // the text begins below its sign
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		e.Column++
	}
	return nil
}

// MarshalYAML writes the text alone.
func (e Expr) MarshalYAML() (any, error) { return e.Text, nil }

// MarshalText writes the text alone.
func (e Expr) MarshalText() ([]byte, error) { return []byte(e.Text), nil }

// IsZero reports whether there is no expression.
func (e Expr) IsZero() bool { return e.Text == "" }

// String returns the text.
func (e Expr) String() string { return e.Text }

// problem places something wrong at a line (from 1) and column (from 0) of
// the text in the file.
func (e Expr) problem(file string, line, column int, what string) Problem {
	p := Problem{File: file, Line: e.Line + line - 1, What: what}
	if line == 1 && e.Column > 0 {
		p.Column = e.Column + column
	}
	return p
}
