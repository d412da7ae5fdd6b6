package secret

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
)

const canary = "s3cr3t-canary"

func TestParse(t *testing.T) {
	held, err := Parse([]byte(`# mine
SHODAN_API_KEY: abc # behind it
GITHUB_TOKEN: [one, "two"]
PIN: 0123
RATE: 1.50
ON: true
OTHER: ${SHODAN_API_KEY}
STAR: "*x"
PEM: |
  -----BEGIN-----
  x
`))
	want := map[string][]string{"SHODAN_API_KEY": {"abc"}, "GITHUB_TOKEN": {"one", "two"}, "PIN": {"0123"}, "RATE": {"1.50"}, "ON": {"true"},
		"OTHER": {"${SHODAN_API_KEY}"}, "STAR": {"*x"}, "PEM": {"-----BEGIN-----\nx\n"}}
	if err != nil || !reflect.DeepEqual(held, want) {
		t.Errorf("%v, %v", held, err)
	}
	for _, empty := range []string{"", "# nothing\n", "---\n", "null\n", "{}"} {
		if held, err := Parse([]byte(empty)); err != nil || len(held) > 0 {
			t.Errorf("%q: %v, %v", empty, held, err)
		}
	}
}

// TestParseRefuses holds that what is no flat map is told with its line, and that
// nothing of the text is in the error, wherever a value may have come to stand.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"A_KEY: x\nA_KEY: s3cr3t-canary":            "line 2: A_KEY stands there twice",
		"s3cr3t-canary: A_KEY":                      "line 1: no name",
		"A_KEY: x\nb: s3cr3t-canary":                "line 2: no name",
		"A_KEY: {b: s3cr3t-canary}":                 "line 1: write one value",
		"A_KEY: [[s3cr3t-canary]]":                  "line 1: write one value",
		"A_KEY: *s3cr3t-canary":                     "quotes",
		"A_KEY: &s3cr3t-canary x":                   "line 1: a value that begins with * or &",
		"A_KEY: !s3cr3t-canary x":                   "line 1: a value that begins with !",
		"A_KEY: !!binary czNjcjN0LWNhbmFyeQ==":      "line 1: a value that begins with !",
		"A_KEY: @s3cr3t-canary":                     "quotes",
		"A_KEY: `s3cr3t-canary":                     "quotes",
		"A_KEY: %s3cr3t-canary\n\tB: x":             "quotes",
		"A_KEY: \"s3cr3t-canary":                    "quotes",
		"A_KEY: s3cr3t-canary: x":                   "quotes",
		"A_KEY:\n":                                  "line 1: there is no value",
		"A_KEY: []":                                 "A_KEY has no value",
		"A_KEY: ~":                                  "line 1: there is no value",
		"- s3cr3t-canary":                           "line 1: write a map",
		"s3cr3t-canary":                             "line 1: write a map",
		"A_KEY: x\n---\nB_KEY: s3cr3t-canary":       "more than one document",
		"<<: {A_KEY: s3cr3t-canary}":                "line 1: no name",
		"A_KEY: x\n? [s3cr3t-canary]\n: y":          "line 2: no name",
		"A_KEY: s3cr3t-canary\xff\xfe":              "no YAML",
		"A_KEY: s3cr3t-canary\n \x00":               "no YAML",
		"A_KEY=s3cr3t-canary":                       "line 1: write a map",
		"A__KEY: s3cr3t-canary":                     "line 1: no name",
		"%s3cr3t-canary\nA_KEY: x":                  "no YAML",
		"A_KEY: &a [s3cr3t-canary]\nB_KEY: *a":      "line 1: a value that begins with * or &",
		strings.Repeat("A", 65) + ": s3cr3t-canary": "line 1: no name",
	} {
		held, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || held != nil {
			t.Errorf("%q: %v, %v; want %s", text, held, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: the error shows it: %v", text, err)
		}
	}
}

func TestParseEnv(t *testing.T) {
	held, err := parseAny([]byte("\n# mine\nexport SHODAN_API_KEY=abc#d e \r\nGITHUB_TOKEN=\"o\\ne\\\\ \\\"x\"\nPIN='$X \\n'\nEQ=a=b==\n"))
	want := map[string][]string{"SHODAN_API_KEY": {"abc#d e"}, "GITHUB_TOKEN": {"o\ne\\ \"x"}, "PIN": {`$X \n`}, "EQ": {"a=b=="}}
	if err != nil || !reflect.DeepEqual(held, want) {
		t.Errorf("%q, %v", held, err)
	}
	for text, want := range map[string]string{
		"A_KEY=\"s3cr3t-canary":           "line 1: a quote is not closed",
		"A_KEY='":                         "line 1: a quote",
		"A_KEY=x\ns3cr3t-canary":          "line 2: write NAME=value",
		"A_KEY=x\nA_KEY=s3cr3t-canary":    "line 2: A_KEY stands there twice",
		"A_KEY=x\ns3cr3t_canary=A_KEY":    "line 2: no name",
		"A_KEY=\n":                        "line 1: there is no value",
		"A_KEY=x\nB_KEY: s3cr3t-canary\n": "line 2: write NAME=value",
	} {
		held, err := parseAny([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || held != nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: %v, %v; want %s", text, held, err, want)
		}
	}
}

// TestPrivate holds which files are read: regular, small, ours and ours alone.
func TestPrivate(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name string, mode os.FileMode, text string) string {
		if err := os.WriteFile(path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path(name), mode); err != nil {
			t.Fatal(err)
		}
		return path(name)
	}
	ok := write("ok", 0o600, "x")
	_ = os.Symlink(ok, path("link"))
	_ = os.Symlink(write("open", 0o640, canary), path("open-link"))
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, good := range []string{ok, path("link"), write("read-only", 0o400, "x")} {
		if b, err := ReadPrivate(good); err != nil || string(b) != "x" {
			t.Errorf("%s: %q, %v", good, b, err)
		}
	}
	for bad, want := range map[string]string{
		path("open"): "chmod 600 " + path("open"), path("open-link"): "chmod 600", write("world", 0o604, canary): "can be read by others",
		write("writable", 0o620, canary): "chmod 600", path("pipe"): "is no file", dir: "is no file", path("none"): "no such file",
		write("long", 0o600, strings.Repeat("x", maxFile+1)): "more than 1 MiB",
	} {
		if b, err := ReadPrivate(bad); err == nil || !strings.Contains(err.Error(), want) || b != nil {
			t.Errorf("%s: %d bytes, %v; want %s", bad, len(b), err, want)
		}
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(ok, 65534, -1); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPrivate(ok); err == nil || !strings.Contains(err.Error(), "belongs to somebody else") {
			t.Error(err)
		}
	}
}

// FuzzParse holds that whatever a file holds, what is read has the form of
// names and values, and that no error shows it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"A_KEY: x\nB: [y, z]", "A_KEY=x\nexport B=\"y\\n\"", "A: |\n  x\n  y", "? a\n: b", "- x", "A: *x", "A: &x y", "A: !t z", "\xff", "A: 'x", "<<: x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		held, err := parseAny(text)
		if err != nil && len(held) > 0 {
			t.Fatalf("both: %v, %v", held, err)
		}
		for _, name := range slices.Sorted(maps.Keys(held)) {
			if !IsName(name) || len(held[name]) == 0 || slices.Contains(held[name], "") {
				t.Fatalf("%q: %q", name, held[name])
			}
		}
		if err == nil {
			return
		}
		word := "zq7" + "canary" + "7qz" // stands in no error of ours
		if _, err := parseAny([]byte(strings.ReplaceAll(string(text), "x", word))); err != nil && strings.Contains(err.Error(), word) {
			t.Fatalf("the error shows it: %v", err)
		}
	})
}
