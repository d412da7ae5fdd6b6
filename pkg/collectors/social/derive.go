package social

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A shape is what a derivative keeps of a JSON object: the fields that it
// names, each as its keeper has it. Fields that it does not name are left out,
// name and all.
type shape map[string]keeper

// A keeper makes of a value what may be kept of it. Whatever it is given, it
// returns nothing that a person could have typed.
type keeper func(v any) any

// filled keeps whether a text was there: "…" or "".
func filled(v any) any {
	if s, ok := v.(string); ok && s != "" {
		return "…"
	}
	return ""
}

// flag keeps a boolean.
func flag(v any) any { b, _ := v.(bool); return b }

// code keeps a small whole number, such as a state.
func code(v any) any {
	if n, ok := v.(float64); ok && n >= 0 && n < 1000 && n == float64(int(n)) {
		return n
	}
	return nil
}

// services keeps the name of a service that is known.
func services(v any) any { s, _ := v.(string); return service(s) }

// oneOf keeps a text that is one of a few, else "other".
func oneOf(words ...string) keeper {
	return func(v any) any {
		if s, ok := v.(string); ok && has(words, s) {
			return s
		}
		return "other"
	}
}

// count keeps how many elements a list has.
func count(v any) any { l, _ := v.([]any); return len(l) }

// within keeps the shape of an object.
func within(s shape) keeper {
	return func(v any) any {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		return s.of(m)
	}
}

// each keeps the shape of every object in a list.
func each(s shape) keeper {
	one := within(s)
	return func(v any) any {
		l, _ := v.([]any)
		out := []any{}
		for _, x := range l[:min(len(l), 1000)] {
			out = append(out, one(x))
		}
		return out
	}
}

func (s shape) of(m map[string]any) map[string]any {
	out := map[string]any{}
	for name, keep := range s {
		if v, ok := m[name]; ok {
			out[name] = keep(v)
		}
	}
	return out
}

// derive returns the function that makes the derivative of an answer: its
// status, and the shape of its body. Nothing else of the head is kept, for it
// names what was asked. A derivative says which fields were filled and which
// services are linked, enough to check an observation's form against; it holds
// no value of a person's, whichever categories the ruling left out, because the
// ruling does not come here. An answer that is no JSON object has none.
func derive(s shape) func([]byte) ([]byte, error) {
	return func(answer []byte) ([]byte, error) {
		head, body, ok := bytes.Cut(answer, []byte("\r\n\r\n"))
		line, _, _ := strings.Cut(string(head), "\r\n")
		words := strings.Fields(line)
		if !ok || len(words) < 2 {
			return nil, errors.New("derive: no answer of a web server")
		}
		status, err := strconv.Atoi(words[1])
		if err != nil || status < 100 || status > 999 {
			return nil, errors.New("derive: the answer has no status")
		}
		var m map[string]any
		if json.Unmarshal(body, &m) != nil || m == nil {
			return nil, errors.New("derive: the answer is no JSON object")
		}
		kept, err := json.Marshal(s.of(m))
		if err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, "HTTP/1.1 %d\r\n\r\n%s", status, kept), nil
	}
}
