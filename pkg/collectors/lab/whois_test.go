package lab

import (
	"strings"
	"testing"
)

func TestWhois(t *testing.T) {
	c := serve(t, small+`
-- dns://. --
whois.one.example. A 192.0.2.20
whois.two.example. A 192.0.2.21
-- whois://whois.one.example/acme.example --
Domain Name: ACME.EXAMPLE
Expires: {{date +1d 2006-01-02}}
-- whois://whois.one.example/-T dn,ace quoted.example --
exactly this
-- whois://whois.one.example/torn.example --
refer: 127.0.0.1{{end}}
-- whois://whois.two.example/* --
whatever you ask
-- host://whois.two.example --
limit 1 every 60s Number of allowed queries exceeded.
`, Options{})
	for query, want := range map[string]string{
		"acme.example":               "Domain Name: ACME.EXAMPLE\nExpires: " + c.lab.day.AddDate(0, 0, 1).Format("2006-01-02") + "\n",
		"domain ACME.example":        "Domain Name: ACME.EXAMPLE\nExpires: " + c.lab.day.AddDate(0, 0, 1).Format("2006-01-02") + "\n",
		"-T  dn,ace quoted.example":  "exactly this\n",
		"torn.example":               "refer: 127.0.0.1",
		"unknown.example":            "No match for \"UNKNOWN.EXAMPLE\".\n",
		strings.Repeat("x", 2000):    "",
		"n + 192.0.2.1 acme.example": "Domain Name: ACME.EXAMPLE\nExpires: " + c.lab.day.AddDate(0, 0, 1).Format("2006-01-02") + "\n",
	} {
		got, _ := c.whois("whois.one.example", query)
		if got != want {
			t.Errorf("%.40q: got %q, want %q", query, got, want)
		}
	}
	for i, want := range []string{"whatever you ask\n", "Number of allowed queries exceeded.\n"} {
		if got, err := c.whois("whois.two.example", "x"); got != want {
			t.Errorf("query %d: %q, %v", i, got, err)
		}
	}
}
