package social

import "encoding/json"

// text is a JSON text; anything else in its place is none.
type text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = ""
	}
	*t = text(s)
	return nil
}

// number is a JSON number; anything else in its place is -1, which no source
// gives a meaning to.
type number float64

// UnmarshalJSON implements [json.Unmarshaler].
func (n *number) UnmarshalJSON(b []byte) error {
	var f float64
	if json.Unmarshal(b, &f) != nil || string(b) == "null" {
		f = -1
	}
	*n = number(f)
	return nil
}

// truth is a JSON boolean; anything else in its place is false.
type truth bool

// UnmarshalJSON implements [json.Unmarshaler].
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = string(b) == "true"
	return nil
}

// list is a JSON array, one value that stands for an array of one, or nothing.
// Elements of another type are left out.
type list[T any] []T

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list[T]) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil {
		raw = []json.RawMessage{b}
	}
	*l = nil
	for _, r := range raw {
		var x T
		if string(r) != "null" && json.Unmarshal(r, &x) == nil {
			*l = append(*l, x)
		}
	}
	return nil
}

// object is a JSON object; anything else in its place is the zero T.
type object[T any] struct{ is T }

// UnmarshalJSON implements [json.Unmarshaler].
func (o *object[T]) UnmarshalJSON(b []byte) error {
	var x T
	if json.Unmarshal(b, &x) == nil {
		o.is = x
	}
	return nil
}
