package infrastructure

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSecurityTxtFields(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	const good = "Expires: 2027-01-01T00:00:00z\n"
	for _, c := range []struct {
		name, file string
		contacts   int
		faults     []string
	}{
		{"whole", "# our policy\nContact: mailto:s@acme.example\nCONTACT:https://acme.example/s\n" + good + "Preferred-Languages: en\n", 2, nil},
		{"with Windows line ends", "Contact: https://acme.example/s\r\nExpires: 2027-01-01T00:00:00Z\r\n", 1, nil},
		{"signed", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- Contact: https://acme.example/s\n" + good + "-----BEGIN PGP SIGNATURE-----\nabc=\n", 1, nil},
		{"no contact", good, 0, []string{"no Contact"}},
		{"no end", "Contact: https://acme.example/s\n", 1, []string{"no Expires"}},
		{"two ends", "Contact: https://acme.example/s\n" + good + good, 1, []string{"more than one Expires"}},
		{"an end that is no date", "Contact: https://acme.example/s\nExpires: never\n", 1, []string{"Expires is no date"}},
		{"over", "Contact: https://acme.example/s\nExpires: 2026-11-22T00:00:00+01:00\n", 1, []string{"expired"}},
		{"commented out", "# Contact: https://acme.example/s\n", 0, []string{"no Contact", "no Expires"}},
		{"too many", strings.Repeat("Contact: https://acme.example/s\n", 500) + good, 20, nil},
		{"nothing", "", 0, []string{"no Contact", "no Expires"}},
	} {
		s := parseSecurityTxt(c.file, now)
		if len(s.contacts) != c.contacts || !slices.Equal(s.faults, c.faults) {
			t.Errorf("%s: %d contacts, %q; want %d, %q", c.name, len(s.contacts), s.faults, c.contacts, c.faults)
		}
	}
}

func TestContactOf(t *testing.T) {
	for s, want := range map[string]string{
		"mailto:Security@Acme.Example": "email:security@acme.example", "https://acme.example/s": "url:https://acme.example/s", "tel:+44-20-7946-0000": "phone:+442079460000",
		"security@acme.example": "", "javascript:alert(1)": "", "": "", "mailto:\x1b[2J@acme.example": "", "https://user:secret@acme.example/": "",
	} {
		got, ok := contactOf(s)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: %s %v, want %q", s, got, ok, want)
		}
	}
}

func TestJudgeHeaders(t *testing.T) {
	show := func(h http.Header) string {
		var out []string
		for _, x := range judgeHeaders(h) {
			out = append(out, fmt.Sprintf("%s=%s", x.name, x.value))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		header http.Header
		want   string
	}{
		{http.Header{}, "strict-transport-security= content-security-policy= x-content-type-options= x-frame-options= referrer-policy="},
		{http.Header{"Content-Security-Policy": {"default-src 'self'; Frame-Ancestors 'none'"}, "X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"}, "Strict-Transport-Security": {"max-age=1"}},
			"strict-transport-security=max-age=1 content-security-policy=default-src 'self'; Frame-Ancestors 'none' x-content-type-options=nosniff referrer-policy=no-referrer"},
		{http.Header{"X-Frame-Options": {"DENY", "SAMEORIGIN"}}, "strict-transport-security= content-security-policy= x-content-type-options= x-frame-options=DENY, SAMEORIGIN referrer-policy="},
	} {
		if got := show(c.header); got != c.want {
			t.Errorf("%v:\n%s\nwant\n%s", c.header, got, c.want)
		}
	}
}

func FuzzWeb(f *testing.F) {
	f.Add("Contact: mailto:a@acme.example\nExpires: 2027-01-01T00:00:00Z\n")
	f.Add("data:image/png;base64,iVBORw0KGgo=")
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range parseSecurityTxt(s, time.Unix(0, 0)).contacts {
			contactOf(c)
			checkText(t, c, 201)
		}
		inline(s)
		judgeHeaders(http.Header{"Content-Security-Policy": {s}})
		for _, c := range cookies(http.Header{"Set-Cookie": {s}}) {
			checkText(t, fmt.Sprint(c["name"]), 101)
		}
		if e := serverOf(s); !e.IsZero() && e.Value == "" {
			t.Errorf("%q is served by nobody", s)
		}
	})
}

// checkText checks that what is told is UTF-8 and not longer than promised.
func checkText(t *testing.T, s string, most int) {
	t.Helper()
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		t.Errorf("%d characters, or not UTF-8: %.80q", utf8.RuneCountInString(s), s)
	}
}
