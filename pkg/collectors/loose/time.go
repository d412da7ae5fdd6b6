package loose

import (
	"strconv"
	"strings"
	"time"
)

// A Time is a moment: RFC 3339, one of the layouts that sources use without a
// zone (which is UTC then), or seconds or milliseconds since 1970. It is zero
// if it is none of them, or lies outside the years 1970 to 2199.
type Time struct{ time.Time }

// layouts are tried in this order.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05 MST",
	"2006-01-02 15:04:05-07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04", "2006-01-02", "20060102150405", "20060102", time.RFC1123, time.RFC1123Z,
}

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Time) UnmarshalJSON(b []byte) error {
	var s Text
	_ = s.UnmarshalJSON(b) // has none
	*t = Time{ParseTime(s.String())}
	return nil
}

// RFC3339 returns the moment in UTC; "" if there is none.
func (t Time) RFC3339() string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// ParseTime reads what a [Time] is; the zero time if it is none.
func ParseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return sane(t)
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f <= 0 || f != f:
		return time.Time{}
	case f > 1e11: // milliseconds
		f /= 1000
	}
	if f > 1e11 {
		return time.Time{}
	}
	return sane(time.Unix(int64(f), 0))
}

func sane(t time.Time) time.Time {
	if t = t.UTC(); t.Year() < 1970 || t.Year() > 2199 {
		return time.Time{}
	}
	return t
}
