package targets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"osint/cmd/osint/targets"
)

func options() targets.Options {
	return targets.Options{Settings: []string{"scope", "profile", "active", "exclude-entity", "depth"}, Reserved: []string{"resolver", "out"}}
}

// told writes a list as a test can be read: "line target name=value|value".
func told(l *targets.List) (out []string) {
	for _, t := range l.Targets {
		s := fmt.Sprint(t.Line, " ", t.Text)
		for _, x := range t.Settings {
			s += " " + x.Name + "=" + strings.Join(x.Values, "|")
		}
		out = append(out, s)
	}
	return out
}

// TestRead is the manual of what a list may look like.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		column           string
		want             []string
		unused           []string
	}{
		{"lines", "t", "a.example\n\n  # old: b.example\r\n\tc.example \r\n", "", []string{"1 a.example", "4 c.example"}, nil},
		{"a BOM", "t.txt", "\ufeffa.example", "", []string{"1 a.example"}, nil},
		{"CSV by its name", "t.csv", "domain\na.example\n", "", []string{"2 a.example"}, nil},
		{"CSV by its header", "-", "owner,Domain\nann,a.example\n", "", []string{"2 a.example"}, []string{"owner"}},
		{"a line with a comma is no header", "t", "organization:Corp, Ltd\n", "", []string{"1 organization:Corp, Ltd"}, nil},
		{"quotes, CRLF, a BOM", "t.csv", "\ufeff\"target\",\"scope\"\r\n\"a.example\",\"192.0.2.0/24 b.example\"\r\n", "", []string{"2 a.example scope=192.0.2.0/24 b.example"}, nil},
		{"a line break in quotes", "t.csv", "target,notes\na.example,\"one\ntwo\"\nb.example,\n", "", []string{"2 a.example", "4 b.example"}, []string{"notes"}},
		{"semicolons", "t.csv", "host;active\na.example;true\n", "", []string{"2 a.example active=true"}, nil},
		{"names as people write them", "t.csv", "URL,Exclude_Entity\na.example,b.example\n", "", []string{"2 a.example exclude-entity=b.example"}, nil},
		{"an empty cell sets nothing", "t.csv", "target,profile\na.example,\nb.example,ci\n,\n\n", "", []string{"2 a.example", "3 b.example profile=ci"}, nil},
		{"the first of several columns", "t.csv", "ip,host\n192.0.2.1,a.example\n", "", []string{"2 a.example"}, []string{"ip"}},
		{"a column by name", "t.csv", "host,FQDN\nx,a.example\n", "fqdn", []string{"2 a.example"}, []string{"host"}},
		{"comments", "t.csv", "# made by hand\ntarget\n# not b.example\na.example\n", "", []string{"4 a.example"}, nil},
		{"JSON lines", "t.jsonl", `{"target":"a.example","scope":["192.0.2.0/24","organization:Corp Ltd"],"active":true,"depth":1,"profile":null}` + "\n\n" + `{"domain":"b.example","owner":"ann"}`,
			"", []string{"1 a.example active=true depth=1 scope=192.0.2.0/24|organization:Corp Ltd", "3 b.example"}, []string{"owner"}},
		{"JSON lines by the first one", "-", `{"host":"a.example"}`, "", []string{"1 a.example"}, nil},
		{"nothing", "t.csv", "", "", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options()
			o.Column = c.column
			l, err := targets.Read(c.file, []byte(c.text), o)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(l); !slices.Equal(got, c.want) || !slices.Equal(l.Unused, c.unused) {
				t.Errorf("got  %q, not used %q\nwant %q, not used %q", got, l.Unused, c.want, c.unused)
			}
		})
	}
}

// TestErrors is the manual of what is wrong, and where.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"no column", "t.csv", "owner,notes\nann,x\n", `t.csv:1: no column "target" in the header: target, domain, host, url or ip; name another with --column`},
		{"a slip", "t.csv", "target,profle\na.example,ci\n", `t.csv:1: column "profle" sets nothing: did you mean profile? If not, give it another name`},
		{"a flag of the batch", "t.csv", "target,resolver\na.example,x\n", `t.csv:1: column resolver holds for the whole batch: type it as the flag --resolver`},
		{"twice", "t.csv", "target,scope,scope\na.example,x,y\n", `t.csv:1: column scope is there twice: take one out`},
		{"the target twice", "t.csv", "domain,note,Domain\na.example,x,b.example\n", `t.csv:1: column domain is there twice: take one out`},
		{"what is not used twice", "t.csv", "target,notes,notes\na.example,x,y\n", `t.csv:1: column notes is there twice: take one out`},
		{"no target", "t.csv", "target,scope\n,192.0.2.1\n", `t.csv:2: no target: column target is empty`},
		{"a field too many", "t.csv", "target,scope\na.example,b,c\n", `t.csv:2: 3 fields under a header of 2: quote what has a separator in it`},
		{"a stray quote", "t.csv", "target\na\"b\n", `t.csv:2: no CSV: bare " in non-quoted-field: quote a field with quotes in it, and double them`},
		{"no object", "t.jsonl", `["a.example"]`, `t.jsonl:1: no object: write {"target": "example.com"}, one a line`},
		{"half an object", "t.jsonl", "\n{\"target\":", `t.jsonl:2: no JSON object: unexpected EOF: an object stands on one line`},
		{"two objects", "t.jsonl", `{"target":"a"} {"target":"b"}`, `t.jsonl:1: something stands behind the object: write one a line`},
		{"no target in it", "t.jsonl", `{"name":"a.example"}`, `t.jsonl:1: no target: an object has a key "target", or name another with --column`},
		{"a key that is a slip", "t.jsonl", `{"target":"a.example","scopes":[]}`, `t.jsonl:1: scopes: "scopes" sets nothing: did you mean scope? If not, give it another name`},
		{"an object inside", "t.jsonl", `{"target":"a.example","scope":{"ip":1}}`, `t.jsonl:1: scope: an object means nothing here: write a text, a number, true, false or a list of texts`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := targets.Read(c.file, []byte(c.text), options()); err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Every line's error is told, not the first alone.
func TestAllErrors(t *testing.T) {
	_, err := targets.Read("t.jsonl", []byte("1\n{\"target\":\"a.example\"}\n2\n"), options())
	if err == nil || !strings.Contains(err.Error(), "t.jsonl:1:") || !strings.Contains(err.Error(), "t.jsonl:3:") {
		t.Error(err)
	}
}

// Whatever the bytes: no panic, and every target has a text and a line that
// the file has.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"a.example\n", "target,scope\na,b\n", "\"a\n", `{"target":"a","scope":["b"]}`, "\ufeff;\n", "domain;ip\r\nx;y", "{\n", "target\n\"\"\n"} {
		for _, format := range []string{"", "lines", "csv", "jsonl"} {
			f.Add([]byte(s), format, "")
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, format, column string) {
		if format != "" && !slices.Contains(targets.Formats(), format) {
			return
		}
		o := options()
		o.Format, o.Column = format, column
		l, _ := targets.Read("x", text, o)
		lines := strings.Count(string(text), "\n") + 1
		for _, x := range l.Targets {
			if strings.TrimSpace(x.Text) == "" || x.Line < 1 || x.Line > lines {
				t.Errorf("line %d of %d: %q", x.Line, lines, x.Text)
			}
			for _, s := range x.Settings {
				if len(s.Values) == 0 || !slices.Contains(o.Settings, s.Name) {
					t.Errorf("setting %+v", s)
				}
			}
		}
	})
}
