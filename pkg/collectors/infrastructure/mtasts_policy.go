package infrastructure

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// An stsPolicy is an MTA-STS policy file (RFC 8461, 3.2).
type stsPolicy struct {
	mode   string // enforce, testing or none; "" if it is none of these
	maxAge int64  // seconds that senders keep it; -1 if it is not valid
	mx     []string
	faults []string // what makes it no valid policy
}

const (
	stsMaxAge = 31557600 // RFC 8461, 3.2: a year
	stsMaxMX  = 100      // patterns that are told of one policy
)

// parseSTS reads a policy file. Of a field that is there twice only the first
// counts, mx apart; fields that nobody knows are left alone.
func parseSTS(body string) stsPolicy {
	p := stsPolicy{maxAge: -1, mx: []string{}}
	fault := func(format string, args ...any) { p.faults = append(p.faults, fmt.Sprintf(format, args...)) }
	if !utf8.ValidString(body) {
		fault("it is not UTF-8")
	}
	first := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimRight(body, "\r\n"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		name, value, ok := strings.Cut(line, ":")
		if value = strings.Trim(value, " \t"); !ok || !fieldName().MatchString(name) || value == "" {
			fault("the line %q is no field", cut(line, 40))
			continue
		}
		if name == "mx" {
			p.addMX(value, fault)
			continue
		}
		if _, twice := first[name]; !twice {
			first[name] = value
		}
	}
	if v := first["version"]; v != "STSv1" {
		fault("the version is %q", cut(v, 20))
	}
	if m := first["mode"]; slices.Contains([]string{"enforce", "testing", "none"}, m) {
		p.mode = m
	} else {
		fault("the mode is %q", cut(m, 20))
	}
	age := first["max_age"]
	if n, err := strconv.ParseInt(age, 10, 64); err == nil && digits(age) && len(age) <= 10 && n <= stsMaxAge {
		p.maxAge = n
	} else {
		fault("max_age is %q", cut(age, 20))
	}
	if len(p.mx) == 0 && p.mode != "none" {
		fault("it names no mail host")
	}
	return p
}

var fieldName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`) })

// addMX takes a pattern: a name, or *. before one.
func (p *stsPolicy) addMX(value string, fault func(string, ...any)) {
	pattern := bare(value)
	if !mxPattern().MatchString(pattern) || len(pattern) > 255 {
		fault("mx is %q, which is no pattern", cut(value, 40))
		return
	}
	if !slices.Contains(p.mx, pattern) && len(p.mx) < stsMaxMX {
		p.mx = append(p.mx, pattern)
	}
}

var mxPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
})

// covers reports whether a mail host is one that the policy names. A * stands
// for exactly one label (RFC 8461, 4.1).
func (p *stsPolicy) covers(host string) bool {
	_, above, _ := strings.Cut(host, ".")
	return slices.Contains(p.mx, host) || slices.Contains(p.mx, "*."+above)
}

var stsID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9]{1,32}$`) })

// stsRecord returns the id in the TXT records below _mta-sts, and what is
// wrong with them: RFC 8461, 3.1 wants exactly one.
func stsRecord(records []string) (id, fault string) {
	if len(records) > 1 {
		return "", fmt.Sprintf("there are %d TXT records, one is allowed", len(records))
	}
	_, values := tags(records[0])
	if id = values["id"]; !stsID().MatchString(id) {
		return "", "the TXT record has no valid id"
	}
	return id, ""
}
