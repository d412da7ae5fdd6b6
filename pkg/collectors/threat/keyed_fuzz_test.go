package threat

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

// Whatever stands in a title or a tag, what is told of it is one line that can be
// shown, of bounded length, and its own mask; and an id, a label or a family is
// one or none.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{"", "tlp:amber+strict", "\x1b[2Jtitle\n of ann@thropp.example", `misp-galaxy:mitre-attack-pattern="Web Protocols - T1071.001"`,
		`misp-galaxy:mitre-malware="Grim - S0999"`, "TA0011", "\xff\xfe", "T1071.0011", "misp-galaxy:=", "0A1B2C3D-0000-4000-8000-0a1b2c3d4e5f", `{"id":"T1","name":["x"]}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line := oneLineOf(s)
		if !utf8.ValidString(line) || utf8.RuneCountInString(line) > 4*mostRunes {
			t.Errorf("%q becomes %q", s, line)
		}
		for _, r := range line {
			if !unicode.IsPrint(r) {
				t.Errorf("%q becomes %q, which holds %q", s, line, r)
			}
		}
		value, _ := galaxy(s, "mitre-attack-pattern", "malpedia")
		for _, text := range []string{s, value, mitreName(value)} {
			if id := techniqueID(text); id != "" && len(id) != len("T1071") && len(id) != len("T1071.001") {
				t.Errorf("%q holds the technique %q", text, id)
			}
		}
		if l := labelOf(s); stricter(l, "") != l || stricter("", l) != l {
			t.Errorf("%q has the label %q, which is not of the order", s, l)
		}
		if id := eventUUID(s); id != "" && len(id) != 36 {
			t.Errorf("%q is the event %q", s, id)
		}
		var n named
		_ = json.Unmarshal([]byte(s), &n)
	})
}
