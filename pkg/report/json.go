package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

func renderJSON(w io.Writer, d *Document) error { return writeJSON(w, d) }

// writeJSON writes a model, given by its pointer, as it is: two spaces of
// indent, values exact. Characters that a terminal would obey or hide are
// written as JSON escapes, which say the same to a parser and can be looked at
// in a pager.
//
// The lists of the top level are written row by row: a report may be larger
// than one wants to hold a second time.
func writeJSON(w io.Writer, model any) error {
	j := &jsonWriter{w: bufio.NewWriterSize(w, 1<<16)}
	v := reflect.ValueOf(model).Elem()
	sep := "{\n  "
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		j.raw(sep + `"` + name + `": `)
		j.field(v.Field(i))
		sep = ",\n  "
	}
	j.raw("\n}\n")
	if j.err == nil {
		j.err = j.w.Flush()
	}
	if j.err != nil {
		return fmt.Errorf("write as JSON: %w", j.err)
	}
	return nil
}

// A jsonWriter writes JSON in pieces; after an error it writes nothing more.
type jsonWriter struct {
	w   *bufio.Writer
	err error
}

func (j *jsonWriter) raw(s string) {
	if j.err == nil {
		_, j.err = j.w.WriteString(s)
	}
}

// field writes a value of the top level, a list row by row.
func (j *jsonWriter) field(v reflect.Value) {
	if v.Kind() != reflect.Slice || v.Len() == 0 {
		j.value(v, "  ")
		return
	}
	sep := "[\n    "
	for i := range v.Len() {
		j.raw(sep)
		j.value(v.Index(i), "    ")
		sep = ",\n    "
	}
	j.raw("\n  ]")
}

// value writes one value whose lines but the first begin with indent.
func (j *jsonWriter) value(v reflect.Value, indent string) {
	if j.err != nil {
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(indent, "  ")
	if j.err = enc.Encode(v.Interface()); j.err == nil {
		_, j.err = j.w.Write(VisibleJSON(bytes.TrimRight(b.Bytes(), "\n")))
	}
}

// VisibleJSON writes the hidden characters of a JSON text, those that [Safe]
// makes visible, as \u escapes: it says the same to a parser. Outside of
// strings JSON has none but its line breaks.
func VisibleJSON(text []byte) []byte {
	out := make([]byte, 0, len(text)+len(text)/16)
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf && c != 0x7f {
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case !hidden(r):
			out = append(out, text[i:i+n]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}
