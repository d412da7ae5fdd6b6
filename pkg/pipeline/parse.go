package pipeline

import (
	"fmt"
	"net/netip"
	"strings"
)

// ParseEntity reads an entity as a person types it. It is the only door from
// typed text: "kind:value" insists on a kind; else the form decides. The
// error says what to type instead.
func ParseEntity(text string) (Entity, error) {
	s := strings.TrimSpace(text)
	if s == "" {
		return Entity{}, fmt.Errorf("empty target: type a domain, an IP address, a URL or kind:value")
	}
	if strings.HasPrefix(s, sealPrefix) {
		return Entity{}, fmt.Errorf("%q is a sealed token, not a target", clip(s))
	}
	if kind, value, ok := strings.Cut(s, ":"); ok && Kind(strings.ToLower(kind)).Valid() {
		k := Kind(strings.ToLower(kind))
		if k.IsName() { // a host is often typed as a domain and the reverse: the suffix list knows
			return NewName(value)
		}
		return NewEntity(k, value)
	}
	for _, try := range guesses {
		if try.like(s) {
			return NewEntity(try.kind, s)
		}
	}
	if host, port, ok := strings.Cut(s, ":"); ok && strings.Trim(port, "0123456789") == "" {
		return Entity{}, fmt.Errorf("%q has a port: type %s, or service:IP:PORT/tcp", clip(s), host)
	}
	if e, err := NewEntity(KindRepository, s); err == nil && strings.Contains(e.Value[:strings.IndexByte(e.Value, '/')], ".") {
		return Entity{}, fmt.Errorf("%q has a path: type repository:%s, or https://%s for the page's site", clip(s), clip(s), clip(s))
	}
	if host, _, ok := strings.Cut(s, "/"); ok {
		return Entity{}, fmt.Errorf("%q has a path: type %s, or https://%s", clip(s), host, clip(s))
	}
	e, err := NewName(s)
	if err != nil {
		return Entity{}, fmt.Errorf("%w; type a domain, an IP address, a URL, or kind:value such as organization:Acme", err)
	}
	return e, nil
}

// guesses are the forms that can't be mistaken for one another, tried in
// order.
var guesses = []struct {
	kind Kind
	like func(string) bool
}{
	{KindURL, func(s string) bool { return strings.Contains(s, "://") }},
	{KindIP, func(s string) bool {
		_, err := netip.ParseAddr(strings.Trim(s, "[]"))
		return err == nil
	}},
	{KindNetblock, func(s string) bool { _, err := netip.ParsePrefix(s); return err == nil }},
	{KindEmail, func(s string) bool { return strings.Contains(s, "@") && !strings.ContainsAny(s, "/ ") }},
	{KindASN, func(s string) bool {
		u := strings.ToUpper(s)
		return len(u) > 2 && u[:2] == "AS" && strings.Trim(u[2:], "0123456789") == ""
	}},
	{KindVulnerability, func(s string) bool { return reCVE(strings.ToUpper(s)) }},
	{KindPhone, func(s string) bool {
		return strings.HasPrefix(s, "+") && strings.Trim(s, "+0123456789 -./()") == ""
	}},
	{KindFileHash, func(s string) bool {
		_, err := NewEntity(KindFileHash, s)
		return err == nil && !strings.Contains(s, ":")
	}},
	{KindWallet, func(s string) bool { return strings.HasPrefix(s, "0x") && len(s) == 42 }},
}
