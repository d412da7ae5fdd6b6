package technical

import (
	"strings"
	"testing"
)

// marked stands for a case's own mark.
func marked(text string) string { return "mark of " + text }

// A password that may be guessed has no mark, under whatever rule it is found.
func TestPasswordsAreNotMarked(t *testing.T) {
	for _, text := range []string{"postgres://app:hunt3r9x@db.corp.example/app", `password = "Tr0ub4dor&3horse9"`, "Authorization: Bearer " + some(24, mixed), "//registry.npmjs.org/:_authToken=" + some(36, hexes)} {
		if got := scan(text, marked); len(got) != 1 || got[0].fingerprint != "" {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

// Private keys are told apart by what stands below their first line, in whatever
// text they stand.
func TestPrivateKeysAreToldApart(t *testing.T) {
	const head, foot = "-----BEGIN OPENSSH PRIVATE " + "KEY-----", "-----END OPENSSH PRIVATE " + "KEY-----"
	same := "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n" // with which all of the sort begin
	one, two := same+some(70, mixed)+"\n", same+some(69, mixed)+"x\n"
	marks := func(text string) (out []string) {
		for _, l := range scan(text, marked) {
			out = append(out, l.fingerprint)
		}
		return out
	}
	if got := marks(head + "\n" + one + foot + "\n" + head + "\n" + two + foot + "\n"); len(got) != 2 || got[0] == got[1] || got[0] == "" {
		t.Errorf("two keys in a file are marked %q", got)
	}
	if got := marks(head + "\n" + one + foot + "\n" + head + "\n" + one + foot + "\n"); len(got) != 1 {
		t.Errorf("one key twice is marked %q", got)
	}
	plain := marks(head + "\n" + one + foot + "\n")
	for name, text := range map[string]string{
		"in a text of a program":  `key = "` + head + `\n` + strings.ReplaceAll(one, "\n", `\n`) + foot + `"`,
		"with what is said of it": head + "\nComment: " + some(40, mixed) + "\r\n\r\n" + strings.ReplaceAll(one, "\n", "\r\n") + foot,
		"within a list":           "  key: |\n    " + head + "\n    " + strings.ReplaceAll(strings.TrimSpace(one), "\n", "\n    ") + "\n    " + foot + "\n",
	} {
		if got := marks(text); len(got) != 1 || got[0] != plain[0] {
			t.Errorf("%s it is marked %q, want %q", name, got, plain)
		}
	}
	if got := marks("a: " + head + "\nb: " + head + "\n"); len(got) != 2 || got[0] != "" || got[1] != "" {
		t.Errorf("keys of which nothing is seen are marked %q", got)
	}
}
