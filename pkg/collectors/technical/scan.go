package technical

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A leak is a secret that stands in a text: of what sort, on which line, and a
// mark by which it is known again within the case. What may be a password has
// none. The secret itself is let go of.
type leak struct {
	rule        string
	line        int // from 1
	fingerprint string
}

// value is what is told of a leak in a file.
func (l leak) value(path string) map[string]any {
	v := map[string]any{"rule": l.rule, "path": path}
	if l.line > 0 {
		v["line"] = l.line
	}
	put(v, "fingerprint", l.fingerprint)
	return v
}

// A secretRule knows one sort of secret. A text is only looked at if it has one of
// the words, in lower case; the secret is the last group of form, or all of it; of a private key, what
// stands below that.
type secretRule struct {
	id      string
	words   []string
	form    func() *regexp.Regexp
	entropy float64 // bits a character that it has at least; 0 asks for none
	plain   bool    // it may be any text: placeholders are told from it
}

const (
	mostLeaks = 50       // that are told of one text
	longLine  = 16 << 10 // bytes; what is longer is looked at so far
)

// scan looks for secrets in a text, and marks them. Nothing that it finds is tried.
func scan(text string, mark func(string) string) (leaks []leak) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil // no text
	}
	low := strings.ToLower(text)
	var rules []secretRule
	for _, r := range secretRules {
		for _, w := range r.words {
			if strings.Contains(low, w) {
				rules = append(rules, r)
				break
			}
		}
	}
	seen := map[string]bool{}
	n, rest := 0, text
	for line := range strings.Lines(text) {
		if n++; len(rules) == 0 {
			return nil
		}
		found := scanLine(line[:min(len(line), longLine)], rest, rules, seen, mark)
		rest = rest[len(line):]
		for _, l := range found {
			l.line = n
			if leaks = append(leaks, l); len(leaks) == mostLeaks {
				return leaks
			}
		}
	}
	return leaks
}

// scanLine looks at one line, with which rest begins. A secret counts once, under
// the first rule that knows it.
func scanLine(line, rest string, rules []secretRule, seen map[string]bool, mark func(string) string) (leaks []leak) {
	for _, r := range rules {
		for _, m := range r.form().FindAllStringSubmatchIndex(line, 8) {
			secret := ""
			if from, to := m[len(m)-2], m[len(m)-1]; from >= 0 {
				secret = line[from:to]
			}
			if secret == "" || entropy(secret) < r.entropy || allowed(line, secret, r.plain) {
				continue
			}
			known := !r.plain
			if r.id == privateKey {
				secret = keyBody(rest[m[1]:])
				if known = secret != ""; !known { // each may be another
					secret = r.id + " " + strconv.Itoa(len(rest))
				}
			}
			if seen[secret] {
				continue
			}
			seen[secret] = true
			l := leak{rule: r.id}
			if known {
				l.fingerprint = mark(secret)
			}
			leaks = append(leaks, l)
		}
	}
	return leaks
}

// mostKey bounds how much of a text after a key's first line is read as the key.
const mostKey = 8 << 10

// keyBody returns the key that stands after its first line, as one word, in a
// file of its own or in a text of a program; "" if none does. Lines that say how
// it is locked are no part of it.
func keyBody(after string) string {
	after, _, _ = strings.Cut(after[:min(len(after), mostKey)], "-----")
	after = strings.NewReplacer(`\n`, "\n", `\r`, "\n").Replace(after)
	var body strings.Builder
	for line := range strings.Lines(after) {
		if strings.Contains(line, ": ") {
			continue
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return !isBase64(r) }) {
			if len(word) >= 32 { // all but the last line, which may be words of others
				body.WriteString(word)
			}
		}
	}
	return body.String()
}

func isBase64(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/' || r == '='
}

// entropy returns Shannon's measure of a text, in bits a character.
func entropy(s string) (bits float64) {
	count := map[rune]float64{}
	n := 0.0
	for _, r := range s {
		count[r]++
		n++
	}
	for _, c := range count {
		bits -= c / n * math.Log2(c/n)
	}
	return bits
}

// allowed reports whether what looks like a secret is none: an example of a
// manual, a placeholder, or a reference to where the secret lies.
func allowed(line, secret string, plain bool) bool {
	low := strings.ToLower(secret)
	for _, w := range []string{"example", "xxxx", "****", "0000000000", "1234567890", "abcdefgh", "placeholder", "your-", "your_", "yourtoken", "changeme", "change-me", "dummy", "redacted"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	if strings.Contains(line, "gitleaks:allow") || strings.Contains(line, "pragma: allowlist secret") || strings.Contains(line, "nosecret") {
		return true
	}
	if !plain {
		return false
	}
	for _, w := range []string{"${", "{{", "$(", "<", "%(", "process.env", "os.environ", "getenv", "secrets.", "vault:", "null", "undefined", "test", "sample", "foobar", "password", "secret", "http://", "https://", "arn:", "sha256", "sha512"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return !strings.ContainsAny(secret, "0123456789") || strings.HasPrefix(secret, "$") || strings.HasPrefix(secret, "/") || strings.HasPrefix(secret, ".")
}
