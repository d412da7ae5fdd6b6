package targets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// jsonl reads one object a line. A value is a text, a number, true or false,
// or a list of texts; null sets nothing.
func (r *reader) jsonl(text []byte) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		object, err := decode(line)
		if err != nil {
			r.wrong(n, "%w", err)
			continue
		}
		r.object(n, object)
	}
}

func decode(line []byte) (object map[string]any, err error) {
	if line[0] != '{' {
		return nil, errors.New(`no object: write {"target": "example.com"}, one a line`)
	}
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	if err := in.Decode(&object); err != nil {
		return nil, fmt.Errorf("no JSON object: %w: an object stands on one line", err)
	}
	if in.More() {
		return nil, errors.New("something stands behind the object: write one a line")
	}
	return object, nil
}

func (r *reader) object(line int, object map[string]any) {
	keys := slices.Sorted(maps.Keys(object))
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = column(k)
	}
	at, ok := r.o.target(names)
	if !ok {
		r.wrong(line, "no target: an object has a key %q, or name another with --column", "target")
		return
	}
	r.list.Column = names[at]
	t := Target{Line: line}
	good := true
	for i, k := range keys {
		values, err := valuesOf(object[k])
		setting := false
		if err == nil && i != at {
			setting, err = r.o.kind(names[i])
		}
		switch {
		case err != nil:
			r.wrong(line, "%s: %w", k, err)
			good = false
		case i == at && len(values) == 1:
			t.Text = strings.TrimSpace(values[0])
		case i == at:
		case !setting:
			r.unused(names[i])
		case len(values) > 0:
			t.Settings = append(t.Settings, Setting{names[i], values})
		}
	}
	switch {
	case !good:
	case t.Text == "":
		r.wrong(line, "no target: %s wants one text", names[at])
	default:
		r.list.Targets = append(r.list.Targets, t)
	}
}

// valuesOf returns what a flag would be given.
func valuesOf(v any) ([]string, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case json.Number:
		return []string{v.String()}, nil
	case bool:
		return []string{fmt.Sprint(v)}, nil
	case []any:
		var all []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, errors.New("a list of texts is wanted")
			}
			all = append(all, s)
		}
		return all, nil
	}
	return nil, errors.New("an object means nothing here: write a text, a number, true, false or a list of texts")
}
