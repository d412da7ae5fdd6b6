package infrastructure

import (
	"strings"
	"unicode"

	"osint/pkg/pipeline"
)

// A whoisField is one line of a WHOIS answer, its key in lower case. Keys may
// repeat.
type whoisField struct{ key, value string }

// whoisFields reads the three ways in which servers lay an answer out:
// "Key: value", "[Key] value", and a key alone on its line with its values
// indented below. Comments are left out.
func whoisFields(text string) []whoisField {
	var fields []whoisField
	open, depth := "", 0 // the key that waits for values, and how far it is indented
	for line := range strings.Lines(text) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		body := strings.TrimLeftFunc(line, unicode.IsSpace)
		if body == "" {
			continue
		}
		indent := len(line) - len(body)
		if strings.ContainsRune("%#>*-;", rune(body[0])) {
			continue
		}
		if open != "" && indent > depth {
			if key, _, ok := whoisLine(body); !ok || key == "" {
				fields = append(fields, whoisField{open, body})
				continue
			}
		}
		open = ""
		key, value, ok := whoisLine(body)
		if !ok {
			continue
		}
		if value == "" {
			open, depth = key, indent
			continue
		}
		fields = append(fields, whoisField{key, value})
	}
	return fields
}

// whoisLine reads one line with a key. A colon within an address or a URL
// makes no key. Japan's registry numbers its keys: "a. [Domain Name] …".
func whoisLine(s string) (key, value string, ok bool) {
	if len(s) > 3 && s[1:4] == ". [" {
		s = s[3:]
	}
	if rest, bracket := strings.CutPrefix(s, "["); bracket {
		key, value, ok = strings.Cut(rest, "]")
	} else {
		key, value, ok = strings.Cut(s, ":")
		if ok && value != "" && !strings.ContainsAny(value[:1], " \t") && !whoisKeys[foldKey(key)] {
			ok = false
		}
	}
	key = foldKey(key)
	if !ok || key == "" || len(key) > 60 {
		return "", "", false
	}
	return key, strings.TrimSpace(value), true
}

// whoisKeys are the keys that some servers put no blank behind.
var whoisKeys = map[string]bool{"domain": true, "nserver": true, "status": true, "created": true, "changed": true, "expires": true,
	"registrar": true, "registrar whois server": true, "domain name": true, "name server": true, "creation date": true,
	"updated date": true, "refer": true, "whois": true, "referralserver": true}

// foldKey brings a key into one form: lower case, single blanks, the dots
// that some servers lead to the value with taken off.
func foldKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(strings.TrimRight(strings.TrimSpace(s), ". \t")), " "))
}

// emptyForms begin or fill the line by which servers say that there is no
// such object, in lower case.
var emptyForms = []string{"no match", "not found", "no data found", "domain not found", "no entries found", "no object found",
	"nothing found", "object does not exist", "the queried object does not exist", "no such domain", "no records matching",
	"status: free", "status: available", "domain status: no object found", "domain status: available", "domain status: free", "no information available about domain"}

// emptyEndings end such a line.
var emptyEndings = []string{"is available for registration", "does not exist", "not found", "is free", "no match", "has not been registered", "is not registered"}

// rateForms stand in an answer that is a refusal to answer so often.
var rateForms = []string{"number of allowed queries exceeded", "limit exceeded", "rate limit", "excessive querying", "quota exceeded",
	"%error:201: access denied", "too many requests", "too many queries", "exceeded the maximum", "queries exceeded", "try again later"}

// refusedForms stand in an answer that is a refusal of us as a client.
var refusedForms = []string{"access denied", "not authorized", "not authorised", "permission denied", "has been blocked", "blacklisted"}

// whoisDenies reports whether an answer says that there is no such object. A
// long line is legal text, which says such things of other matters.
func whoisDenies(text, subject string) bool {
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(strings.ToLower(strings.Trim(line, "%#>*-; \t\r\n."))), " ")
		if line == "" || len(line) > 140 {
			continue
		}
		for _, f := range emptyForms {
			if strings.HasPrefix(line, f) {
				return true
			}
		}
		if !strings.Contains(line, subject) && !strings.Contains(line, "domain") && !strings.Contains(line, "object") {
			continue
		}
		for _, f := range emptyEndings {
			if strings.HasSuffix(strings.TrimRight(line, "!\"'"), f) {
				return true
			}
		}
	}
	return false
}

// whoisTerse is how many lines an answer has at most that is no more than a
// refusal. Legal text, which threatens with one, is longer.
const whoisTerse = 6

// whoisRefuses returns how an answer without a record refuses to answer, if
// it does. What is terse is a refusal even if it looks like a denial.
func whoisRefuses(text, subject string) *pipeline.Failure {
	lines := 0
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	switch {
	case lines == 0:
		return pipeline.Fail(pipeline.RateLimited, "answered nothing, as servers do that are asked too often")
	case lines > whoisTerse && whoisDenies(text, subject):
		return nil
	case holdsAny(text, rateForms):
		return pipeline.Fail(pipeline.RateLimited, "says that it is asked too often")
	case holdsAny(text, refusedForms):
		return pipeline.Fail(pipeline.Blocked, "refuses to answer us")
	}
	return nil
}

// holdsAny reports whether a text holds one of some forms.
func holdsAny(text string, forms []string) bool {
	text = strings.ToLower(text)
	for _, f := range forms {
		if strings.Contains(text, f) {
			return true
		}
	}
	return false
}
