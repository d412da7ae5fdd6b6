package main

import (
	"strings"
	"testing"

	"osint/pkg/compliance"
)

// TestBeside holds that a case's copy of a document finds the frameworks that lie
// beside it where the document lies today, and nowhere else.
func TestBeside(t *testing.T) {
	for _, c := range []struct {
		frameworks []string
		today      string // "" is none
		want       string // file; "!" is an error
	}{
		{[]string{"gdpr"}, "", ""},
		{[]string{"gdpr", "./ours.yaml"}, "", "!"},
		{[]string{"ours.yaml"}, "/etc/osint/policy.yaml", "/etc/osint/policy.yaml"},
		{[]string{"/etc/osint/ours.yaml"}, "", ""},
	} {
		then := &compliance.Organisation{Frameworks: c.frameworks}
		var today *compliance.Organisation
		if c.today != "" {
			today = &compliance.Organisation{File: c.today}
		}
		err := beside(then, today)
		if (err != nil) != (c.want == "!") || err == nil && then.File != c.want {
			t.Errorf("%v, today %q: %q, %v", c.frameworks, c.today, then.File, err)
		}
		if err != nil && !strings.Contains(err.Error(), policyVariable) {
			t.Errorf("it does not say what to type: %v", err)
		}
	}
	if err := beside(nil, nil); err != nil {
		t.Error(err)
	}
}
