package pipeline

import (
	"strings"
	"testing"
)

func TestDenied(t *testing.T) {
	for predicate, want := range map[Predicate][2]string{
		"resolves-to":    {"does not resolve", "does not resolve to"},
		"in-dns":         {"does not exist in DNS", "does not exist in DNS"},
		"registration":   {"is not registered", "is not registered"},
		"spf-record":     {"publishes no SPF record", "does not publish the SPF record"},
		"tls-version":    {"accepts no TLS", "does not accept"},
		"tls-cipher":     {"accepts no weak cipher suite", "accepts no"},
		"serves-zone":    {"is not served with authority", "is not served with authority by"},
		"registered-at":  {"was not registered at", "was not registered at"},
		"lacks-header":   {"does send the header", "does send the header"},
		"security-txt":   {"does not publish security.txt", "does not publish security.txt"},
		"disallows-path": {"does not keep crawlers out of", "does not keep crawlers out of"},
		"shows-icon":     {"shows no icon", "does not show the icon"},
	} {
		r, ok := Relate(predicate)
		if !ok {
			t.Errorf("there is no %s", predicate)
			continue
		}
		if got := [2]string{r.Denied(false), r.Denied(true)}; got != want {
			t.Errorf("%s: %q, want %q", predicate, got, want)
		}
	}
	for _, r := range Relations() {
		for _, named := range []bool{false, true} {
			text := r.Denied(named)
			verb, _, _ := strings.Cut(r.Means, " ")
			if text == r.Means || strings.Contains(text, "  ") || strings.HasPrefix(text, "does not "+verb+" ") && verb != "has" {
				t.Errorf("%s: %q says no contrary of %q", r.Predicate, text, r.Means)
			}
		}
	}
	for p := range denials {
		if _, ok := Relate(p); !ok {
			t.Errorf("there is no %s to deny", p)
		}
	}
}
