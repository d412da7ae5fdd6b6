package rule

import (
	"math"
	"reflect"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// scalar reports whether n is a scalar of type t, without guessing.
func (d *decoder) scalar(n *yaml.Node, t reflect.Type, path string) bool {
	want, tags := wanted(t)
	if n.Kind != yaml.ScalarNode {
		return d.note(n, path, "want %s, not %s", want, describe(n))
	}
	fits := false
	for _, tag := range tags {
		fits = fits || n.Tag == tag
	}
	if !fits {
		return d.note(n, path, "want %s, not %s%s", want, describe(n), instead(n, t))
	}
	v := reflect.New(t)
	if err := n.Decode(v.Interface()); err != nil {
		return d.note(n, path, "want %s, not %s", want, clip(n.Value))
	}
	if v.Elem().CanFloat() && (math.IsNaN(v.Elem().Float()) || math.IsInf(v.Elem().Float(), 0)) {
		return d.note(n, path, "want %s, not %s", want, n.Value)
	}
	return true
}

// wanted returns what to call a type, and the YAML tags its values may have.
func wanted(t reflect.Type) (want string, tags []string) {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return "a time such as 90s or 5m", []string{"!!str"}
	case t == reflect.TypeFor[time.Time]():
		return "a date such as 2026-11-23", []string{"!!timestamp"}
	}
	switch t.Kind() {
	case reflect.String:
		return "text", []string{"!!str", "!!timestamp"}
	case reflect.Bool:
		return "true or false", []string{"!!bool"}
	case reflect.Float32, reflect.Float64:
		return "a number", []string{"!!float", "!!int"}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number from 0", []string{"!!int"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number", []string{"!!int"}
	}
	return "a " + t.String(), nil
}

// instead returns how to write n as a t, where that is plain.
func instead(n *yaml.Node, t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Duration]() && n.Tag == "!!int":
		return ": did you mean " + n.Value + "s?"
	case t.Kind() == reflect.String:
		return ": write " + strconv.Quote(clip(n.Value))
	case t.Kind() == reflect.Bool:
		switch n.Value {
		case "yes", "on", "Yes", "On", "y":
			return ": write true"
		case "no", "off", "No", "Off", "n":
			return ": write false"
		}
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return ": leave the quotes out"
	}
	return ""
}

// describe says in words what stands in a file.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!str":
		return "the text " + strconv.Quote(clip(n.Value))
	case "!!int", "!!float":
		return "the number " + clip(n.Value)
	}
	return clip(n.Value)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
