package rule

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"

	"gopkg.in/yaml.v3"
)

// Put returns the document in text with a value under a path of keys: a
// string, a bool, an int or a list of strings. Comments and the order of keys
// stay; a new key comes last in its map. It fails where text is no document
// that [Leaves] reads, or where a value stands in the way of the path.
func Put(file string, text []byte, path []string, value any) ([]byte, error) {
	if _, err := Leaves(file, text); err != nil {
		return nil, err
	}
	doc, root, err := open(text)
	if err != nil {
		return nil, syntax(file, err)
	}
	for _, key := range path[:len(path)-1] {
		next := valueOf(root, key)
		if next == nil {
			next = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			root.Content = append(root.Content, word(key), next)
		}
		if next.Kind != yaml.MappingNode {
			return nil, Problem{File: file, Line: next.Line, What: fmt.Sprintf("%s has a value: no key can stand below it", key)}
		}
		root = next
	}
	fresh := new(yaml.Node)
	if err := fresh.Encode(value); err != nil {
		return nil, err
	}
	if fresh.Kind == yaml.SequenceNode {
		fresh.Style = yaml.FlowStyle
	}
	last := path[len(path)-1]
	switch old := valueOf(root, last); {
	case old == nil:
		root.Content = append(root.Content, word(last), fresh)
	case old.Kind == yaml.MappingNode && len(old.Content) > 0:
		return nil, Problem{File: file, Line: old.Line, What: fmt.Sprintf("%s has keys below it: a value can't stand there", last)}
	default:
		fresh.HeadComment, fresh.LineComment, fresh.FootComment = old.HeadComment, old.LineComment, old.FootComment
		*old = *fresh
	}
	out, err := write(doc, text)
	if err == nil && !holds(file, out, path, value) {
		err = Problem{File: file, What: "what is to be written must be text in one line"}
	}
	return out, err
}

// Cut returns the document in text without a path, and without the maps that
// are empty then; there reports whether the path was there.
func Cut(file string, text []byte, path []string) (out []byte, there bool, err error) {
	if _, err := Leaves(file, text); err != nil {
		return nil, false, err
	}
	doc, root, err := open(text)
	if err != nil {
		return nil, false, syntax(file, err)
	}
	if !cut(root, path) {
		return text, false, nil
	}
	if len(root.Content) == 0 {
		return nil, true, nil
	}
	out, err = write(doc, text)
	return out, true, err
}

func cut(n *yaml.Node, path []string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != path[0] {
			continue
		}
		v := n.Content[i+1]
		if len(path) > 1 && (v.Kind != yaml.MappingNode || !cut(v, path[1:])) {
			return false
		}
		if len(path) == 1 || len(v.Content) == 0 {
			n.Content = append(n.Content[:i], n.Content[i+2:]...)
		}
		return true
	}
	return false
}

// open returns a document, new if there is none yet, and its root.
func open(text []byte) (doc, root *yaml.Node, err error) {
	doc = new(yaml.Node)
	if err := yaml.Unmarshal(text, doc); err != nil {
		return nil, nil, err
	}
	if len(doc.Content) == 0 {
		doc = &yaml.Node{Kind: yaml.DocumentNode, HeadComment: string(bytes.TrimSpace(text)),
			Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
	}
	return doc, doc.Content[0], nil
}

// holds reports whether a document has a value under a path: the encoder does
// not keep every text.
func holds(file string, text []byte, path []string, value any) bool {
	ls, err := Leaves(file, text)
	for _, l := range ls {
		if slices.Equal(l.Path, path) {
			got := reflect.New(reflect.TypeOf(value))
			return err == nil && l.Decode(got.Interface()) == nil && reflect.DeepEqual(got.Elem().Interface(), value)
		}
	}
	return false
}

// valueOf returns the value of a key, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func word(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// write writes a document, spaced as its old text was.
func write(doc *yaml.Node, old []byte) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(doc); err != nil {
		return nil, err
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	if out := spaced(b.Bytes(), old); same(out, b.Bytes()) {
		return out, nil
	}
	return b.Bytes(), nil
}

// spaced puts empty lines back before the lines that had one in old: the
// encoder leaves them out.
func spaced(text, old []byte) []byte {
	before := bytes.Split(old, []byte("\n"))
	var out [][]byte
	for _, line := range bytes.Split(text, []byte("\n")) {
		for i, l := range before {
			if len(line) == 0 || !bytes.Equal(keyed(l), keyed(line)) {
				continue
			}
			if i > 0 && len(before[i-1]) == 0 && len(out) > 0 && len(out[len(out)-1]) > 0 {
				out = append(out, nil)
			}
			before = before[i+1:]
			break
		}
		out = append(out, line)
	}
	return bytes.Join(out, []byte("\n"))
}

// keyed returns a line up to where its value begins.
func keyed(line []byte) []byte {
	key, _, _ := bytes.Cut(line, []byte(":"))
	return key
}

// same reports whether two documents say the same.
func same(a, b []byte) bool {
	var x, y any
	return yaml.Unmarshal(a, &x) == nil && yaml.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
