package infrastructure

import (
	"strings"
	"time"
)

// whoisDates are the ways in which servers write a day. Those that put day
// and month in an order that can be read either way are left out.
var whoisDates = []string{"2006-01-02", "2006/01/02", "2006.01.02", "2006. 01. 02", "20060102", "02-Jan-2006", "2-Jan-2006", "02 Jan 2006",
	"2 January 2006", "January 2 2006", "January 2, 2006", "Jan 2 2006", "02.01.2006", "2.1.2006", "2006-Jan-02", "2006-Jan-02.",
	"Mon Jan 2 2006", "Mon, 02 Jan 2006"}

// whoisClocks are the ways in which they write the time behind it.
var whoisClocks = []string{" 15:04:05", "T15:04:05", " 15:04", " at 15:04:05"}

// whoisZones are the only zones that a name stands for one of, in hours east.
var whoisZones = map[string]int{"": 0, "Z": 0, "UTC": 0, "GMT": 0, "UTC+0": 0, "JST": 9, "KST": 9, "UTC+8": 8, "UTC+9": 9}

// whoisTime reads a time as a WHOIS server writes it, in UTC: a day alone is
// its beginning. The zero time if it can't be read, or not in one way only.
func whoisTime(s string) time.Time {
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07"} {
		if t, err := time.Parse(layout, s); err == nil {
			return sane(t)
		}
	}
	if t, err := time.Parse("Mon Jan 2 15:04:05 UTC 2006", strings.Replace(s, "GMT", "UTC", 1)); err == nil {
		return sane(t)
	}
	s, hours, known := whoisZone(strings.TrimSuffix(s, "."))
	for _, day := range whoisDates {
		if t, err := time.Parse(day, s); err == nil {
			return sane(t)
		}
		for _, clock := range whoisClocks {
			if t, err := time.Parse(day+clock, s); err == nil && known {
				return sane(t.Add(-time.Duration(hours) * time.Hour))
			} else if err == nil {
				return sane(t.Truncate(24 * time.Hour))
			}
		}
	}
	return time.Time{}
}

// whoisZone takes the zone off the end of a time. Of a time in a zone that is
// not known only the day is worth anything.
func whoisZone(s string) (rest string, hours int, known bool) {
	i := strings.LastIndexByte(s, ' ')
	last := strings.Trim(s[i+1:], "()")
	if i > 0 && last != "" && strings.Trim(last, "ABCDEFGHIJKLMNOPQRSTUVWXYZ+0123456789:-") == "" && last[0] >= 'A' && last[0] <= 'Z' {
		hours, known = whoisZones[last]
		return s[:i], hours, known
	}
	if z := strings.TrimSuffix(s, "Z"); z != s {
		return z, 0, true
	}
	return s, 0, true
}

// sane drops what no registration can have: years before there were names and
// those that no register counts to.
func sane(t time.Time) time.Time {
	if y := t.Year(); y < 1980 || y > 2200 {
		return time.Time{}
	}
	return t.UTC()
}
