package audit

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// A Body is what an act says: strings, booleans, integers within ±2⁵³, lists of
// strings or bodies, and bodies. Empty strings, lists and bodies, and false,
// are left out; a number never is.
type Body map[string]any

// largest integer that every reader of JSON takes exactly.
const largest = 1<<53 - 1

// appendBody appends a body in the one form it has: the canonical JSON of
// RFC 8785 without fractions and null. A value of another type is a mistake of
// ours, and an error.
func appendBody(b []byte, body Body) ([]byte, error) {
	var few [24]string
	keys := few[:0]
	for k, v := range body {
		if !empty(v) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if !word(k) {
			return nil, fmt.Errorf("%q is no key: small letters, digits and _ are", k)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, k), ':')
		var err error
		if b, err = appendValue(b, body[k]); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return append(b, '}'), nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []string:
		return len(v) == 0
	case []Body:
		return len(v) == 0
	case Body:
		return len(v) == 0
	}
	return false
}

func appendValue(b []byte, v any) (_ []byte, err error) {
	switch v := v.(type) {
	case string:
		return appendText(b, v), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case uint64:
		return appendInt(b, int64(min(v, largest+1)))
	case Body:
		return appendBody(b, v)
	case []string:
		return appendList(b, v, func(b []byte, s string) ([]byte, error) { return appendText(b, s), nil })
	case []Body:
		return appendList(b, v, appendBody)
	}
	return nil, fmt.Errorf("%T has no place in a leaf", v)
}

func appendList[T any](b []byte, list []T, one func([]byte, T) ([]byte, error)) (_ []byte, err error) {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = one(b, v); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendInt(b []byte, n int64) ([]byte, error) {
	if n > largest || n < -largest {
		return nil, fmt.Errorf("%d is more than JSON holds exactly", n)
	}
	return strconv.AppendInt(b, n, 10), nil
}

const hexDigits = "0123456789abcdef"

// appendText appends a string as RFC 8785 writes it: what can be raw is raw. A
// byte that is no UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0 // of what is raw
	for i := 0; i < len(s); {
		c, n := s[i], 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		} else if c >= 0x20 && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[from:i]...)
		switch short := escapeOf(c); {
		case c >= utf8.RuneSelf:
			b = utf8.AppendRune(b, utf8.RuneError)
		case short != 0:
			b = append(b, '\\', short)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i += n
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

// escapeOf returns the letter of a byte's short escape; 0 if it has none.
func escapeOf(c byte) byte {
	switch c {
	case '"', '\\':
		return c
	case '\b':
		return 'b'
	case '\t':
		return 't'
	case '\n':
		return 'n'
	case '\f':
		return 'f'
	case '\r':
		return 'r'
	}
	return 0
}
