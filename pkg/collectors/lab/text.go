package lab

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// text is a piece of a world with its templates compiled. Rendering it at
// equal times gives equal bytes.
type text struct {
	parts []part
	ends  bool // {{end}} stands in it
}

// part is literal bytes, or what a template makes of the time.
type part struct {
	literal []byte
	date    *moment
}

// moment is a date relative to the lab's day.
type moment struct {
	offset time.Duration
	layout string
}

// maxRepeat bounds what {{repeat}} makes, in bytes.
const maxRepeat = 16 << 20

// compile reads the templates of s. An error carries the line within s,
// counted from 1.
func compile(s string) (text, error) {
	var t text
	for rest, line := s, 1; ; {
		before, after, found := strings.Cut(rest, "{{")
		t.add([]byte(before))
		if !found {
			return t, nil
		}
		line += strings.Count(before, "\n")
		call, after, closed := strings.Cut(after, "}}")
		if !closed || strings.Contains(call, "\n") {
			return text{}, &lineError{line, "a template that {{ opens must be closed by }} on the same line"}
		}
		p, err := template(call)
		if err != nil {
			return text{}, &lineError{line, err.Error()}
		}
		if p == nil { // {{end}}
			t.ends = true
			return t, nil
		}
		t.parts = append(t.parts, *p)
		rest = after
	}
}

func (t *text) add(literal []byte) {
	if len(literal) > 0 {
		t.parts = append(t.parts, part{literal: literal})
	}
}

// template compiles what stands between the braces; nil means the end.
func template(call string) (*part, error) {
	verb, args, _ := strings.Cut(strings.TrimSpace(call), " ")
	args = strings.TrimSpace(args)
	switch verb {
	case "date":
		offset, layout, _ := strings.Cut(args, " ")
		d, err := days(offset)
		if err != nil {
			return nil, err
		}
		if layout = strings.Trim(strings.TrimSpace(layout), `"`); layout == "" {
			layout = time.RFC3339
		}
		return &part{date: &moment{d, layout}}, nil
	case "hex":
		b, err := hex.DecodeString(strings.ReplaceAll(args, " ", ""))
		if err != nil || len(b) == 0 {
			return nil, fmt.Errorf("hex wants pairs of digits, as in {{hex e2 80 ae}}, not %q", args)
		}
		return &part{literal: b}, nil
	case "repeat":
		count, what, _ := strings.Cut(args, " ")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || what == "" || n*len(what) > maxRepeat || n > maxRepeat {
			return nil, fmt.Errorf("repeat wants a number and a text of at most %d bytes in all, as in {{repeat 1000 [}}, not %q", maxRepeat, args)
		}
		return &part{literal: bytes.Repeat([]byte(what), n)}, nil
	case "end":
		return nil, nil
	}
	return nil, fmt.Errorf("unknown template %q: there are date, hex, repeat and end", verb)
}

// render returns the text as it is on the given day.
func (t text) render(day time.Time) []byte {
	var b bytes.Buffer
	for _, p := range t.parts {
		if p.date != nil {
			b.WriteString(day.Add(p.date.offset).Format(p.date.layout))
			continue
		}
		b.Write(p.literal)
	}
	return b.Bytes()
}

// days reads "-400d", "+36h" or "0d".
func days(s string) (time.Duration, error) {
	unit := time.Hour
	digits, found := strings.CutSuffix(s, "h")
	if !found {
		unit = 24 * time.Hour
		digits, found = strings.CutSuffix(s, "d")
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || !found || n > 36500*24 || n < -36500*24 || unit > time.Hour && (n > 36500 || n < -36500) {
		return 0, fmt.Errorf("a date is so many days or hours from today, as -400d or +36h, not %q", s)
	}
	return time.Duration(n) * unit, nil
}

// lineError is an error at a line of a text.
type lineError struct {
	line int
	text string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.text) }
