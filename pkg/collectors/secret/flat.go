package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"gopkg.in/yaml.v3"
)

// Parse reads a flat map of credentials: NAME: value, or NAME: and a list of
// values. Numbers are taken as they are written, and nothing is expanded. What it
// can't read is an error with its line, which holds no part of the text: whatever
// stands in such a file may be a credential.
func Parse(text []byte) (map[string][]string, error) {
	root, err := flatYAML(text)
	if err != nil || root == nil {
		return nil, err
	}
	held := map[string][]string{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, node := root.Content[i], root.Content[i+1]
		if err := checkName(held, name.Value, name.Line); err != nil {
			return nil, err
		}
		list := []*yaml.Node{node}
		if node.Kind == yaml.SequenceNode && node.Style&yaml.TaggedStyle == 0 && node.Anchor == "" {
			list = node.Content
		}
		for _, n := range list {
			if err := checkScalar(n); err != nil {
				return nil, err
			}
			held[name.Value] = append(held[name.Value], n.Value)
		}
		if len(held[name.Value]) == 0 {
			return nil, fmt.Errorf("line %d: %s has no value: write one, or take the line out", name.Line, name.Value)
		}
	}
	return held, nil
}

// checkName says what is wrong with a name; one that has not the form of a name
// is not shown.
func checkName(held map[string][]string, name string, line int) error {
	if !IsName(name) {
		return fmt.Errorf("line %d: no name of a credential stands there: write NAME: value, the NAME in capitals, digits and _", line)
	}
	if _, twice := held[name]; twice {
		return fmt.Errorf("line %d: %s stands there twice: write its values as a list", line, name)
	}
	return nil
}

// checkScalar says why a node is no value.
func checkScalar(n *yaml.Node) error {
	switch {
	case n.Kind == yaml.AliasNode, n.Anchor != "":
		return fmt.Errorf("line %d: a value that begins with * or & stands in quotes", n.Line)
	case n.Kind != yaml.ScalarNode:
		return fmt.Errorf("line %d: write one value, or a list of values: no map is read here", n.Line)
	case n.Style&yaml.TaggedStyle != 0:
		return fmt.Errorf("line %d: a value that begins with ! stands in quotes", n.Line)
	case n.Tag == "!!null" || n.Value == "":
		return fmt.Errorf("line %d: there is no value: write one, or take the line out", n.Line)
	}
	return nil
}

// flatYAML returns the map that one document of YAML is; nil if it is empty.
func flatYAML(text []byte) (*yaml.Node, error) {
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, wordless(err)
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one document: write one map of NAME: value")
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode || root.Anchor != "" || root.Style&yaml.TaggedStyle != 0 {
		return nil, fmt.Errorf("line %d: write a map of NAME: value", root.Line)
	}
	return root, nil
}

var lineOf = regexp.MustCompile(`line (\d+)`)

// wordless keeps the line of an error of YAML, and none of its words: they may be
// part of a value.
func wordless(err error) error {
	if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("line %s is no YAML: write NAME: value, the value in quotes", m[1])
	}
	return errors.New("it is no YAML: write NAME: value on each line, the value in quotes")
}
