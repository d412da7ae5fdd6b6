package technical

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A leak is a secret that stands in a text: of what sort, on which line, and a
// digest by which it is known again. The secret itself is let go of.
type leak struct {
	rule        string
	line        int // from 1
	fingerprint string
}

// A secretRule knows one sort of secret. A text is only looked at if it has one of
// the words, in lower case; the secret is the last group of form, or all of it.
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

// scan looks for secrets in a text. Nothing that it finds is tried.
func scan(text string) (leaks []leak) {
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
	n := 0
	for line := range strings.Lines(text) {
		if n++; len(rules) == 0 {
			return nil
		}
		for _, l := range scanLine(line[:min(len(line), longLine)], rules, seen) {
			l.line = n
			if leaks = append(leaks, l); len(leaks) == mostLeaks {
				return leaks
			}
		}
	}
	return leaks
}

// scanLine looks at one line. A secret counts once, under the first rule that
// knows it.
func scanLine(line string, rules []secretRule, seen map[string]bool) (leaks []leak) {
	for _, r := range rules {
		for _, m := range r.form().FindAllStringSubmatch(line, 8) {
			secret := m[len(m)-1]
			if secret == "" || seen[secret] || entropy(secret) < r.entropy || allowed(line, secret, r.plain) {
				continue
			}
			seen[secret] = true
			sum := sha256.Sum256([]byte(secret))
			leaks = append(leaks, leak{rule: r.id, fingerprint: hex.EncodeToString(sum[:8])})
		}
	}
	return leaks
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
