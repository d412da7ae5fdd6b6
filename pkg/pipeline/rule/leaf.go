package rule

import (
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// A Leaf is one value of a document whose keys its reader judges: text, a
// number, a list, whatever is not keys and values itself. An empty map is one
// too, so that its key is seen.
type Leaf struct {
	Path []string // the keys that lead to it
	Line int      // of its last key

	file string
	node *yaml.Node
}

// Leaves reads the one document in text, as strictly as [Decode] but with any
// keys, and returns its values in their order. An empty document has none.
func Leaves(file string, text []byte) ([]Leaf, error) {
	root, err := parse(file, text)
	if err != nil || root == nil {
		return nil, err
	}
	d := &decoder{file: file}
	d.plain(root)
	if root.Kind != yaml.MappingNode {
		d.note(root, "", "want keys and values, not %s", describe(root))
	}
	if err := d.problems.err(); err != nil {
		return nil, err
	}
	return leaves(file, root, nil), nil
}

func leaves(file string, n *yaml.Node, path []string) (all []Leaf) {
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := append(path[:len(path):len(path)], key.Value)
		if value.Kind == yaml.MappingNode && len(value.Content) > 0 {
			all = append(all, leaves(file, value, at)...)
			continue
		}
		all = append(all, Leaf{at, key.Line, file, value})
	}
	return all
}

// Decode reads the value into what into points to, as strictly as [Decode].
func (l Leaf) Decode(into any) error {
	d := &decoder{file: l.file, sound: true}
	d.value(l.node, reflect.TypeOf(into).Elem(), strings.Join(l.Path, "."))
	if err := d.problems.err(); err != nil {
		return err
	}
	return l.node.Decode(into)
}

// Problem says what is wrong with the leaf, at its line.
func (l Leaf) Problem(format string, args ...any) Problem {
	return Problem{File: l.file, Line: l.Line, What: fmt.Sprintf(format, args...)}
}
