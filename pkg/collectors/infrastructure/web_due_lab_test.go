package infrastructure_test

import (
	"strings"
	"testing"
)

// A redirect within the domain leads to the domain's own file; one to another
// domain does not.
func TestSecurityTxtBehindARedirect(t *testing.T) {
	file := "Content-Type: text/plain\n\nContact: mailto:security@acme.example\nExpires: {{date +90d}}\n"
	for where, want := range map[string]string{"www.acme.example": `"reason":"","valid":true`, "acme.hoster.example": `"reason":"served by acme.hoster.example","valid":false`} {
		got := tell(t, "web", "acme.example", siteZone+`
-- dns://hoster.example --
acme A 198.51.100.1
-- https://acme.example/ --
Content-Type: text/html

<title>Acme</title>
-- https://acme.example/.well-known/security.txt --
redirect https://`+where+`/.well-known/security.txt
-- https://`+where+`/.well-known/security.txt --
`+file)
		if len(got.lines) == 0 || !contains(strings.Join(got.lines, "\n"), want) {
			t.Errorf("%s: said %v", where, got.lines)
		}
	}
}

// What programs read needs no protection that only a page can use.
func TestHeadersOfWhatIsNoPage(t *testing.T) {
	got := tell(t, "web", "acme.example", siteZone+`
-- https://acme.example/ --
Content-Type: application/json; charset=utf-8

{}
`)
	got.says(t, "acme.example lacks-header strict-transport-security", "acme.example lacks-header x-content-type-options",
		"!acme.example lacks-header content-security-policy", "!acme.example lacks-header x-frame-options", "!acme.example lacks-header referrer-policy")
}
