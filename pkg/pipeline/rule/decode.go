package rule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// maxText bounds a document, in bytes.
const maxText = 1 << 20

// Decode reads the one YAML document in text into the struct that into
// points to. What YAML allows and a reader of rules must not is an error:
// a second document, an alias, anchor, merge key or tag, an unknown key or
// one given twice, a key without a value, a value of another type than is
// wanted (texts are not guessed from numbers, nor booleans from "yes"), and
// whatever a [Checker] says. The error is [Problems]: all of them, with their
// lines. Then nothing of into may be used.
func Decode(file string, text []byte, into any) error {
	root, err := parse(file, text)
	if err == nil && root == nil {
		err = Problems{{File: file, Line: 1, What: "is empty"}}
	}
	if err != nil {
		return err
	}
	d := &decoder{file: file}
	d.sound = d.plain(root)
	d.value(root, reflect.TypeOf(into).Elem(), "")
	if err := d.problems.err(); err != nil {
		return err
	}
	if err := root.Decode(into); err != nil { // what the walk let through and should not have
		return syntax(file, err)
	}
	return nil
}

// parse returns the root of the only document in text; nil where there is
// none.
func parse(file string, text []byte) (*yaml.Node, error) {
	if len(text) > maxText {
		return nil, Problems{{File: file, What: fmt.Sprintf("is %d bytes long; the most that is read is %d", len(text), maxText)}}
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	switch err := dec.Decode(&first); {
	case errors.Is(err, io.EOF) || err == nil && len(first.Content) == 0:
		return nil, nil
	case err != nil:
		return nil, syntax(file, err)
	}
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
		return first.Content[0], nil
	case err != nil:
		return nil, syntax(file, err)
	}
	return nil, Problems{{File: file, Line: second.Line,
		What: "a second document begins here: write one document in a file"}}
}

var lineOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?`) })

// syntax turns an error of the YAML parser into ours.
func syntax(file string, err error) error {
	texts := []string{err.Error()}
	var types *yaml.TypeError
	if errors.As(err, &types) {
		texts = types.Errors
	}
	var ps Problems
	for _, t := range texts {
		m := lineOf().FindStringSubmatch(t)
		line, _ := strconv.Atoi(m[1])
		what := strings.TrimPrefix(t, m[0])
		if strings.Contains(what, "cannot start any token") {
			what += ": indent with spaces, and quote a text that begins so"
		}
		ps = append(ps, Problem{File: file, Line: line, What: what})
	}
	return ps.err()
}
