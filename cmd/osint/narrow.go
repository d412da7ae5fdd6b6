package main

import (
	"slices"
	"strconv"
	"time"

	"github.com/spf13/pflag"
)

// narrowing is the project's layer as far as it counts beside the user's own.
// Somebody who chose a profile, or a bound, for all investigations must not
// lose it to a file that came with a repository: what both say counts for the
// project only where it narrows. What is left out adds up.
func narrowing(project, user layer) layer {
	return func(f *pflag.Flag) (given, bool) {
		p, said := project(f)
		u, both := user(f)
		if !said || !both {
			return p, said
		}
		switch f.Name {
		case "profile":
			return given{}, false
		case "depth", "limit", "workers", "timeout":
			return p, amount(p) < amount(u)
		case "collector", "type":
			return p, among(p.values, u.values)
		case "exclude", "exclude-entity":
			if all := union(u.values, p.values); len(all) > len(union(nil, p.values)) {
				p.values, p.origin = all, p.origin+" and "+u.origin
			}
		}
		return p, true
	}
}

// amount is the value of a number or a time, for comparison.
func amount(g given) int64 {
	if d, err := time.ParseDuration(g.text()); err == nil {
		return int64(d)
	}
	n, _ := strconv.ParseInt(g.text(), 10, 64) // the sheet holds nothing else
	return n
}

// among reports whether some are all among those; none, and comprehensive,
// stand for all there are.
func among(some, those []string) bool {
	if len(those) == 0 || slices.Contains(those, comprehensive) {
		return true
	}
	return len(some) > 0 && !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(those, s) })
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
