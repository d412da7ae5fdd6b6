package infrastructure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
)

// derivers are the collectors that have derivatives, and all that may bring
// data about people have them.
func derivers(t testing.TB) (all []collectors.Entry) {
	for _, e := range All() {
		personal := false
		for _, c := range e.Spec.Emits {
			personal = personal || c.Personal()
		}
		if personal != (e.Spec.Derive != nil) {
			t.Errorf("%s: may bring data about people: %t, has derivatives: %t", e.Spec.Name, personal, e.Spec.Derive != nil)
		}
		if e.Spec.Derive != nil {
			all = append(all, e)
		}
	}
	return all
}

func recorded(body string) []byte {
	return []byte("HTTP/1.1 200 OK\r\nX-Osint-Url: https://a.example/?u=jane@corp.example\r\nContent-Type: text/plain\r\nSet-Cookie: jane=1; Secure\r\n\r\n" + body)
}

// What is kept tells what the record said of its domain, and how many people
// were left out.
func TestDerivativeTells(t *testing.T) {
	message := func(text string) []byte {
		m := new(dns.Msg).SetQuestion("corp.example.", dns.TypeSOA)
		for line := range strings.Lines(text) {
			rr, err := dns.NewRR(line)
			if err != nil {
				t.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		wire, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return wire
	}
	for _, c := range []struct {
		read   func(*sheet, []byte) error
		answer []byte
		want   string
	}{
		{deriveRDAP, recorded(`{"objectClassName":"domain","ldhName":"CORP.example","handle":"JANE","status":["active","Jane"],"events":[{"eventAction":"expiration","eventDate":"2027-01-02T00:00:00Z"}],
			"entities":[{"roles":["registrant"],"vcardArray":["vcard",[["kind",{},"text","org"],["fn",{},"text","Corp Ltd"]]]},
			{"roles":["technical","Jane"],"vcardArray":["vcard",[["fn",{},"text","Jane Doe"],["org",{},"text","Jane Doe Lenses"],["email",{},"text","jane@corp.example"],["tel",{},"uri","tel:+442079460000"]]]}]}`),
			"status: 200\nrecord: domain\nname: corp.example\nexpires: 2027-01-02T00:00:00Z\nstatus: active\nstatus: other\nregistrant: Corp Ltd\n" +
				"technical, people left out: 1\ntechnical, e-mail addresses left out: 1\ntechnical, telephone numbers left out: 1\n" +
				"other, people left out: 1\nother, e-mail addresses left out: 1\nother, telephone numbers left out: 1\n"},
		{deriveWhois, []byte("Domain Name: corp.example\nRegistrar: Names Ltd\nCreation Date: 2019-05-01T10:00:00Z\nName Server: ns1.corp.example\nRegistrant Name: Jane Doe\nRegistrant Organization: Corp Ltd\nTech Email: jane@corp.example\nRemarks: call Jane Doe\n"),
			"name: corp.example\nregistered: 2019-05-01T10:00:00Z\nname server: ns1.corp.example\nregistrar: Names Ltd\nregistrant: Corp Ltd\nregistrant, people left out: 1\ntechnical, e-mail addresses left out: 1\n"},
		{deriveDNS, message("corp.example. 60 IN SOA ns1.corp.example. jane\\.doe.corp.example. 7 1 2 3 4\ncorp.example. 60 IN TXT \"v=spf1 include:a.example ~all jane@b.example\"\n" +
			"_dmarc.corp.example. 60 IN TXT \"v=DMARC1; p=reject; rua=mailto:jane@corp.example\"\ncorp.example. 60 IN TXT \"Jane was here\"\ncorp.example. 60 IN RP jane.corp.example. .\ncorp.example. 60 IN MX 10 mx.corp.example."),
			"rcode: NOERROR\nasked SOA: corp.example\nrecord: corp.example SOA serial 7, refresh 1, retry 2, expire 3, minimum 4; its contact left out\n" +
				"record: corp.example TXT spf1 include:a.example ~all other\nrecord: _dmarc.corp.example TXT DMARC1 p=reject sp= np= adkim=r aspf=r psd=u rua=1 ruf=0\n" +
				"record: corp.example TXT of 13 bytes\nrecord: corp.example RP\nrecord: corp.example MX 10 mx.corp.example.\n"},
		{deriveWeb, recorded("Contact: mailto:jane@corp.example\nContact: tel:+442079460000\nExpires: 2027-01-01T00:00:00Z\n# Jane\n"),
			"status: 200\nmedia type: text/plain\nheader set-cookie: 1\ncookie: secure true, httponly false, samesite unset\nbytes: 98\nsecurity.txt, contacts: 2\nsecurity.txt, expires: 2027-01-01T00:00:00Z\n"},
		{deriveCertificates, recorded(`[{"name_value":"*.corp.example\njane@corp.example","common_name":"Jane Doe","not_before":"2026-01-01T00:00:00","not_after":"2026-03-01T00:00:00"},{"dns_names":["a.corp.example"]}]`),
			"status: 200\ncertificates: 2\ncertificate: 2026-01-01T00:00:00Z to 2026-03-01T00:00:00Z\nname: *.corp.example\ncertificate:  to \nname: a.corp.example\n"},
	} {
		got, err := derived(c.read)(c.answer)
		if err != nil || string(got) != c.want {
			t.Errorf("got\n%s%v\nwant\n%s", got, err, c.want)
		}
	}
}

// What is in no form that is read has no derivative.
func TestNoDerivative(t *testing.T) {
	for _, e := range derivers(t) {
		for _, answer := range []string{"", "Jane Doe, jane@corp.example", "HTTP/1.1 Jane", "\x00\x01jane"} {
			if got, err := e.Spec.Derive([]byte(answer)); err == nil {
				t.Errorf("%s keeps %q of %q", e.Spec.Name, got, answer)
			}
		}
	}
}

// No value that a world plants stands in a derivative of any of its answers,
// whichever collector it is taken for, and each is the same when made again.
func TestDerivativesHoldNothingPlanted(t *testing.T) {
	made := 0
	for _, name := range lab.Names() {
		world, err := lab.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		source, err := lab.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(source).Files {
			head, body, _ := strings.Cut(string(f.Data), "\n\n")
			for _, e := range derivers(t) {
				for _, answer := range [][]byte{f.Data, recorded(string(f.Data)), recorded(body), append([]byte("HTTP/1.1 200 OK\r\nX-Head: "+strings.ReplaceAll(head, "\n", " ")+"\r\n\r\n"), body...)} {
					got, err := e.Spec.Derive(answer)
					if err != nil {
						continue
					}
					if again, _ := e.Spec.Derive(answer); !bytes.Equal(got, again) {
						t.Errorf("%s, for %s: made again it is another", f.Name, e.Spec.Name)
					}
					made++
					for _, p := range world.Personal() {
						if strings.Contains(strings.ToLower(string(got)), strings.ToLower(p)) {
							t.Errorf("%s, for %s: %q stands in\n%s", f.Name, e.Spec.Name, p, got)
						}
					}
				}
			}
		}
	}
	if made < 100 {
		t.Errorf("only %d derivatives were looked at", made)
	}
}

// Whoever is planted as a person, wherever a record can name people, is not in
// what is kept.
func TestDerivativeNamesNobody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		who := rapid.StringMatching(`[A-Z][a-z]{5,9} [A-Z][a-z]{5,9}`).Draw(rt, "who")
		mail := strings.ToLower(strings.ReplaceAll(who, " ", rapid.SampledFrom([]string{".", "_", ""}).Draw(rt, "dot"))) + "@corp.example"
		roles := rapid.SampledFrom([]string{"registrant", "technical", "billing", "abuse", "reseller", who}).Draw(rt, "role")
		org := rapid.SampledFrom([]string{"", "Corp Ltd", who, who + " Optics", "c/o " + mail}).Draw(rt, "org")
		card := []any{"vcard", []any{[]any{"fn", map[string]any{}, "text", who}, []any{"org", map[string]any{}, "text", org}, []any{"email", map[string]any{}, "text", mail}, []any{"adr", map[string]any{"cc": who}, "text", []string{who}}}}
		entity := map[string]any{"roles": []string{roles}, "handle": who, "vcardArray": card}
		text, err := json.Marshal(map[string]any{"objectClassName": rapid.SampledFrom([]string{"domain", "ip network", who}).Draw(rt, "class"), "ldhName": "corp.example", "handle": mail, "name": who, "lang": who,
			"status": []string{who}, "remarks": []any{map[string]any{"description": []string{who, mail}}}, "notices": []string{mail}, "entities": []any{entity, map[string]any{"roles": []string{"registrar"}, "entities": []any{entity}}},
			"events": []any{map[string]any{"eventAction": "expiration", "eventActor": who, "eventDate": who}}, "port43": mail, "WhoisRecord": map[string]any{"domainName": "corp.example", "registrarName": org, "status": who, "createdDate": who, "contactEmail": mail, "rawText": who,
				"registrant": map[string]any{"name": who, "organization": org, "email": mail, "countryCode": who}, "registryData": map[string]any{"technicalContact": map[string]any{"name": who, "telephone": who}}},
			"links": []any{map[string]any{"rel": "related", "href": "https://x.example/domain/" + mail}}})
		if err != nil {
			rt.Fatal(err)
		}
		record := fmt.Sprintf("%% %[1]s\nDomain Name: corp.example\nCreation Date: 2019-05-01T10:00:00Z\nRegistry Domain ID: %[1]s\nStatus: %[1]s\nRegistrant:\n  %[1]s\n  %[2]s\nRegistrant Name: %[1]s\nTech Name: %[1]s\nTech Email: %[2]s\nAdmin Organization: %[3]s\nName Server: %[2]s\ninetnum: 192.0.2.0 - 192.0.2.255\nnetname: %[1]s\ncountry: %[1]s\nperson: %[1]s\ndescr: %[1]s\n", who, mail, org)
		if !rapid.Bool().Draw(rt, "network") {
			record = strings.Replace(record, "inetnum", "remarks", 1)
		}
		for _, e := range derivers(t) {
			for _, answer := range [][]byte{recorded(string(text)), []byte(record), recorded(record)} {
				got, _ := e.Spec.Derive(answer)
				for _, p := range []string{who, mail, strings.Fields(who)[1]} {
					if strings.Contains(strings.ToLower(string(got)), strings.ToLower(p)) {
						rt.Fatalf("%s: %q stands in\n%s", e.Spec.Name, p, got)
					}
				}
			}
		}
	})
}

var sheetLine = regexp.MustCompile(`^[a-zA-Z0-9 ,.-]+: [^@\x00-\x1f]*$`)

// Whatever an answer is, no line of a sheet but an organisation's is of more than
// our words and technical forms, and an address of mail is in no derivative.
func FuzzDerive(f *testing.F) {
	f.Add([]byte("Domain Name: a.example\nRegistrar: A\nTech Email: j@a.example\n"))
	f.Add(recorded(`{"objectClassName":"domain","ldhName":"a@b.example","entities":[{"roles":["registrant"],"vcardArray":["vcard",[["org",{},"text","a\nb@c.d"]]]}]}`))
	f.Add(recorded("Contact: mailto:j@a.example\n"))
	f.Add([]byte("\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00\x01j\x01a\x00\x00\x10\x00\x01\x00\x00\x00\x00\x00\x06\x05j@a.b"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		for _, e := range derivers(t) {
			got, err := e.Spec.Derive(answer)
			if err != nil {
				continue
			}
			if bytes.HasPrefix(got, []byte("HTTP/1.1 ")) { // the shape of a JSON document
				if bytes.Contains(got, []byte("@")) {
					t.Errorf("%s: an address of mail may stand in %q", e.Spec.Name, got)
				}
				continue
			}
			for line := range strings.Lines(string(got)) {
				if !sheetLine.MatchString(strings.TrimSuffix(line, "\n")) {
					t.Errorf("%s: %q", e.Spec.Name, line)
				}
			}
		}
	})
}
