package infrastructure_test

import (
	"slices"
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
		`www.acme.example runs apache/2.4.41 {"category":"web-server","seen":"header server"}`,
		`www.acme.example runs php/7.4 {"category":"language","seen":"cookie PHPSESSID, header x-powered-by"}`,
		`www.acme.example runs ubuntu {"category":"operating-system","seen":"header server"}`,
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

// A name is silent for the reason of the port where somebody listens.
func TestWebUnheard(t *testing.T) {
	tell(t, "web", "acme.example", siteZone+`
-- http://acme.example/* --
close
`).ends(t, pipeline.Unreachable, "EOF")
	tell(t, "web", "acme.example", siteZone+`
-- https://acme.example/* --
cut 0
Content-Type: text/html

<title>never</title>
`).ends(t, pipeline.Unreachable, "unexpected EOF")
}

// A server that leads to nobody is there all the same.
func TestWebLedToNobody(t *testing.T) {
	tell(t, "web", "acme.example", siteZone+`
-- http(s)://acme.example/* --
redirect https://gone.acme.example/
`).ends(t, pipeline.Unreachable, "led to gone.acme.example")
}

func TestWebTechnologies(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- https://acme.example/ --
redirect https://www.acme.example/shop/
-- host://acme.example --
certificate names acme.example www.acme.example
-- https://www.acme.example/shop/ --
Content-Type: text/html
Server: nginx

<title>Index of /shop/</title><meta name="generator" content="WordPress 6.4.2">
<script src="/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"></script>
<script src="https://cdn.other.example/a.js" integrity="sha384-x"></script><script src="//cdn.other.example/b.js"></script>
<script src="https://static.acme.example/c.js"></script><script src="data:text/javascript,1"></script>
`)
	got.says(t, `www.acme.example runs wordpress/6.4.2 {"category":"cms","seen":"asset, meta generator"}`,
		`www.acme.example runs php {"category":"language","seen":"implied by wordpress"}`,
		`www.acme.example runs jquery/3.7.1 {"category":"library","seen":"asset"}`,
		`www.acme.example runs nginx {"category":"web-server","seen":"header server"}`,
		`www.acme.example third-party-script {"host":"cdn.other.example","scripts":2,"unprotected":1}`,
		`www.acme.example lists-folder /shop/`,
		`!www.acme.example third-party-script {"host":"static.acme.example"`, "!acme.example runs")
}

const noIcon = `
-- https://acme.example/ --
Content-Type: text/html

<title>Acme</title>
`

func TestIcon(t *testing.T) {
	const icon = "Content-Type: image/x-icon\n\n{{hex 00 00 01 00 01 00}}{{repeat 50 A}}{{end}}\n"
	for _, c := range []struct {
		name, world string
		want        []string
	}{
		{"at the usual place", noIcon + "-- https://acme.example/favicon.ico --\n" + icon, []string{`"type":"image/x-icon","url":"https://acme.example/favicon.ico"}`}},
		{"linked", "-- https://acme.example/ --\nContent-Type: text/html\n\n<link rel=icon href=/i.ico>\n-- https://acme.example/i.ico --\n" + icon, []string{`"url":"https://acme.example/i.ico"}`}},
		{"in the link", "-- https://acme.example/ --\nContent-Type: text/html\n\n<link rel=icon href='data:image/png;base64,iVBORw0KGgo='>\n", []string{`"mmh3":`, `"type":"image/png","url":"data:"}`}},
		{"linked, and gone from there", "-- https://acme.example/ --\nContent-Type: text/html\n\n<link rel=icon href=/i.ico>\n-- https://acme.example/favicon.ico --\n" + icon, []string{`"url":"https://acme.example/favicon.ico"}`}},
		{"at somebody else's", "-- https://acme.example/ --\nContent-Type: text/html\n\n<link rel=icon href=https://cdn.other.example/i.ico>\n", []string{"not acme.example shows-icon"}},
		{"none", noIcon, []string{"not acme.example shows-icon"}},
		{"a page", noIcon + "-- https://acme.example/favicon.ico --\nContent-Type: image/x-icon\n\n<!doctype html><title>x</title>\n", []string{"not acme.example shows-icon"}},
		{"empty", noIcon + "-- https://acme.example/favicon.ico --\nContent-Type: image/x-icon\n\n{{end}}\n", []string{"not acme.example shows-icon"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "web", "acme.example", siteZone+c.world)
			got.ends(t, pipeline.OK, "")
			for _, w := range c.want {
				if !slices.ContainsFunc(got.lines, func(l string) bool { return contains(l, "acme.example shows-icon") && contains(l, w) }) {
					t.Errorf("unsaid: %s in %q", w, got.lines)
				}
			}
		})
	}
}

// Whether there is an icon is not known where its server would not say; what
// else was told stands.
func TestIconNotKnown(t *testing.T) {
	for _, c := range []struct{ name, site, reason string }{
		{"led inward", "redirect http://169.254.169.254/", "169.254.169.254"},
		{"broken", "status 502\n\nx", "icon: HTTP status 502"},
		{"endless", "Content-Type: image/png\nendless\n\nx", "icon: longer than"},
		{"in a ring", "redirect https://acme.example/favicon.ico", "more than 10 redirects"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "web", "acme.example", siteZone+noIcon+"-- https://acme.example/favicon.ico --\n"+c.site+"\n")
			got.ends(t, pipeline.Partial, c.reason)
			got.says(t, "acme.example page-title Acme", "!acme.example shows-icon", "!not acme.example shows-icon")
		})
	}
}

// An icon is known by its hash; the server of another is not asked for it.
func TestIconOfAnotherServer(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- dns://other.example --
cdn A 192.0.2.9
-- https://cdn.other.example/i.ico --
Content-Type: image/png

x
-- https://acme.example/ --
Content-Type: text/html

<link rel=icon href=https://cdn.other.example/i.ico>
`)
	if asked := got.asked("https", "cdn.other.example"); len(asked) > 0 {
		t.Errorf("cdn.other.example was asked for %q", asked)
	}
}
