package pipeline

import (
	"maps"
	"slices"
	"strings"
)

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

// KeyOf returns the id of the key under which a token is sealed; "" if it is no
// token.
func KeyOf(token string) string {
	kid, _, ok := cutToken(token)
	if !ok {
		return ""
	}
	return kid
}

// seals notes a sealed value where a line first has it, under the kind it has
// there; a text has none. A line is only ever added behind the others, so that
// the place of a value in the list stays, whatever becomes of it: whoever is
// known by that place is known so in all that is ever made of the case.
func (c *Case) seals(e Entity) {
	if e.Sealed() && !c.sealed[e.Value] {
		c.sealed[e.Value] = true
		c.Sealed = append(c.Sealed, e)
	}
}

// sealsIn notes the tokens in an observation's value.
func (c *Case) sealsIn(v any) {
	switch x := v.(type) {
	case string:
		c.seals(Entity{Value: x})
	case []any:
		for _, y := range x {
			c.sealsIn(y)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(x)) {
			c.sealsIn(x[k])
		}
	}
}
