package record

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

func subjectOf(t testing.TB, text string) pipeline.Entity {
	t.Helper()
	e, err := pipeline.ParseEntity(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Equal things have equal stand-ins, and what is nobody's stays.
func TestRedact(t *testing.T) {
	r := newRedactor(subjectOf(t, "a-made-up-subject.com"), []string{"crt.sh"})
	for _, x := range []struct{ text, want string }{
		{"www.A-Made-Up-Subject.com", "www.subject.example"},
		{"A-MADE-UP-SUBJECT.COM", "SUBJECT.EXAMPLE"},
		{"see crt.sh, file.txt and v1.2.3", "see crt.sh, file.txt and v1.2.3"},
		{"ns1.a-made-up-host.net ns2.a-made-up-host.net", "ns1.other1.example ns2.other1.example"},
		{"www.brindleford.example 192.0.2.7", "www.brindleford.example 192.0.2.7"},
		{"9.9.9.1 9.9.9.2/32 9.9.8.1", "198.51.100.1 198.51.100.2/32 203.0.113.1"},
		{"7.9.9.9.in-addr.arpa", "7.100.51.198.in-addr.arpa"},
		{"127.0.0.1 10.0.0.1 ::1", "127.0.0.1 10.0.0.1 ::1"},
		{"ada.lovelace@a-made-up-subject.com", "person1@subject.example"},
		{"abuse@a-made-up-subject.com", "abuse@subject.example"},
		{"tel +44 20 7946 0123", "tel +1.2025550100"},
	} {
		if got := r.text(x.text); got != x.want {
			t.Errorf("%q becomes %q, want %q", x.text, got, x.want)
		}
	}
}

func TestRedactForms(t *testing.T) {
	r := newRedactor(subjectOf(t, "a-made-up-subject.com"), nil)
	for _, x := range []struct{ json, want string }{
		{`["fn",{},"text","Ada Lovelace"]`, `["fn",{},"text","Person 1"]`},
		{`["adr",{"label":"5 St James's Sq"},"text",["","","5 St James's Sq","London","","SW1","GB"]]`, `["adr",{"label":"1 Example Street, Exampletown"},"text",["","","1 Example Street","Exampletown","","00000",""]]`},
		{`{"services":[[["net"],["https://rdap.a.example/"]],[["com","cc"],["https://rdap.b.example/"]]]}`, `{"services":[[["example"],["https://rdap.b.example/"]]]}`},
	} {
		if got := r.body([]byte(x.json)); got != x.want {
			t.Errorf("%s becomes %s", x.json, got)
		}
	}
	for _, x := range []struct{ line, want string }{
		{"Registrant Name: Ada Lovelace", "Registrant Name: Field 1"},
		{"Registrant Organization: Engines Ltd\r", "Registrant Organization: Organisation 1\r"},
		{"Tech Email: ada@a-made-up-subject.com", "Tech Email: person1@subject.example"},
		{"phone:        +44 20 7946 0123", "phone:        +1.2025550100"},
		{"domain:       COM", "domain:       EXAMPLE"},
		{"inetnum: 9.9.0.0 - 9.9.255.255", "inetnum: 192.0.2.0 - 192.0.2.255"},
		{"Registrar: Hartwell", "Registrar: Hartwell"},
	} {
		if got := r.line(x.line); got != x.want {
			t.Errorf("%q becomes %q, want %q", x.line, got, x.want)
		}
	}
}

// FuzzRedact plants a mailbox, an address and the subject in any text: none of
// them is left.
func FuzzRedact(f *testing.F) {
	f.Add("mail ", " at 1.1.1.1 or ", "{{")
	f.Add(`{"a":["fn",{},"text","`, `"]}`, "\n-- x --\n")
	f.Add("10.0.0.1.in-addr.arpa", "::", "")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		r := newRedactor(subjectOf(t, "a-made-up-subject.com"), []string{"crt.sh"})
		text := a + " ada.lovelace@a-made-up-subject.com " + b + " 9.9.9.77 " + c
		for form, out := range map[string]string{"body": r.body([]byte(text)), "whois": r.whois([]byte(text))} {
			for _, planted := range []string{"ada.lovelace@", "a-made-up-subject", " 9.9.9.77 "} {
				if strings.Contains(strings.ToLower(out), planted) {
					t.Errorf("%s: %q is left in %q", form, planted, out)
				}
			}
		}
		lines(text)
	})
}
