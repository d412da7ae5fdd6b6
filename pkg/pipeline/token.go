package pipeline

import "strings"

// sealPrefix begins every token. No canonical value of any kind begins so.
const sealPrefix = "sealed:"

// IsToken reports whether a value is a sealed token:
// sealed:<key id>:<digest of the ciphertext>.
func IsToken(s string) bool { return strings.HasPrefix(s, sealPrefix) }

// cutToken returns the parts of a token.
func cutToken(s string) (kid, digest string, ok bool) {
	rest, sealed := strings.CutPrefix(s, sealPrefix)
	kid, digest, ok = strings.Cut(rest, ":")
	return kid, digest, ok && sealed
}
