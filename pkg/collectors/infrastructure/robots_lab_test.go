package infrastructure_test

import (
	"slices"
	"testing"

	"osint/pkg/pipeline"
)

func TestRobots(t *testing.T) {
	got := tell(t, "robots", "acme.example", siteZone+`
-- https://acme.example/robots.txt --
Content-Type: text/plain

User-agent: *
Disallow: /wp-admin/
Disallow: /board minutes/
Disallow: /~ada/
Disallow: /staff/ada@acme.example
Allow: /wp-admin/admin-ajax.php

User-agent: ExampleBot
Disallow: /
Sitemap: https://acme.example/sitemap.xml
Sitemap: ftp://
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, `acme.example robots-txt {"agents":2,"front":true,"rules":6,"whole":true}`,
		"acme.example disallows-path /wp-admin/", "acme.example disallows-path /board%20minutes/", "acme.example disallows-path /",
		"acme.example has-sitemap https://acme.example/sitemap.xml", `acme.example runs wordpress {"category":"cms","seen":"robots"}`,
		"!acme.example disallows-path /~ada/", "!acme.example disallows-path /staff", "!acme.example disallows-path /wp-admin/admin-ajax.php")
	if asked := got.asked("https", "acme.example"); !slices.Equal(asked, []string{"GET /robots.txt"}) {
		t.Errorf("asked %q: what robots.txt names is not visited", asked)
	}
}

// The rows are what RFC 9309, 2.3.1, tells apart.
func TestRobotsAnswers(t *testing.T) {
	const site = "\n-- https://acme.example/robots.txt --\n"
	for _, c := range []struct {
		name, world string
		outcome     pipeline.Outcome
		reason      string
		want        []string
	}{
		{"none", "\n-- https://acme.example/ --\n\n", pipeline.OK, "", []string{"not acme.example robots-txt"}},
		{"not for us", site + "status 403\n\nno\n", pipeline.OK, "", []string{"not acme.example robots-txt"}},
		{"too busy", site + "status 429\n\nno\n", pipeline.RateLimited, "429", []string{"!not acme.example robots-txt"}},
		{"broken", site + "status 503\n\nno\n", pipeline.Unreachable, "503", []string{"!not acme.example robots-txt"}},
		{"a page", site + "Content-Type: text/plain\n\n<html>Disallow: /\n", pipeline.OK, "", []string{"not acme.example robots-txt"}},
		{"empty", site + "Content-Type: text/plain\n\n", pipeline.OK, "", []string{`acme.example robots-txt {"agents":0,"front":true,"rules":0,"whole":true}`}},
		{"all shut out", site + "Content-Type: text/plain\n\nuser-agent:*\ndisallow:/\n", pipeline.OK, "", []string{`acme.example robots-txt {"agents":1,"front":false,`}},
		{"over HTTP alone", "\n-- http://acme.example/robots.txt --\nContent-Type: text/plain\n\nUser-agent: *\n", pipeline.OK, "", []string{"acme.example robots-txt"}},
		{"led to www", site + "redirect https://www.acme.example/robots.txt\n-- https://www.acme.example/robots.txt --\nContent-Type: text/plain\n\nUser-agent: *\nDisallow: /x\n", pipeline.OK, "", []string{"acme.example disallows-path /x"}},
		{"led to others", site + "redirect https://other.example/robots.txt\n", pipeline.Skipped, "not the subject's", []string{"!acme.example robots-txt"}},
		{"led inward", site + "redirect http://127.0.0.1/robots.txt\n", pipeline.Skipped, "not the subject's", nil},
		{"led to nobody", site + "redirect https://gone.acme.example/robots.txt\n-- http://acme.example/* --\n\n", pipeline.Unreachable, "gone.acme.example", []string{"!not acme.example robots-txt"}},
		{"in a ring", site + "redirect https://acme.example/robots.txt\n", pipeline.Malformed, "more than 5 redirects", nil},
		{"endless", site + "Content-Type: text/plain\nendless\n\nUser-agent: *\nDisallow: /x\n", pipeline.Partial, "the first 512000 bytes", []string{`acme.example robots-txt {"agents":1,"front":true,"rules":`, "acme.example disallows-path /x"}},
		{"silent", site + "close\n", pipeline.Unreachable, "", []string{"!not acme.example robots-txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "robots", "acme.example", siteZone+c.world)
			got.ends(t, c.outcome, c.reason)
			got.says(t, c.want...)
		})
	}
	tell(t, "robots", "mail.acme.example", siteZone+"mail TXT x\n").ends(t, pipeline.Empty, "")
}
