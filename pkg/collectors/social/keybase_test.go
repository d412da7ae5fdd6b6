package social_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const keybaseWorld = `
-- dns://. --
keybase.io. A 203.0.113.12

-- https://keybase.io/_/api/1.0/user/lookup.json --
Content-Type: application/json

{"status":{"code":0,"name":"OK"},"them":[{"basics":{"username":"ann"},"profile":{"full_name":"Ann Thropp","location":"Oslo","bio":"Quaker."},
"proofs_summary":{"all":[{"proof_type":"github","nametag":"Ann","state":1,"service_url":"https://github.com/Ann"},{"proof_type":"hackernews","nametag":"ann","state":1},
{"proof_type":"twitter","nametag":"ann2","state":2,"service_url":"https://twitter.com/ann2"},{"proof_type":"mastodon.social","nametag":"ann","state":1,"service_url":"https://mastodon.social/@ann"},
{"proof_type":"generic_web_site","nametag":"ann.example","state":1}]}}]}
`

func TestKeybase(t *testing.T) {
	whole := []string{"has-account account:github.com/ann proven", "has-account account:news.ycombinator.com/ann proven", "has-account account:mastodon.social/ann proven",
		"holds-name domain:ann.example web", "has-page https://keybase.io/ann", "goes-by person:Ann Thropp", "located-at Oslo", "describes-itself Quaker."}
	for _, c := range []struct {
		name, subject, from, to, question string
		ends                              pipeline.Outcome
		reason                            string
		says                              []string
	}{
		{"its own user", "account:keybase.io/ann", "", "", "usernames=ann", pipeline.OK, "", whole},
		{"an account elsewhere", "account:github.com/ann", "", "", "github=ann", pipeline.OK, "", whole},
		{"a domain", "ann.example", "", "", "domain=ann.example", pipeline.OK, "", whole},
		{"a proof that failed", "account:twitter.com/ann2", "", "", "twitter=ann2", pipeline.Empty, "", nil},
		{"somebody else", "account:keybase.io/bob", "", "", "usernames=bob", pipeline.Empty, "", nil},
		{"nobody", "account:keybase.io/ann", `[{"basics"`, `[null,{"bysics"`, "", pipeline.Empty, "", nil},
		{"not found", "account:keybase.io/ann", `"code":0`, `"code":205`, "", pipeline.Empty, "", nil},
		{"a bad question", "account:keybase.io/ann", `"code":0`, `"code":100`, "", pipeline.Malformed, "the code 100", nil},
		{"no status", "account:keybase.io/ann", `"code":0`, `"code":"zero"`, "", pipeline.Malformed, "the code -1", nil},
		{"no list", "account:keybase.io/ann", `"them"`, `"they"`, "", pipeline.Malformed, "no list of users", nil},
		{"a list of names", "account:keybase.io/a,b", "", "", "", pipeline.Skipped, "such a name", nil},
		{"another site", "account:funken.example/ann", "", "", "", pipeline.Skipped, "this site", nil},
		{"out of order", "account:keybase.io/ann", "Content-Type", "status 403\nContent-Type", "", pipeline.Blocked, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := tell(t, "keybase", c.subject, strings.Replace(keybaseWorld, c.from, c.to, 1))
			var says []string
			for _, s := range c.says {
				says = append(says, "keybase.io/ann "+s)
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, says...)
			if q := got.Asked("keybase.io"); c.question != "" && (len(q) != 1 || !strings.Contains(q[0], "?"+c.question+"&fields=")) {
				t.Errorf("asked %q", q)
			}
		})
	}
}
