package rule

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// A decoder walks a document beside the type it is for and notes what does
// not fit.
type decoder struct {
	file     string
	sound    bool // plain found nothing
	problems Problems
}

func (d *decoder) note(n *yaml.Node, path, format string, args ...any) bool {
	what := fmt.Sprintf(format, args...)
	if path != "" {
		what = path + ": " + what
	}
	d.problems = append(d.problems, Problem{File: d.file, Line: n.Line, What: what})
	return false
}

// plain notes what no document of ours may hold, whatever its type.
func (d *decoder) plain(n *yaml.Node) bool {
	ok := true
	switch {
	case n.Kind == yaml.AliasNode:
		return d.note(n, "", "the alias *%s is not read here: write the value out", n.Value)
	case n.Anchor != "":
		ok = d.note(n, "", "the anchor &%s is not read here: leave it out", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		ok = d.note(n, "", "the tag %s is not read here: leave it out", n.Tag)
	}
	if n.Kind == yaml.MappingNode {
		ok = d.keys(n) && ok
	}
	for _, c := range n.Content {
		ok = d.plain(c) && ok
	}
	return ok
}

// keys notes keys that are no names or stand twice.
func (d *decoder) keys(n *yaml.Node) bool {
	ok := true
	seen := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		switch line, twice := seen[k.Value]; {
		case k.Kind == yaml.AliasNode: // noted as such
		case k.Kind != yaml.ScalarNode:
			ok = d.note(k, "", "a key must be one word")
		case k.Tag == "!!merge":
			ok = d.note(k, "", "the merge key << is not read here: write the keys out")
		case twice:
			ok = d.note(k, "", "the key %s stands here twice: it is in line %d too", k.Value, line)
		default:
			seen[k.Value] = k.Line
		}
	}
	return ok
}

// named reports whether a key is one that keys did not note.
func named(k *yaml.Node) bool { return k.Kind == yaml.ScalarNode && k.Tag != "!!merge" }

// value reports whether n can be read as a t, and notes why not.
func (d *decoder) value(n *yaml.Node, t reflect.Type, path string) bool {
	if t.Kind() == reflect.Pointer {
		return d.value(n, t.Elem(), path)
	}
	if n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
		return false // noted by plain
	}
	if n.Tag == "!!null" && t.Kind() != reflect.Interface {
		return d.note(n, path, "has no value: write one or leave the key out")
	}
	v := reflect.New(t)
	ok := true
	switch u := v.Interface().(type) {
	case yaml.Unmarshaler:
		if err := u.UnmarshalYAML(n); err != nil {
			return d.note(n, path, "%v", err)
		}
	case encoding.TextUnmarshaler:
		if t == reflect.TypeFor[time.Time]() {
			ok = d.scalar(n, t, path)
		} else if n.Kind != yaml.ScalarNode {
			return d.note(n, path, "want text, not %s", describe(n))
		} else if err := u.UnmarshalText([]byte(n.Value)); err != nil {
			return d.note(n, path, "%v", err)
		}
	default:
		switch t.Kind() {
		case reflect.Struct:
			ok = d.structure(n, t, path)
		case reflect.Map:
			ok = d.mapping(n, t, path)
		case reflect.Slice, reflect.Array:
			ok = d.sequence(n, t, path)
		case reflect.Interface:
		default:
			ok = d.scalar(n, t, path)
		}
	}
	return d.checked(n, v, path) && ok
}

// checked asks the value itself, if it is a [Checker] and n can be read as
// one at all.
func (d *decoder) checked(n *yaml.Node, v reflect.Value, path string) bool {
	c, is := v.Interface().(Checker)
	if !is || !d.sound {
		return true
	}
	if n.Decode(v.Interface()) != nil {
		return false // noted within
	}
	ok := true
	for _, err := range split(c.Check()) {
		at, in := n, path
		var k *keyError
		for errors.As(err, &k) {
			in, err = join(in, k.key), k.err
			at = child(at, k.key)
		}
		ok = d.note(at, in, "%v", err)
	}
	return ok
}

// split returns the errors that were joined in err.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, split(e)...)
		}
		return all
	}
	return []error{err}
}

// child returns the node of a key of n, or n itself.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return n
}

func (d *decoder) structure(n *yaml.Node, t reflect.Type, path string) bool {
	if n.Kind != yaml.MappingNode {
		return d.note(n, path, "want keys and values, not %s", describe(n))
	}
	fields, names := fieldsOf(t)
	ok := true
	for i := 0; i < len(n.Content); i += 2 {
		k := n.Content[i]
		if f, known := fields[k.Value]; known {
			ok = d.value(n.Content[i+1], f, join(path, k.Value)) && ok
		} else if named(k) {
			ok = d.note(k, path, "there is no key %s here: %s", k.Value, OneOf(k.Value, names))
		}
	}
	return ok
}

// fieldsOf returns the keys that a struct is read from, as yaml.v3 names
// them, in the order of its fields.
func fieldsOf(t reflect.Type) (fields map[string]reflect.Type, names []string) {
	fields = map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, flags, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
		case strings.Contains(flags, "inline"):
			inner, inside := fieldsOf(f.Type)
			for _, k := range inside {
				fields[k] = inner[k]
			}
			names = append(names, inside...)
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			fields[name], names = f.Type, append(names, name)
		}
	}
	return fields, names
}

func (d *decoder) mapping(n *yaml.Node, t reflect.Type, path string) bool {
	if n.Kind != yaml.MappingNode {
		return d.note(n, path, "want keys and values, not %s", describe(n))
	}
	ok := true
	for i := 0; i < len(n.Content); i += 2 {
		if k := n.Content[i]; named(k) {
			ok = d.value(n.Content[i+1], t.Elem(), join(path, k.Value)) && ok
		}
	}
	return ok
}

func (d *decoder) sequence(n *yaml.Node, t reflect.Type, path string) bool {
	if n.Kind != yaml.SequenceNode {
		return d.note(n, path, "want a list, not %s: write it in [brackets]", describe(n))
	}
	ok := true
	for i, c := range n.Content {
		ok = d.value(c, t.Elem(), path+"["+strconv.Itoa(i)+"]") && ok
	}
	return ok
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
