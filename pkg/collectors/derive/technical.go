package derive

import (
	"net/netip"
	"regexp"
	"sync"
	"time"
)

// Quantity keeps a number, whatever its size.
func Quantity(v any) any {
	if n, ok := v.(float64); ok {
		return n
	}
	return nil
}

// Technical keeps a text that has the form of what is no person's: an address
// or a network, a name of DNS with a dot in it, a hash, a date, a number of an
// AS, a CVE. Of any other it keeps that there was one.
func Technical(v any) any {
	s, ok := v.(string)
	if !ok {
		return Quantity(v)
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return s
	}
	if _, err := netip.ParsePrefix(s); err == nil {
		return s
	}
	for _, l := range []string{time.RFC3339, time.DateTime, time.DateOnly, "2006-01-02T15:04:05"} {
		if _, err := time.Parse(l, s); err == nil {
			return s
		}
	}
	if len(s) <= 253 && technical().MatchString(s) {
		return s
	}
	return Filled(v)
}

var technical = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(AS[0-9]{1,10}|CVE-[0-9]{4}-[0-9]{4,9}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.[a-z][a-z0-9-]*[a-z0-9])$`)
})

// Every keeps of each element of a list what keep does.
func Every(keep Keeper) Keeper {
	return func(v any) any {
		l, _ := v.([]any)
		out := []any{}
		for _, x := range l[:min(len(l), 1000)] {
			out = append(out, keep(x))
		}
		return out
	}
}
