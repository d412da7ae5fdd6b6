package infrastructure

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The rules on open ports are about the ports that the table has for their use,
// and about no other of the table.
func TestRulesKnowThePorts(t *testing.T) {
	text, err := os.ReadFile("../../../profiles/rules/exposure.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for rule, use := range map[string]portUse{"EXP-03": remoteUse, "EXP-13": industrialUse, "EXP-15": dataUse} {
		_, rest, _ := strings.Cut(string(text), "- id: "+rule+"\n")
		form := regexp.MustCompile(`evidence: 'facts\("listens-on"\)\.filter\(f, f\.object\.matches\("([^"]+)"\)\)'`).FindStringSubmatch(rest)
		if form == nil {
			t.Fatalf("%s has no evidence by ports", rule)
		}
		ports := regexp.MustCompile(form[1])
		for _, k := range knownPorts {
			if at := fmt.Sprintf("192.0.2.1:%d/%s", k.port, k.over); ports.MatchString(at) != k.has(use) {
				t.Errorf("%s is about %s: %t; the table says %t", rule, at, !k.has(use), k.has(use))
			}
		}
	}
}
