package derive

import "slices"

// A Shape is what a derivative keeps of a JSON object: the fields that it
// names, each as its keeper has it. Fields that it does not name are left out,
// name and all.
type Shape map[string]Keeper

// A Keeper makes of a value what may be kept of it. Whatever it is given, it
// returns nothing that a person could have typed.
type Keeper func(v any) any

// Filled keeps whether a text was there: "…" or "".
func Filled(v any) any {
	if s, ok := v.(string); ok && s != "" {
		return "…"
	}
	return ""
}

// Flag keeps a boolean.
func Flag(v any) any { b, _ := v.(bool); return b }

// Code keeps a small whole number, such as a state.
func Code(v any) any {
	if n, ok := v.(float64); ok && n >= 0 && n < 1000 && n == float64(int(n)) {
		return n
	}
	return nil
}

// OneOf keeps a text that is one of a few, else "other".
func OneOf(words ...string) Keeper {
	return func(v any) any {
		if s, ok := v.(string); ok && slices.Contains(words, s) {
			return s
		}
		return "other"
	}
}

// Count keeps how many elements a list has.
func Count(v any) any { l, _ := v.([]any); return len(l) }

// Within keeps the shape of an object.
func Within(s Shape) Keeper {
	return func(v any) any {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		return s.of(m)
	}
}

// Each keeps the shape of every object in a list.
func Each(s Shape) Keeper {
	one := Within(s)
	return func(v any) any {
		l, _ := v.([]any)
		out := []any{}
		for _, x := range l[:min(len(l), 1000)] {
			out = append(out, one(x))
		}
		return out
	}
}

func (s Shape) of(m map[string]any) map[string]any {
	out := map[string]any{}
	for name, keep := range s {
		if v, ok := m[name]; ok {
			out[name] = keep(v)
		}
	}
	return out
}
