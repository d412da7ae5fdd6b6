package pipeline

import "strings"

// sealPrefix begins every token. No canonical value of any kind begins so.
const sealPrefix = "sealed:"

// IsToken reports whether a value is a sealed token:
// sealed:<key id>:<digest of the ciphertext>.
func IsToken(s string) bool { return strings.HasPrefix(s, sealPrefix) }
