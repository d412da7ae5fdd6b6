package targets

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"osint/pkg/pipeline/rule"
)

// A Target is one line of a list.
type Target struct {
	Line     int
	Text     string    // as written, without blanks around
	Settings []Setting // in the order of columns; of an object, by name
}

// A Setting is what a target says beside itself: a flag's name and value.
type Setting struct {
	Name   string
	Values []string // one, unless the list itself has several
}

// Options say how a list is read.
type Options struct {
	Format   string   // one of Formats; "" finds out
	Column   string   // that holds the target; "" is the first of Columns that is there
	Settings []string // names that a column may have to be a setting
	Reserved []string // names of flags that no single target can set: an error
}

// Formats are the forms that a list may have.
func Formats() []string { return []string{"lines", "csv", "jsonl"} }

// Columns are the names under which a target is looked for, in this order.
func Columns() []string { return []string{"target", "domain", "host", "url", "ip"} }

// A List is what was read.
type List struct {
	Format  string
	Column  string   // that held the targets; "" of lines
	Unused  []string // columns and keys that mean nothing here, in the order they were met
	Targets []Target
}

// Read reads a whole list. The error joins those of all lines; each begins
// with name and line.
func Read(name string, text []byte, o Options) (*List, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	r := &reader{name: name, o: o, list: &List{Format: o.Format}}
	if r.list.Format == "" {
		r.list.Format = guess(name, text, o)
	}
	switch r.list.Format {
	case "csv":
		r.csv(text)
	case "jsonl":
		r.jsonl(text)
	default:
		r.lines(text)
	}
	return r.list, errors.Join(r.errs...)
}

// guess tells the form of a list by the ending of its name, or else by its
// first line: an object, or a header that names a column of targets.
func guess(name string, text []byte, o Options) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return "csv"
	case ".jsonl", ".ndjson", ".json":
		return "jsonl"
	}
	first := ""
	for line := range bytes.Lines(text) {
		if first = strings.TrimSpace(string(line)); first != "" && !strings.HasPrefix(first, "#") {
			break
		}
	}
	if strings.HasPrefix(first, "{") {
		return "jsonl"
	}
	if header := strings.FieldsFunc(first, func(r rune) bool { return r == ',' || r == ';' }); len(header) > 1 {
		for i := range header {
			header[i] = column(strings.Trim(header[i], `"`))
		}
		if _, ok := o.target(header); ok {
			return "csv"
		}
	}
	return "lines"
}

type reader struct {
	name string
	o    Options
	list *List
	errs []error
}

// wrong notes what is wrong with a line.
func (r *reader) wrong(line int, format string, args ...any) {
	r.errs = append(r.errs, fmt.Errorf("%s:%d: %w", r.name, line, fmt.Errorf(format, args...)))
}

// lines reads one target a line; blank lines and those that begin with # are
// left out.
func (r *reader) lines(text []byte) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if s := strings.TrimSpace(string(line)); s != "" && !strings.HasPrefix(s, "#") {
			r.list.Targets = append(r.list.Targets, Target{Line: n, Text: s})
		}
	}
}

// column is the form in which names of columns are compared.
func column(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "_", "-")
}

// target finds the column of the targets among others.
func (o Options) target(names []string) (at int, ok bool) {
	wanted := Columns()
	if o.Column != "" {
		wanted = []string{column(o.Column)}
	}
	for _, w := range wanted {
		for i, n := range names {
			if n == w {
				return i, true
			}
		}
	}
	return 0, false
}

// kind says what a column that holds no target is: a setting, nothing, or an
// error. A name that is nearly a setting's is taken for a slip, since what it
// says would go unheard.
func (o Options) kind(name string) (setting bool, err error) {
	for _, s := range o.Settings {
		if s == name {
			return true, nil
		}
	}
	for _, s := range o.Reserved {
		if s == name {
			return false, fmt.Errorf("%s holds for the whole batch: type it as the flag --%s", name, s)
		}
	}
	if meant, ok := rule.Nearest(name, o.Settings); ok && name != "" {
		return false, fmt.Errorf("%q sets nothing: did you mean %s? If not, give it another name", name, meant)
	}
	return false, nil
}

func (r *reader) unused(name string) {
	for _, n := range r.list.Unused {
		if n == name {
			return
		}
	}
	r.list.Unused = append(r.list.Unused, name)
}
