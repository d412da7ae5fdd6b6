package loose

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Text is a JSON text, or the literal of a number or a boolean. A list, an
// object and null are "".
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*t = ""
	switch {
	case len(b) == 0 || b[0] == '[' || b[0] == '{' || string(b) == "null":
	case b[0] == '"':
		var s string
		if json.Unmarshal(b, &s) == nil {
			*t = Text(strings.ToValidUTF8(s, "\uFFFD"))
		}
	default:
		*t = Text(b)
	}
	return nil
}

// String returns the text without blanks around it.
func (t Text) String() string { return strings.TrimSpace(string(t)) }

// A Number is a JSON number, or a text that holds one. Is says that there was
// one: finite, and no null.
type Number struct {
	Value float64
	Is    bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = Number{}
	var t Text
	_ = t.UnmarshalJSON(b) // has none
	f, err := strconv.ParseFloat(t.String(), 64)
	if err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
		*n = Number{f, true}
	}
	return nil
}

// Int returns the whole part; 0 if there is no number, or none that fits.
func (n Number) Int() int {
	if !n.Is || math.Abs(n.Value) > 1<<53 {
		return 0
	}
	return int(n.Value)
}

// Truth is a JSON boolean, or its word or number in a text. Anything else is
// false: where a no is told of too, take [YesNo].
type Truth bool

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Truth) UnmarshalJSON(b []byte) error {
	var y YesNo
	_ = y.UnmarshalJSON(b) // has none
	*t = Truth(y.Yes)
	return nil
}

// A YesNo is a [Truth] of which Is says that there was one. What is neither, such
// as a text about a plan, is no no.
type YesNo struct {
	Yes bool
	Is  bool
}

// No reports whether it was said that it is not so.
func (y YesNo) No() bool { return y.Is && !y.Yes }

// UnmarshalJSON implements [json.Unmarshaler].
func (y *YesNo) UnmarshalJSON(b []byte) error {
	*y = YesNo{}
	var s Text
	_ = s.UnmarshalJSON(b) // has none
	switch strings.ToLower(s.String()) {
	case "true", "1", "yes":
		*y = YesNo{Yes: true, Is: true}
	case "false", "0", "no":
		*y = YesNo{Is: true}
	}
	return nil
}

// A List is a JSON array, or one value that stands for an array of one. Nulls
// are left out, and elements that are no T.
type List[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *List[T]) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil {
		raw = []json.RawMessage{b}
	}
	*l = nil
	for _, r := range raw {
		var x T
		if string(bytes.TrimSpace(r)) != "null" && json.Unmarshal(r, &x) == nil {
			*l = append(*l, x)
		}
	}
	return nil
}

// An Object is a JSON object, or nothing: anything else leaves Has false and
// the zero T.
type Object[T any] struct {
	Of  T
	Has bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (o *Object[T]) UnmarshalJSON(b []byte) error {
	*o = Object[T]{}
	b = bytes.TrimSpace(b)
	var x T
	if len(b) > 0 && b[0] == '{' && json.Unmarshal(b, &x) == nil {
		*o = Object[T]{x, true}
	}
	return nil
}

// Texts is a list of texts that may come as one text, or nested. What is empty
// is left out.
type Texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *Texts) UnmarshalJSON(b []byte) error {
	*l = nil
	var many []json.RawMessage
	if json.Unmarshal(b, &many) != nil {
		many = []json.RawMessage{b}
	}
	for _, one := range many {
		if b := bytes.TrimSpace(one); len(b) > 0 && b[0] == '[' {
			var inner Texts
			_ = inner.UnmarshalJSON(b) // has none
			*l = append(*l, inner...)
			continue
		}
		var t Text
		_ = t.UnmarshalJSON(one)
		if t != "" {
			*l = append(*l, string(t))
		}
	}
	return nil
}
