package social_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const fingerWorld = `
-- dns://funken.example --
@ A 192.0.2.1
other A 192.0.2.2

-- dns://prisme.example --
@ A 192.0.2.3

-- https://funken.example/.well-known/webfinger?resource=acct:ann@funken.example --
Content-Type: application/jrd+json

{"subject":"acct:ann@funken.example","links":[{"rel":"self","type":"application/activity+json","href":"https://funken.example/users/ann"}]}

-- https://funken.example/users/ann --
Content-Type: application/activity+json

{"id":"https://funken.example/users/ann","type":"Person","name":"Ann Thropp","summary":"<p>Lenses.</p>","url":"https://funken.example/@ann"}
`

func TestWebFinger(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		ends           pipeline.Outcome
		reason         string
		says           []string
	}{
		{"as it should be", "", "", pipeline.OK, "", []string{"goes-by person:Ann Thropp", "describes-itself Lenses.", "has-page https://funken.example/@ann"}},
		{"a name that is none", "Ann Thropp", "call 030 1234567", pipeline.OK, "",
			[]string{"describes-itself call 030 1234567", "describes-itself Lenses.", "has-page https://funken.example/@ann"}},
		{"a program", "Person", "Service", pipeline.OK, "", []string{"describes-itself Ann Thropp", "describes-itself Lenses.", "has-page https://funken.example/@ann"}},
		{"an organisation", "Person", "Organization", pipeline.OK, "", []string{"goes-by organization:Ann Thropp", "describes-itself Lenses.", "has-page https://funken.example/@ann"}},
		{"another account", "acct:ann@funken.example\",\"links", "acct:ann@prisme.example\",\"links", pipeline.OK, "", []string{"has-account account:prisme.example/ann stated"}},
		{"a profile elsewhere", `"href":"https://funken.example/users/ann"`, `"href":"https://prisme.example/users/ann"`, pipeline.OK, "", []string{"has-account account:prisme.example/ann stated"}},
		{"a profile who knows where", `"href":"https://funken.example/users/ann"`, `"href":"https://prisme.example/x?y=1"`, pipeline.Partial, "another host", nil},
		{"a profile in clear", `"href":"https://funken.example/users/ann"`, `"href":"http://funken.example/users/ann"`, pipeline.Partial, "in clear", nil},
		{"only for those who log in", "Content-Type: application/activity+json\n", "status 401\nContent-Type: application/json\n", pipeline.Partial, "its profile: unauthorized", nil},
		{"a profile that is a page", "Content-Type: application/activity+json\n\n{", "Content-Type: text/html\n\n<p>{", pipeline.Partial, "no profile", nil},
		{"a post", "Person", "Note", pipeline.Partial, "no profile", nil},
		{"a page", "Content-Type: application/jrd+json\n\n{", "Content-Type: text/html\n\n<p>{", pipeline.Malformed, "no WebFinger answer", nil},
		{"nothing", "Content-Type: application/jrd+json\n", "status 404\n", pipeline.Empty, "", nil},
		{"too many", "Content-Type: application/jrd+json\n", "status 429\n", pipeline.RateLimited, "", nil},
		{"led to where there is nothing", "Content-Type: application/jrd+json\n", "redirect https://other.funken.example/404\n", pipeline.Unreachable, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			world := fingerWorld
			if c.from != "" {
				if !strings.Contains(world, c.from) {
					t.Fatalf("no %q in the world", c.from)
				}
				world = strings.Replace(world, c.from, c.to, 1)
			}
			got := tell(t, "webfinger", "account:funken.example/ann", world)
			for i, s := range c.says {
				c.says[i] = "funken.example/ann " + s
			}
			got.Ends(t, c.ends, c.reason)
			got.Says(t, c.says...)
			if n := len(got.Asked("prisme.example")); n > 0 {
				t.Errorf("a host that is not the account's was asked %d times", n)
			}
		})
	}
}

// Accounts of the large sites, and of what is no host, are asked of nobody.
func TestWebFingerIsNotAsked(t *testing.T) {
	for subject, reason := range map[string]string{"account:github.com/ann": "answers no WebFinger", "account:twitter.com/ann": "x.com answers no WebFinger",
		"account:forum/ann": "not the name of a host", "account:192.0.2.1/ann": "not the name of a host"} {
		got := tell(t, "webfinger", subject, fingerWorld)
		got.Ends(t, pipeline.Skipped, reason)
		if len(got.Exchanges) > 0 {
			t.Errorf("%s: something was asked", subject)
		}
	}
}

// Fields of a profile are accounts, pages or words.
func TestWebFingerFields(t *testing.T) {
	got := tell(t, "webfinger", "account:funken.example/ann", strings.Replace(fingerWorld, `"type":"Person"`, `"type":"Person","attachment":[
{"type":"PropertyValue","name":"Code","value":"<a href=\"https://github.com/ann\">github</a>"},
{"type":"PropertyValue","name":"Web","value":"https://ann.example/me"},
{"type":"PropertyValue","name":"Belief","value":"Quaker, <b>and glad</b>"},
{"type":"PropertyValue","name":"Mail","value":"<a href=\"mailto:ann@ann.example\">write</a>"},
{"type":"Image","name":"photo","value":"https://ann.example/me.jpg"},"x",7],"alsoKnownAs":"https://prisme.example/users/ann"`, 1))
	got.Ends(t, pipeline.OK, "")
	ann := "funken.example/ann "
	got.Says(t, ann+"goes-by person:Ann Thropp", ann+"describes-itself Lenses.", ann+"has-page https://funken.example/@ann", ann+"has-account account:prisme.example/ann stated",
		ann+"has-account account:github.com/ann stated", ann+"links-to https://ann.example/me", ann+"describes-itself Belief: Quaker, and glad", ann+"describes-itself Mail: write")
}
