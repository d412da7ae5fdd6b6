package secret

import (
	"fmt"
	"regexp"
	"strings"
)

var assignment = regexp.MustCompile(`^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// parseAny reads what an encrypted file holds: a flat map as [Parse] does, or
// NAME=value on each line. The first line that says anything decides.
func parseAny(text []byte) (map[string][]string, error) {
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			if assignment.MatchString(line) {
				return parseEnv(string(text))
			}
			break
		}
	}
	return Parse(text)
}

// parseEnv reads NAME=value lines. A value may stand in quotes; within double
// ones \n, \" and \\ are what they are elsewhere. No comment stands behind a
// value, and nothing is expanded.
func parseEnv(text string) (map[string][]string, error) {
	held, n := map[string][]string{}, 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		m := assignment.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("line %d: write NAME=value", n)
		}
		if err := checkName(held, m[1], n); err != nil {
			return nil, err
		}
		value, ok := unquoted(strings.TrimSpace(m[2]))
		if !ok {
			return nil, fmt.Errorf("line %d: a quote is not closed where the line ends", n)
		}
		if value == "" {
			return nil, fmt.Errorf("line %d: there is no value: write one, or take the line out", n)
		}
		held[m[1]] = []string{value}
	}
	return held, nil
}

var escapes = strings.NewReplacer(`\n`, "\n", `\"`, `"`, `\\`, `\`)

// unquoted returns a value without the quotes around it.
func unquoted(s string) (string, bool) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return s, true
	}
	if len(s) < 2 || s[len(s)-1] != s[0] {
		return "", false
	}
	if s[0] == '"' {
		return escapes.Replace(s[1 : len(s)-1]), true
	}
	return s[1 : len(s)-1], true
}
