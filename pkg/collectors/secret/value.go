package secret

import (
	"fmt"
	"log/slog"
)

// hidden stands for every value.
const hidden = "(hidden)"

// A Value is a credential. However it is printed, formatted, logged or encoded,
// it is "(hidden)"; only [Value.Reveal] gives it. Two Values of one text are not
// equal.
type Value struct {
	text *string // a pointer: fmt calls no method of a field that is not exported
}

// NewValue makes a Value of a text.
func NewValue(text string) Value { return Value{&text} }

// Reveal returns the credential, for whoever shows it to its source.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// IsZero reports whether there is no credential in it.
func (v Value) IsZero() bool { return v.Reveal() == "" }

// String implements [fmt.Stringer].
func (Value) String() string { return hidden }

// GoString implements [fmt.GoStringer].
func (Value) GoString() string { return hidden }

// Format implements [fmt.Formatter], for every verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText implements [encoding.TextMarshaler], for YAML and XML too.
func (Value) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON implements [json.Marshaler].
func (Value) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// LogValue implements [slog.LogValuer].
func (Value) LogValue() slog.Value { return slog.StringValue(hidden) }

// values makes Values of texts.
func values(texts []string) (out []Value) {
	for _, t := range texts {
		out = append(out, NewValue(t))
	}
	return out
}
