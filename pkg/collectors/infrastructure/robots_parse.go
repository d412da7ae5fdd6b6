package infrastructure

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// robotsTxt is a robots.txt as RFC 9309 reads it.
type robotsTxt struct {
	groups   []robotsGroup
	sitemaps []string
	rules    int
}

// robotsGroup are the rules for some crawlers. A file may have several groups
// for one.
type robotsGroup struct {
	agents []string // lower case; "*" is any that has no group of its own
	rules  []robotsRule
}

// robotsRule allows or disallows the paths that its pattern begins.
type robotsRule struct {
	allow   bool
	pattern string // normal
}

// parseRobots reads a robots.txt. What it does not know it passes over, as the
// RFC wants it; a rule that stands in no group counts for nothing.
func parseRobots(text string) *robotsTxt {
	r := &robotsTxt{}
	open := false // the last line of a group so far named a crawler
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if !open {
				r.groups = append(r.groups, robotsGroup{})
			}
			g := &r.groups[len(r.groups)-1]
			g.agents, open = append(g.agents, strings.ToLower(value)), true
		case "allow", "disallow":
			open = false
			if len(r.groups) > 0 && value != "" { // an empty one is about no path
				g := &r.groups[len(r.groups)-1]
				g.rules = append(g.rules, robotsRule{strings.EqualFold(strings.TrimSpace(key), "allow"), normalPath(value)})
				r.rules++
			}
		case "sitemap":
			r.sitemaps = append(r.sitemaps, value)
		}
	}
	return r
}

// allows reports whether a crawler may read a path: of the rules for it that
// match, the longest decides; of two equally long, the one that allows.
func (r *robotsTxt) allows(agent, path string) bool {
	path = normalPath(path)
	longest, allow := -1, true
	for _, x := range r.rulesFor(agent) {
		if n := len(x.pattern); matches(x.pattern, path) && (n > longest || n == longest && x.allow) {
			longest, allow = n, x.allow
		}
	}
	return allow || path == "/robots.txt"
}

// rulesFor returns the rules of all groups that name a crawler, or of those
// for any if none does.
func (r *robotsTxt) rulesFor(agent string) (own []robotsRule) {
	named, others := false, []robotsRule(nil)
	for _, g := range r.groups {
		for _, a := range g.agents {
			switch a {
			case strings.ToLower(agent):
				own, named = append(own, g.rules...), true
			case "*":
				others = append(others, g.rules...)
			}
		}
	}
	if named {
		return own
	}
	return others
}

// matches reports whether a pattern begins a path: * is any text, and a $ at
// its end is the path's end. It takes time linear in both.
func matches(pattern, path string) bool {
	pattern, ends := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	for i, part := range parts[1:] {
		if ends && i == len(parts)-2 {
			return strings.HasSuffix(rest, part)
		}
		_, rest, ok = strings.Cut(rest, part)
		if !ok {
			return false
		}
	}
	return !ends || rest == ""
}

// normalPath brings a path into the one form in which paths are compared (RFC
// 9309, 2.2.2): bytes beyond ASCII escaped, letters and digits not.
func normalPath(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if b, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				c, i = b[0], i+2
				if !isUnreserved(c) {
					fmt.Fprintf(&out, "%%%02X", c)
					continue
				}
			}
		}
		if c < 0x21 || c > 0x7e {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// isUnreserved is RFC 3986, 2.3.
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}
