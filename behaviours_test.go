package osint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBehaviours holds the table in docs/behaviours.md against the tests that
// there are: each script and each test that it names exists, and the
// fifty are there.
func TestBehaviours(t *testing.T) {
	var numbers int
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, line := range strings.Split(read(t, "docs/behaviours.md"), "\n") {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, ""), "|")
		if len(cells) != 5 || strings.Contains(cells[1], "---") || strings.TrimSpace(cells[2]) == "behaviour" {
			continue
		}
		if regexp.MustCompile(`^\d+$`).MatchString(strings.TrimSpace(cells[1])) {
			numbers++
		}
		if strings.TrimSpace(cells[3]) == "" {
			t.Errorf("no test and no reason: %s", line)
		}
		var tests []string // whose file is yet to come
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			switch name := m[1]; {
			case strings.HasSuffix(name, ".txtar"):
				if _, err := os.Stat(filepath.Join("cmd/osint/testdata/script", name)); err != nil {
					t.Errorf("%s: %v", strings.TrimSpace(cells[1]), err)
				}
			case strings.HasPrefix(name, "Test"):
				tests = append(tests, name)
			case strings.HasSuffix(name, "_test.go"):
				for _, test := range tests {
					if !strings.Contains(read(t, name), "func "+test+"(t *testing.T)") {
						t.Errorf("%s: there is no %s in %s", strings.TrimSpace(cells[1]), test, name)
					}
				}
				tests = nil
			}
		}
		if len(tests) > 0 {
			t.Errorf("%s: in which file is %s?", strings.TrimSpace(cells[1]), strings.Join(tests, ", "))
		}
	}
	if numbers != 50 {
		t.Errorf("%d behaviours, want 50", numbers)
	}
}
