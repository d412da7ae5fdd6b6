package infrastructure_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const siteZone = `
-- dns://acme.example --
@ A 192.0.2.1
www A 192.0.2.2
`

func TestWebOfARedirectingDomain(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- http://acme.example/* --
redirect https://acme.example/
-- https://acme.example/* --
redirect https://www.acme.example/ 308
-- host://acme.example --
certificate names acme.example www.acme.example
-- https://www.acme.example/ --
Content-Type: text/html
Server: Apache/2.4.41 (Ubuntu)
X-Powered-By: PHP/7.4
Strict-Transport-Security: max-age=31536000
Content-Security-Policy: default-src 'self'; frame-ancestors 'none'
Set-Cookie: PHPSESSID=secret; path=/; HttpOnly
Set-Cookie: theme=dark; Secure; SameSite=Lax

<html><head><title> Acme
  &amp; Sons </title></head></html>
`)
	got.ends(t, pipeline.OK, "")
	got.says(t,
		"acme.example https-redirect true",
		"acme.example redirects-to https://www.acme.example/",
		"acme.example lacks-header strict-transport-security", // its own answer has none
		"!acme.example lacks-header content-security-policy",  // that page is not its own
		"www.acme.example serves-url https://www.acme.example/ 200",
		`www.acme.example http-header {"name":"strict-transport-security","value":"max-age=31536000"}`,
		"www.acme.example lacks-header x-content-type-options",
		"www.acme.example lacks-header referrer-policy",
		"!www.acme.example lacks-header x-frame-options", // frame-ancestors does its work
		`www.acme.example sets-cookie {"httponly":true,"name":"PHPSESSID","samesite":"","secure":false}`,
		`www.acme.example sets-cookie {"httponly":false,"name":"theme","samesite":"lax","secure":true}`,
		"www.acme.example page-title Acme & Sons",
		"www.acme.example runs apache/2.4.41 header server",
		"www.acme.example runs php/7.4 header x-powered-by",
		"not acme.example security-txt")
	for _, l := range got.lines {
		if contains(l, "secret") {
			t.Errorf("a cookie's value was told: %s", l)
		}
	}
}

func TestWebWithoutHTTPS(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- http://acme.example/ --
Content-Type: text/html

<title>Plain</title>
`)
	got.ends(t, pipeline.OK, "") // that nobody listens at 443 is an answer
	got.says(t, "acme.example https-redirect false", "acme.example page-title Plain", "!not acme.example security-txt")
}

func TestWebWhereNobodyListens(t *testing.T) {
	got := tell(t, "web", "mail.acme.example", siteZone+"mail TXT \"no address here\"\n")
	got.ends(t, pipeline.Empty, "")
}

// A page behind a certificate that nobody should trust is read all the same:
// the certificate is judged apart.
func TestWebBehindABadCertificate(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- host://acme.example --
certificate self-signed
-- https://acme.example/ --
Content-Type: text/html

<title>Dev</title>
`)
	got.says(t, "acme.example page-title Dev")
}

func TestWebLedInward(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- http(s)://acme.example/* --
redirect http://169.254.169.254/latest/meta-data/ 302
`)
	got.ends(t, pipeline.Blocked, "169.254.169.254")
}

func TestWebServerError(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- http(s)://acme.example/* --
status 503
Content-Type: text/html

<title>Down</title>
`)
	got.says(t, "acme.example serves-url https://acme.example/ 503", "!acme.example lacks-header", "!not acme.example security-txt")
}

func TestSecurityTxtOfASite(t *testing.T) {
	page := `
-- https://acme.example/ --
Content-Type: text/html

<title>Acme</title>
-- https://acme.example/.well-known/security.txt --
Content-Type: text/plain

`
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"good", "Contact: mailto:security@acme.example\nContact: https://acme.example/report\nExpires: {{date +90d}}\n",
			[]string{"acme.example has-contact security@acme.example security.txt", "acme.example has-contact https://acme.example/report security.txt",
				`acme.example security-txt {"contact":["https://acme.example/report"],"contacts":2,`}},
		{"expired", "Contact: mailto:security@acme.example\nExpires: 2020-01-01T00:00:00Z\n",
			[]string{`acme.example security-txt {"contact":null,"contacts":1,"expires":"2020-01-01T00:00:00Z","reason":"expired","valid":false}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tell(t, "web", "acme.example", siteZone+page+c.file).says(t, c.want...)
		})
	}
}
