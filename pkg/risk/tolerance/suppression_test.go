package tolerance

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

const good = `apiVersion: osint.suppressions/v1
kind: Suppressions
suppressions:
  - rule: EML-01
    subject: corp.example
    reason: the mail service moves in January
    who: Ann Example
    expires: 2027-01-31
`

func TestSuppressions(t *testing.T) {
	s, err := ReadSuppressions("dir/minded.yaml", []byte(good+`  - {rule: INF-01, subject: "*.corp.example", reason: r, who: w, expires: 2027-01-31}
  - {rule: INF-01, subject: "host:w*.example", reason: r, who: w, expires: 2027-01-31}
  - {rule: INF-01, subject: "domain:w*.example", reason: r, who: w, expires: 2027-01-31}
  - {rule: EML-05, subject: corp.example, reason: r, who: w, expires: 2026-11-22}
`), rules)
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	got := s.Apply(found, day)
	var ids [][]string
	for _, e := range got.Entries {
		ids = append(ids, e.Findings)
	}
	if want := [][]string{{"f-001"}, {"f-003"}, {"f-003"}, {}, {}}; !reflect.DeepEqual(ids, want) {
		t.Errorf("suppressed %v, want %v", ids, want)
	}
	if got.File != "minded.yaml" || len(got.SHA256) != 64 || got.Entries[0].Line != 4 {
		t.Errorf("%+v", got)
	}
	if want := []string{
		"minded.yaml:11: the suppression of INF-01 on domain:w*.example by w matches no finding: take it out if the finding is cured",
		"minded.yaml:12: the suppression of EML-05 on corp.example by w expired on 2026-11-22 and does not hold: cure the finding, or decide anew",
	}; !reflect.DeepEqual(Warnings(got), want) {
		t.Errorf("%q", Warnings(got))
	}
}

// The last day counts, in UTC, to its end.
func TestExpiry(t *testing.T) {
	s, _ := ReadSuppressions("s.yaml", []byte(good), rules)
	for at, want := range map[string]bool{"2027-01-31T23:59:59Z": false, "2027-02-01T00:00:00Z": true, "2027-02-01T00:30:00+01:00": false} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Apply(found, when).Entries[0].Expired; got != want {
			t.Errorf("at %s expired is %v", at, got)
		}
	}
}

// TestBadSuppressions is the manual of what a file must not say.
func TestBadSuppressions(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"kind: Suppressions", "kind: Supressions", "s.yaml:1: this is no file of suppressions: write kind: Suppressions"},
		{"v1", "v2", "write apiVersion: osint.suppressions/v1"},
		{"reason:", "reasn:", "s.yaml:6: suppressions[0]: there is no key reasn here: did you mean reason?"},
		{"    expires: 2027-01-31\n", "", "s.yaml:4: suppressions[0]: expires is missing: write the last day"},
		{"2027-01-31", "soon", "s.yaml:8: suppressions[0].expires: want a date such as 2026-11-23"},
		{"    who: Ann Example\n", "", "who is missing: say who decided it"},
		{"EML-01", "EML-11", `s.yaml:4: there is no rule "EML-11": did you mean EML-01?`},
		{"corp.example", "'corp example'", "s.yaml:5: suppressions[0].subject: "},
	} {
		_, err := ReadSuppressions("s.yaml", []byte(strings.Replace(good, c.from, c.to, 1)), rules)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s\ngot  %v\nwant %s", c.from, c.to, err, c.want)
		}
	}
}

// A sealed subject is matched by nothing, not even by its token.
func TestSealedSubjects(t *testing.T) {
	sealed := pipeline.Entity{Kind: pipeline.KindEmail, Value: "sealed:k1:abc"}
	for _, text := range []string{"*", "email:*", "sealed:*"} {
		matches, err := target(text)
		if err != nil || matches(sealed) {
			t.Errorf("%s matches a sealed subject (%v)", text, err)
		}
	}
}

// FuzzReadSuppressions holds that no file breaks the reader, and that what is
// read can be applied.
func FuzzReadSuppressions(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("kind: [Suppressions"))
	f.Add([]byte(strings.Replace(good, "corp.example", `"***.*"`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadSuppressions("s.yaml", text, rules)
		if err != nil {
			return
		}
		Warnings(s.Apply(found, time.Unix(1<<40, 0)))
	})
}

// FuzzLike compares patterns with what they mean, written plainly.
func FuzzLike(f *testing.F) {
	f.Add("*.corp.example", "www.corp.example")
	f.Add("a*b*c", "abbc")
	f.Add("a*a", "a")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		parts := strings.Split(pattern, "*")
		if len(parts) < 2 || len(pattern) > 30 || len(text) > 60 {
			return
		}
		if got, want := like(text, parts), plainly(pattern, text); got != want {
			t.Errorf("%q like %q is %v", text, pattern, got)
		}
	})
}

func plainly(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] == '*' {
		return plainly(pattern[1:], text) || text != "" && plainly(pattern, text[1:])
	}
	return text != "" && text[0] == pattern[0] && plainly(pattern[1:], text[1:])
}
