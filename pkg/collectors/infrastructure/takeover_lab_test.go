package infrastructure_test

import (
	"testing"

	"osint/pkg/pipeline"
)

// A world whose names are aliases of services; the services' own names are
// what they are anywhere.
const tenants = `
-- dns://acme.example --
@ A 192.0.2.1
docs CNAME acme.readthedocs.io.
shop CNAME acme.myshopify.com.
news CNAME acme.bitbucket.io.
gone CNAME acme.azurewebsites.net.
live CNAME acme-live.azurewebsites.net.
blog CNAME acme.hoster.example.
-- dns://readthedocs.io --
*.readthedocs.io. A 198.51.100.1
-- dns://myshopify.com --
*.myshopify.com. A 198.51.100.2
-- dns://bitbucket.io --
*.bitbucket.io. A 198.51.100.3
-- dns://azurewebsites.net --
acme-live A 198.51.100.5
-- dns://hoster.example --
acme A 198.51.100.4
`

const unknownDocs = `
-- http(s)://docs.acme.example/* --
status 404
Content-Type: text/html

<h1>404</h1><p>The link you have followed or the URL that you entered does not exist.</p>
`

func TestTakeoverSign(t *testing.T) {
	got := tell(t, "takeover-check", "docs.acme.example", tenants+unknownDocs)
	got.ends(t, pipeline.OK, "")
	got.says(t, `docs.acme.example unclaimed-page {"claim":"open","service":"Read the Docs","status":404,"text":"The link you have followed or the URL that you entered does not exist.","url":"https://docs.acme.example/"}`)
}

// A name that the service still knows, be it with a page that is not found,
// and with the text but not the status.
func TestTakeoverDenied(t *testing.T) {
	for name, page := range map[string]string{
		"another page":   "Content-Type: text/html\n\n<title>Acme documentation</title>\n",
		"another 404":    "status 404\nContent-Type: text/html\n\n<title>No such chapter</title>\n",
		"text, not 404":  "Content-Type: text/html\n\n<p>The link you have followed or the URL that you entered does not exist.</p>\n",
		"only plain one": "status 404\n\ntext\n",
	} {
		t.Run(name, func(t *testing.T) {
			site := "-- http(s)://docs.acme.example/* --\n"
			if name == "only plain one" {
				site = "-- http://docs.acme.example/* --\n"
			}
			got := tell(t, "takeover-check", "docs.acme.example", tenants+site+page)
			got.ends(t, pipeline.OK, "")
			got.says(t, "not docs.acme.example unclaimed-page", "!docs.acme.example unclaimed-page")
		})
	}
}

// The sign may stand behind either scheme.
func TestTakeoverOverPlainHTTP(t *testing.T) {
	got := tell(t, "takeover-check", "news.acme.example", tenants+`
-- http://news.acme.example/ --
status 404

Repository not found
-- https://news.acme.example/ --
status 503

busy
`)
	got.says(t, `news.acme.example unclaimed-page {"claim":"open","service":"Bitbucket"`)
}

func TestTakeoverInconclusive(t *testing.T) {
	for name, page := range map[string]string{
		"failure": "-- http(s)://docs.acme.example/* --\nstatus 503\n\nbusy\n",
		"blocked": "-- http(s)://docs.acme.example/* --\nstatus 403\n\nno robots\n",
		"limited": "-- http(s)://docs.acme.example/* --\nstatus 429\n\nslower\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := tell(t, "takeover-check", "docs.acme.example", tenants+page)
			got.says(t, "!docs.acme.example unclaimed-page", "!not docs.acme.example unclaimed-page")
			got.ends(t, map[bool]pipeline.Outcome{true: pipeline.Unreachable, false: pipeline.Blocked}[name == "failure"], "Read the Docs")
		})
	}
	got := tell(t, "takeover-check", "docs.acme.example", tenants) // nobody listens
	got.ends(t, pipeline.Unreachable, "")
}

// Where a service is known by its names, or is not known, nobody is touched.
func TestTakeoverAsksNobodyElse(t *testing.T) {
	for _, name := range []string{"gone.acme.example", "live.acme.example", "blog.acme.example", "acme.example"} {
		got := tell(t, "takeover-check", name, tenants+"-- http(s)://blog.acme.example/ --\n\nblog\n-- http(s)://live.acme.example/ --\n\nlive\n-- http(s)://acme.example/ --\n\nhome\n")
		got.ends(t, pipeline.Empty, "")
		if n := len(got.asked("http", name)) + len(got.asked("tls", name)); n > 0 {
			t.Errorf("%s was asked %d times", name, n)
		}
	}
}
