package audit

import (
	"testing"

	"osint/pkg/audit/recheck"
)

// FuzzCanonical lets two readers that share nothing say what has one spelling
// only.
func FuzzCanonical(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":1}`, `{"a":1,"b":[true,false,-7,"x"],"c":{"d":{}}}`, `{"a":"\"\\\b\t\n\f\r\u0001\u001f/ü\u2028"}`, "{\"a\":\"\u2028\u2029\x7f\"}",
		`{"a":9007199254740991}`, `{"a":9007199254740992}`, `{"a":1.0}`, `{"a":1e3}`, `{"a":-0}`, `{"a":01}`, `{"a":null}`, `{"b":1,"a":2}`, `{"a":1,"a":1}`, `{"a": 1}`, `{"A":1}`,
		`{"a":"\/"}`, `{"a":"\u000a"}`, `{"a":"\u00e4"}`, `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}`, `[]`, `1`, ``, `{"a":"\\u2028"}`, `{"a":NaN}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := scanner{b: text}
		err := canonical(text)
		if err == nil && s.peek() != '{' {
			return // the other reads objects only
		}
		if _, other := recheck.Canonical(text); (err == nil) != (other == nil) {
			t.Errorf("%q: %v, and the other says %v", text, err, other)
		}
	})
}
