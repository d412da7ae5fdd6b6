package threat_test

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"testing"

	"osint/pkg/collectors/lab/trial"
	"osint/pkg/collectors/threat"
	"osint/pkg/pipeline"
)

var shop, bad = strings.Repeat("shop", 14) + ".onion", strings.Repeat("ba", 28) + ".onion"

func banned() string {
	sum := md5.Sum([]byte(bad))
	return hex.EncodeToString(sum[:])
}

var ahmiaWorld = `
-- dns://. --
ahmia.fi. A 203.0.113.200

-- https://ahmia.fi/ --
Content-Type: text/html

<form action="/search/"><input type="hidden" name="csrf" value="not hexadecimal"><input type="hidden" name="a1b2" value="0f9e"></form>

-- https://ahmia.fi/search/ --
redirect https://ahmia.fi/ 302

-- https://ahmia.fi/search/?q=%22corp.example%22&a1b2=0f9e --
Content-Type: text/html

<ol><li class="result"><h4><a href="/search/redirect?redirect_url=http://www.` + shop + `/x">Ann's log-ins</a></h4><span class="lastSeen" data-timestamp="2026-11-20T01:02:03"></span></li>
<li class="result"><a href="/search/redirect?redirect_url=http://` + bad + `/">no</a></li><li class="result"><a href="https://ahmia.fi/about">about</a></li></ol>

-- https://ahmia.fi/search/?q=%22nobody.example%22&a1b2=0f9e --
Content-Type: text/html

<p>Sorry, but Ahmia couldn&#39;t find results for <b>nobody.example</b></p>

-- https://ahmia.fi/blacklist/banned/ --
Content-Type: text/plain

` + banned() + `
`

func TestAhmia(t *testing.T) {
	hit := "mentioned-on domain:" + shop + " map[by:Ahmia kind:onion last:2026-11-20T01:02:03Z]"
	tryLists(t, "ahmia", ahmiaWorld, []listCase{
		{"named", "corp.example", "", "", pipeline.OK, "", []string{hit}},
		{"not named", "nobody.example", "", "", pipeline.Empty, "", nil},
		{"no date", "corp.example", "2026-11-20T01:02:03", "yesterday", pipeline.OK, "", []string{"mentioned-on domain:" + shop + " map[by:Ahmia kind:onion]"}},
		{"a token that it does not take", "corp.example", `value="0f9e"`, `value="0f00"`, pipeline.Malformed, "its own token", nil},
		{"no token", "corp.example", `name="a1b2"`, `name="q"`, pipeline.Malformed, "no hidden token", nil},
		{"the form again where results are due", "nobody.example", "Sorry, but Ahmia couldn&#39;t find results for", "Search", pipeline.Malformed, "no list of results", nil},
		{"items that lead nowhere", "corp.example", "redirect_url", "to", pipeline.Malformed, "no list of results", nil},
		{"what is banned is not known", "corp.example", "Content-Type: text/plain\n", "status 504\n", pipeline.Unreachable, "", nil},
		{"what is banned is a page", "corp.example", banned(), "<p>busy</p>", pipeline.Malformed, "a page", nil},
		{"what is banned is a message", "corp.example", banned(), "busy", pipeline.Malformed, "no digest", nil},
		{"the search is out of order", "nobody.example", "q=%22nobody.example%22&a1b2=0f9e --\n", "q=%22nobody.example%22&a1b2=0f9e --\nstatus 504\n", pipeline.Unreachable, "504", nil},
	})
	got := trial.Tell(t, threat.All(), "ahmia", "corp.example", strings.Replace(ahmiaWorld, `value="0f9e"`, `value="0f00"`, 1))
	if n := len(got.Asked("ahmia.fi")); n != 4 {
		t.Errorf("a token that is not taken leads to %d questions, want the form and the search, twice", n)
	}
}

var onionWorld = `
-- dns://. --
onion.ail-project.org. A 203.0.113.200

-- https://onion.ail-project.org/api/lookup/` + shop + ` --
Content-Type: application/json

{"id":"` + shop + `","first_seen":"20260102","last_seen":20261120,"languages":["en","x\u001b"],"titles":["Ann's log-ins"],"tags":[]}

-- https://onion.ail-project.org/api/lookup/* --
status 404
Content-Type: application/json

{"error":"Onion not found"}
`

func TestOnionLookup(t *testing.T) {
	tryLists(t, "onion-lookup", onionWorld, []listCase{
		{"seen", shop, "", "", pipeline.OK, "", []string{"onion-seen map[by:AIL first:2026-01-02T00:00:00Z languages:en last:2026-11-20T00:00:00Z]"}},
		{"nobody may open it", shop, `"tags":[]`, `"tags":["dark-web:topic=\"pornography-child-exploitation\""]`, pipeline.OK, "",
			[]string{"onion-seen map[by:AIL first:2026-01-02T00:00:00Z languages:en last:2026-11-20T00:00:00Z warning:abuse of children]"}},
		{"never seen", bad, "", "", pipeline.OK, "", []string{"not onion-seen"}},
		{"another", shop, `"id":"shop`, `"id":"flop`, pipeline.Malformed, "something else", nil},
		{"404 of another sort", bad, `{"error":"Onion not found"}`, `{"detail":"no such page"}`, pipeline.Malformed, "something else", nil},
		{"404 with a page", bad, `{"error":"Onion not found"}`, "<p>no such page</p>", pipeline.Malformed, "", nil},
		{"no onion", "corp.example", "", "", pipeline.Skipped, "no hidden service", nil},
		{"one of the second version", "expyuzz4wqqyqhjn.onion", "", "", pipeline.Skipped, "no hidden service", nil},
	})
}
