package risk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// most is how many things a phrase lists.
const most = 8

// fill puts words into the {places} of a text.
func fill(text string, words map[string]string) string {
	var pairs []string
	for _, name := range places(text) {
		pairs = append(pairs, "{"+name+"}", words[name])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// places returns the names that stand in {braces}.
func places(text string) (names []string) {
	for {
		_, rest, ok := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			return names
		}
		names, text = append(names, name), after
	}
}

// phrase writes what an expression gave for people: lists joined, each thing
// once; times as dates, durations in days.
func phrase(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case string:
		return clip(x)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		return x.Format(time.DateOnly)
	case time.Duration:
		if n := int(x.Hours() / 24); n != 1 {
			return fmt.Sprintf("%d days", n)
		}
		return "1 day"
	case []any:
		var parts []string
		for _, e := range x {
			if p := phrase(e); p != "" && !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
		slices.Sort(parts)
		if len(parts) > most {
			parts = append(parts[:most:most], fmt.Sprintf("%d more", len(parts)-most))
		}
		if len(parts) > 1 {
			return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
		}
		return strings.Join(parts, "")
	}
	return clip(fmt.Sprint(x))
}

// clip bounds what others wrote.
func clip(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}
