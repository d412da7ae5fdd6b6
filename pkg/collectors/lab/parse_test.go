package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is wrong in a world is an error that names file and line.
func TestBadWorlds(t *testing.T) {
	const head = "Bad\n\nseeds: acme.example\n" // the first file's name is on line 4
	const reach = "-- dns://acme.example --\n@ A 192.0.2.1\n"
	for _, x := range []struct{ world, want string }{
		{"", "bad.txtar:1: a world begins with a line that is its title"},
		{"Title only\n", "bad.txtar:1: a world begins"},
		{head + "-- readme --\n", `bad.txtar:4: the file name "readme" is no URL`},
		{head + "-- gopher://acme.example/ --\n", `bad.txtar:4: unknown scheme "gopher"`},
		{head + reach + "-- ftp://x/ --\n", `bad.txtar:6: unknown scheme "ftp"`},

		{head + "-- dns://acme.example --\n@ A 192.0.2.1\nwww A 192.0.2\n", "bad.txtar:6: bad A A"},
		{head + "-- dns://acme.example --\n@ A 192.0.2.1\n\n@ TXT {{dat -1d}}\n", `bad.txtar:7: unknown template "dat"`},
		{head + "-- dns://acme.example --\nwww.other.test. A 192.0.2.1\n", "www.other.test. lies outside the zone acme.example."},
		{head + "-- dns://acme.example --\nx CNAME y\nx A 192.0.2.1\n", "x.acme.example. has a CNAME record and others"},
		{head + "-- dns://acme.example --\nx DNAME y\n", "DNAME is not known here"},
		{head + "-- dns://acme.example --\nx SOA a b 1 2 3 4 5\n", "an SOA record at x.acme.example."},
		{head + reach + reach, "bad.txtar:6: the zone acme.example. is there already, at line 4"},

		{head + "-- https://acme.example/ --\nstatus 200\n\nhello\n", "bad.txtar:4: no zone has an address for acme.example"},
		{head + reach + "-- https://acme.example/ --\nstatus 99\n", `bad.txtar:7: want a status from 200 to 599, not "99"`},
		{head + reach + "-- https://acme.example/ --\nA: b\nstaus 200\n", `bad.txtar:8: unknown directive "staus"`},
		{head + reach + "-- https://acme.example/ --\nA: {{hex zz}}\n", "bad.txtar:7: hex wants pairs of digits"},
		{head + reach + "-- https://acme.example/ --\nA: b\n\nfirst\n{{date tomorrow}}\n", `bad.txtar:10: a date is so many days or hours from today, as -400d or +36h, not "tomorrow"`},
		{head + reach + "-- https://acme.example/ --\n\n{{date -1d\n}}\n", "bad.txtar:8: a template that {{ opens must be closed"},
		{head + reach + "-- https://acme.example/ --\ndrip fast\n", `bad.txtar:7: want a duration such as 200ms or 30s, not "fast"`},
		{head + reach + "-- https://acme.example/ --\nclose now\n", `bad.txtar:7: close stands alone, without "now"`},
		{head + reach + "-- https://acme.example/ --\ncut -1\n", "bad.txtar:7: cut wants a number of bytes"},
		{head + reach + "-- https://acme.example/ --\ngzip-bomb big\n", "bad.txtar:7: want a size such as 512MiB"},
		{head + reach + "-- https://acme.example/ --\n\n-- https://acme.example/ --\n\n", "bad.txtar:8: there is an answer to GET / already"},

		{head + reach + "-- whois://acme.example --\nx\n", "bad.txtar:6: want whois://SERVER/QUERY"},
		{head + reach + "-- whois://acme.example/X --\nx\n-- whois://acme.example/x --\n", `bad.txtar:8: acme.example has an answer to "x" already`},
		{head + reach + "-- postgres://acme.example --\nx\n", "bad.txtar:6: want postgres://SERVER/ARGUMENT"},
		{head + reach + "-- postgres://acme.example/X --\nx\n-- postgres://acme.example/x --\n", `bad.txtar:8: acme.example has an answer to "x" already`},
		{head + "-- postgres://nobody.example/x --\nx\n", "bad.txtar:4: no zone has an address for nobody.example"},
		{head + "-- whois://nobody.example/x --\nx\n", "bad.txtar:4: no zone has an address for nobody.example"},

		{head + "-- tcp://acme.example:22 --\n\nhello\n", `bad.txtar:4: want tcp://ADDRESS:PORT, such as tcp://192.0.2.1:22, not "acme.example:22"`},
		{head + "-- tcp://192.0.2.1:22 --\nhello\n", "bad.txtar:5: an empty line stands before"},
		{head + "-- tcp://192.0.2.1:22 --\ncut x\n\nhello\n", "bad.txtar:5: cut wants a number"},
		{head + "-- tcp://192.0.2.1:22 --\nstatus 200\n\nhello\n", "bad.txtar:5: a port has latency"},
		{head + "-- tcp://192.0.2.1:22 --\n\na\n-- tcp://192.0.2.1:22 --\n\nb\n", "bad.txtar:7: 192.0.2.1:22 is open already"},
		{head + reach + "-- host://acme.example --\n# fine\nlatancy 1s\n", `bad.txtar:8: unknown directive "latancy"`},
		{head + reach + "-- host://acme.example --\nlatency 1s\n", "bad.txtar:6: acme.example answers nothing"},
		{head + reach + "-- host://acme.example --\nfirst 0 close\n", "bad.txtar:7: first wants a number and a fault"},
		{head + reach + "-- host://acme.example --\nfirst 1 explode\n", `bad.txtar:7: unknown fault "explode"`},
		{head + reach + "-- host://acme.example --\nloss 3/2\n", "bad.txtar:7: loss wants a share such as 1/3"},
		{head + reach + "-- host://acme.example --\nlimit 3\n", "bad.txtar:7: limit wants"},
		{head + reach + "-- host://acme.example --\ntls 1.4\n", "bad.txtar:7: tls wants the lowest and the highest"},
		{head + reach + "-- host://acme.example --\ntls 1.3 1.2\n", "bad.txtar:7: tls wants"},
		{head + reach + "-- host://acme.example --\nciphers NULL\n", `bad.txtar:7: unknown cipher suite "NULL"`},
		{head + reach + "-- host://acme.example --\ncertificate from +2d to -2d\n", "bad.txtar:7: the certificate ends before it begins"},
		{head + reach + "-- host://acme.example --\ncertificate key rsa-512\n", `bad.txtar:7: unknown key "rsa-512"`},
		{head + reach + "-- host://acme.example --\ncertificate lost\n", `bad.txtar:7: unknown directive "lost"`},
		{head + reach + "-- host://acme.example --\ndns rcode OOPS\n", `bad.txtar:7: unknown rcode "OOPS"`},
		{head + reach + "-- host://acme.example --\nsmtp loud\n", `bad.txtar:7: unknown word "loud"`},
		{head + reach + "-- host://acme.example --\ntlsa 25 4 1 1\n", `bad.txtar:7: tlsa wants`},
		{head + reach + "-- host://*.acme.example --\nsmtp\n", `bad.txtar:6: *.acme.example: smtp and tlsa are of one host`},
		{head + "-- host://acme.example --\nsmtp\n", `bad.txtar:4: no zone has an address for acme.example`},
		{head + reach + "-- dnssec://other.example --\n", `bad.txtar:6: no zone other.example. is there to be signed`},
		{head + reach + "-- dnssec://acme.example --\n-- dnssec://acme.example --\n", `bad.txtar:7: how acme.example. is signed is said twice`},
		{head + reach + "-- dnssec://acme.example --\nalgorithm GOST\n", `bad.txtar:7: unknown algorithm "GOST"`},
		{head + reach + "-- dnssec://acme.example --\nbits 512\n", `bad.txtar:7: bits wants`},
		{head + reach + "-- dnssec://acme.example --\nnsec3 1 x\n", `bad.txtar:7: the salt of NSEC3`},
		{head + reach + "-- dnssec://acme.example --\nsignatures for ever\n", `bad.txtar:7: signatures wants`},
		{head + reach + "-- dnssec://acme.example --\nds lost\n", `bad.txtar:7: ds wants none or stale`},
		{head + reach + "-- dnssec://acme.example --\ndigest 3\n", `bad.txtar:7: digest wants`},
		{head + reach + "-- dnssec://acme.example --\nforged paper\n", `bad.txtar:7: forged wants a type`},
		{head + reach + "-- dnssec://acme.example --\nsigned\n", `bad.txtar:7: unknown directive "signed"`},
		{head + reach + "-- host://acme.example --\ndns loud\n", `bad.txtar:7: unknown directive "loud"`},
		{head + reach + "-- host://acme.example --\ntls 1.2\n-- host://acme.example --\n", "bad.txtar:8: host \"acme.example\" has no name or is there already"},
	} {
		_, err := Parse("bad.txtar", []byte(x.world))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%q\n got %v\nwant %s", strings.TrimPrefix(x.world, head), err, x.want)
		}
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.txtar")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := Open(path)
	if err != nil || w.Title() != "Small: a world for one test" || w.Seeds()[0] != "acme.example" {
		t.Errorf("%v, %v", w, err)
	}
	_, err = Open("no-such-world")
	if err == nil || !strings.Contains(err.Error(), "write one of "+strings.Join(Names(), ", ")) {
		t.Errorf("%v does not say which worlds there are", err)
	}
	if _, err = Open(filepath.Join(t.TempDir(), "absent.txtar")); err == nil {
		t.Error("a file that is not there was opened")
	}
}

// The example of the package's documentation is a world.
func TestDocumentedWorld(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(doc), "//\tAcme: ")
	example, _, _ := strings.Cut("//\tAcme: "+after, "// # dns://ZONE")
	world := strings.NewReplacer("//\t", "", "//\n", "\n").Replace(example)
	w, err := Parse("doc.txtar", []byte(world))
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	if _, body := c.get("https://crt.sh/?q=%25.acme.example&output=json"); body != "[]\n\n" {
		t.Errorf("crt.sh says %q", body)
	}
	if s, err := c.shake("acme.example", nil); err != nil || c.verify("acme.example", s) == nil {
		t.Errorf("the certificate has not expired: %v", err)
	}
	if p := w.Personal(); len(p) != 2 || p[1] != "ada@acme.example" {
		t.Errorf("personal values %q", p)
	}
}

func TestTemplates(t *testing.T) {
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"plain { text } }}":                  "plain { text } }}",
		"{{date -400d}}":                     "2025-01-25T00:00:00Z",
		"{{date 0d 2006-01-02}}!":            "2026-03-01!",
		`{{date +36h "02 Jan 2006 15:04"}}`:  "02 Mar 2026 12:00",
		"{{hex 1b}}[2J{{hex e2 80 ae}}":      "\x1b[2J\u202e",
		"{{repeat 3 ab }}":                   "ababab",
		"no newline{{end}}\n":                "no newline",
		"a{{end}}b{{date -1d}}{{nonsense}}c": "a",
	} {
		x, err := compile(in)
		if got := string(x.render(day)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", in, got, err, want)
		}
	}
}

// Text without templates is sent as it stands.
func TestLiteralText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`([^{]|\{[^{])*`).Draw(t, "text")
		x, err := compile(s)
		if err != nil || string(x.render(time.Now())) != s {
			t.Fatalf("%q became %q, %v", s, x.render(time.Now()), err)
		}
	})
}

// No world, however broken, is more than an error.
func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(zones)
	f.Add(web)
	f.Add(shown)
	signed, err := Source("signed")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(signed))
	f.Fuzz(func(t *testing.T, world string) {
		w, err := Parse("fuzz.txtar", []byte(world))
		if err != nil && !strings.HasPrefix(err.Error(), "fuzz.txtar:") {
			t.Errorf("%v does not name its place", err)
		}
		if err == nil && (w.Title() == "" || len(w.Seeds()) == 0) {
			t.Error("a world without title or seeds")
		}
	})
}
