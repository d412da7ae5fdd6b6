package collectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

// readAll returns the names in a text, and the reader at its end.
func readAll(text []byte) (names []string, w *words) {
	w = newWords(io.NopCloser(bytes.NewReader(text)))
	for {
		name, err := w.next()
		if err != nil {
			return names, w
		}
		names = append(names, name)
	}
}

// TestWords is the manual of what may stand in a list.
func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		skipped    int
	}{
		{"one a line", "www\nmail\n", []string{"www", "mail"}, 0},
		{"no newline at the end", "www\nmail", []string{"www", "mail"}, 0},
		{"CR LF", "www\r\nmail\r\n", []string{"www", "mail"}, 0},
		{"a byte order mark", "\ufeffwww\n", []string{"www"}, 0},
		{"blanks and comments", "# names\n\n  www  # the web\n\t\n#mail\n", []string{"www"}, 0},
		{"capitals", "WWW\nMail\n", []string{"www", "mail"}, 0},
		{"twice in a row", "www\nWWW\nwww.\nmail\n", []string{"www", "mail"}, 0},
		{"relative names of several labels", "api.dev\n_dmarc\n_sip._tcp\n", []string{"api.dev", "_dmarc", "_sip._tcp"}, 0},
		{"a final dot", "www.\n", []string{"www"}, 0},
		{"letters beyond ASCII", "bücher\nBÜCHER\nxn--bcher-kva\n", []string{"xn--bcher-kva"}, 0},
		{"digits and hyphens", "3\nweb-1\na--b\n", []string{"3", "web-1", "a--b"}, 0},
		{"no names", "two words\n-x\nx-\n*\na..b\n.\nuser@host\nhttp://x\n\x00\xff\nok\n", []string{"ok"}, 8},
		{"a label of 64", strings.Repeat("x", 64) + "\n" + strings.Repeat("x", 63) + "\n", []string{strings.Repeat("x", 63)}, 1},
		{"an endless line", strings.Repeat("x", 3*maxLine) + "\nwww\n", []string{"www"}, 1},
		{"nothing", "", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, w := readAll([]byte(c.text))
			if !slices.Equal(got, c.want) || w.skipped != c.skipped {
				t.Errorf("read %q, skipped %d; want %q and %d", got, w.skipped, c.want, c.skipped)
			}
			if sum := sha256.Sum256([]byte(c.text)); w.digest() != hex.EncodeToString(sum[:]) {
				t.Error("the digest is not that of the whole text")
			}
		})
	}
}

// FuzzWords: whatever stands in a file, what is read from it are names, in the
// one form that they have.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"www\nmail\r\n", "# c\n\n a # b", "BÜCHER\nxn--a\n", "a..b\n.\n-\n", "\ufeff\xff\x00\n", strings.Repeat("ab.", 90) + "\nx", "a--b\n--\nxn--zz--\n", "é.ß\nٱ1\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		names, w := readAll(text)
		for i, n := range names {
			e, err := pipeline.NewName(n + below)
			if err != nil || e.Value != n+below {
				t.Fatalf("%q is not canonical: %v, %v", n, e, err)
			}
			if i > 0 && names[i-1] == n {
				t.Fatalf("%q twice in a row", n)
			}
		}
		if lines := bytes.Count(text, []byte("\n")) + 1; len(names)+w.skipped > lines {
			t.Fatalf("%d names and %d skipped from %d lines", len(names), w.skipped, lines)
		}
		if again, _ := readAll([]byte(strings.Join(names, "\n"))); !slices.Equal(again, names) {
			t.Fatalf("read again: %q, first %q", again, names)
		}
	})
}

func TestBuiltinWordListIsWhole(t *testing.T) {
	l, err := OpenWordList(BuiltinWordList)
	if err != nil || l.Skipped > 0 || l.Ref.Names < 500 {
		t.Fatalf("%+v, %v", l, err)
	}
	names, _ := readAll(builtinWords)
	slices.Sort(names)
	if n := len(names); n != len(slices.Compact(names)) {
		t.Error("a name stands in it twice")
	}
	for _, n := range strings.Fields("www mail webmail smtp imap autodiscover vpn sso dev test staging portal intranet git gitlab jenkins jira grafana kibana cdn api shop db backup ftp owa sip gw cam") {
		if !slices.Contains(names, n) {
			t.Errorf("%s is not in it", n)
		}
	}
}

func TestOpenWordList(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.txt", "www\n# c\nno name\nmail\n")
	l, err := OpenWordList(good)
	if err != nil {
		t.Fatal(err)
	}
	if l.Ref.Name != "good.txt" || l.Ref.Names != 2 || l.Skipped != 1 || l.Bad != good+`:3: "no name" can't be a name` {
		t.Errorf("%+v", l)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"):         "no such file",
		dir:                                "no regular file",
		file("blank", "# nothing\n\n"):     "no name stands in it",
		file("mail", "a@b\nc@d\nwww\ne@"):  filepath.Join(dir, `mail:1: "a@b" can't be a name; 3 of 4 lines`),
		file("bin", "\x7fELF\x01\x02\x03"): "bin:1: ",
	} {
		if _, err := OpenWordList(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if _, err := MissingWordList(l.Ref).read(); err == nil || !strings.Contains(err.Error(), "--wordlist") {
		t.Errorf("a missing list: %v", err)
	}
}
