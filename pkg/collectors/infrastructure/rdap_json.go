package infrastructure

import (
	"bytes"
	"encoding/json"
)

// loose is a text that a server may as well send as a number or a boolean.
// Null, lists and objects read as "".
type loose string

// UnmarshalJSON implements json.Unmarshaler.
func (l *loose) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	*l = ""
	switch {
	case len(b) == 0 || b[0] == '[' || b[0] == '{' || string(b) == "null":
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(l))
	}
	*l = loose(b)
	return nil
}

// looseList is a list of texts that may come as one text, or nested. What is
// empty is left out.
type looseList []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *looseList) UnmarshalJSON(b []byte) error {
	*l = nil
	var many []json.RawMessage
	if json.Unmarshal(b, &many) != nil {
		many = []json.RawMessage{b}
	}
	for _, one := range many {
		if b := bytes.TrimSpace(one); len(b) > 0 && b[0] == '[' {
			var inner looseList
			if err := inner.UnmarshalJSON(b); err != nil {
				return err
			}
			*l = append(*l, inner...)
			continue
		}
		var text loose
		if err := text.UnmarshalJSON(one); err != nil {
			return err
		}
		if text != "" {
			*l = append(*l, string(text))
		}
	}
	return nil
}
