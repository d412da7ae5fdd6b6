package threat_test

import (
	"slices"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/threat"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

const hibpWorld = `
-- dns://. --
haveibeenpwned.com. A 203.0.113.209

-- https://haveibeenpwned.com/api/v3/breaches?Domain=evil.example --
Content-Type: application/json

[{"Name":"EvilCorp","Title":"Evil\u001b[2J Corp","Domain":"evil.example","BreachDate":"2025-10-04","AddedDate":"2025-12-04T00:00:00Z","PwnCount":"152445165","Description":"<em>Ann Thropp</em> of ann@thropp.example",
"DataClasses":["Email addresses","Passwords"],"IsVerified":true,"IsFabricated":false,"IsSensitive":false,"IsStealerLog":false,"Added":{}},
{"Name":"Shop","Domain":"shop.evil.example","IsVerified":"true","IsFabricated":"true"},{"Name":"Another","Domain":"another.example"},{"Name":"List","Domain":"evil.example","IsSpamList":true},{"Name":"not a word","Domain":"evil.example"}]

-- https://haveibeenpwned.com/api/v3/breaches --
Content-Type: application/json

[]

-- https://haveibeenpwned.com/api/v3/breacheddomain/evil.example --
Content-Type: application/json

{"ann.thropp":["EvilCorp","Shop","EvilCorp"],"info":["EvilCorp"],"x":"Shop","none":[]}

-- https://haveibeenpwned.com/api/v3/breachedaccount/ann@thropp.example?truncateResponse=false --
Content-Type: application/json

[{"Name":"EvilCorp","Title":"Evil Corp","Domain":"","BreachDate":"2025-10-04","PwnCount":3,"DataClasses":"Email addresses","IsVerified":true}]

-- https://haveibeenpwned.com/api/v3/* --
status 404
`

const evilFacts = "evilcorp | breach-facts map[accounts:1.52445165e+08 added:2025-12-04T00:00:00Z classes:Email addresses; Passwords date:2025-10-04T00:00:00Z domain:evil.example fabricated:false sensitive:false stealer:false title:Evil[2J Corp verified:true]"

func TestHIBPBreaches(t *testing.T) {
	whole := []string{"breached-in breach:evilcorp map[as:service by:Have I Been Pwned date:2025-10-04T00:00:00Z verified:true]", evilFacts,
		"breached-in breach:shop map[as:service by:Have I Been Pwned verified:false]",
		"shop | breach-facts map[domain:shop.evil.example fabricated:true sensitive:false stealer:false verified:true]"}
	turns(t, "hibp-breaches", hibpWorld, []turn{
		{"breached", "evil.example", nil, pipeline.OK, "", whole},
		{"never", "good.example", nil, pipeline.Empty, "", nil},
		{"no name in one", "evil.example", []string{`"Name":"EvilCorp"`, `"Called":"EvilCorp"`}, pipeline.Malformed, "no list of breaches", nil},
		{"an object", "evil.example", []string{jsonHead, failing("200", `{"statusCode":429,"message":"Rate limit is exceeded."}`)}, pipeline.Malformed, "no list", nil},
		{"not there", "good.example", []string{`/v3/breaches --` + "\n", `/v3/other --` + "\n"}, pipeline.Malformed, "404", nil},
		{"a challenge", "evil.example", []string{jsonHead, "status 403\nContent-Type: text/html\n\n<title>Just a moment...</title>\n-- https://unused.example/ --\n\n"}, pipeline.Blocked, "", nil},
		{"too fast", "evil.example", []string{jsonHead, failing("429\nRetry-After: 9", `{"statusCode":429}`)}, pipeline.RateLimited, "", nil},
	})
}

// The search counts mailboxes and names none.
func TestHIBPDomain(t *testing.T) {
	turns(t, "hibp-domain", hibpWorld, []turn{
		{"mailboxes", "evil.example", nil, pipeline.OK, "", []string{"breached-in breach:evilcorp map[as:mailboxes by:Have I Been Pwned mailboxes:2]",
			"breached-in breach:shop map[as:mailboxes by:Have I Been Pwned mailboxes:2]"}},
		{"none", "good.example", nil, pipeline.Empty, "", nil},
		{"a page that is not there", "good.example", []string{"/v3/* --\nstatus 404\n", "/v3/* --\nstatus 404\n\n<p>Not here"}, pipeline.Malformed, "404", nil},
		{"not verified", "evil.example", []string{`breacheddomain/evil.example --` + "\n", `breacheddomain/evil.example --` + "\nstatus 403\n"}, pipeline.Unauthorized, "verified the domain", nil},
		{"not the key", "evil.example", []string{`breacheddomain/evil.example --` + "\n", `breacheddomain/evil.example --` + "\nstatus 401\n"}, pipeline.Unauthorized, "401", nil},
		{"a list", "evil.example", []string{`{"ann.thropp"`, `[{"ann.thropp"`, `"none":[]}`, `"none":[]}]`}, pipeline.Malformed, "no list of mailboxes", nil},
		{"no breach", "evil.example", []string{`["EvilCorp","Shop","EvilCorp"]`, `[]`, `["EvilCorp"]`, `[]`, `"x":"Shop"`, `"x":[]`}, pipeline.Malformed, "no breach", nil},
	})
	keyIn(t, "hibp-domain", hibpWorld, "evil.example", "haveibeenpwned.com", "Hibp-Api-Key")
}

func TestHIBPAccount(t *testing.T) {
	turns(t, "hibp-account", hibpWorld, []turn{
		{"breached", "ann@thropp.example", nil, pipeline.OK, "", []string{"breached-in breach:evilcorp",
			"evilcorp | breach-facts map[accounts:3 classes:Email addresses date:2025-10-04T00:00:00Z fabricated:false sensitive:false stealer:false title:Evil Corp verified:true]"}},
		{"in none that is shown", "bob@thropp.example", nil, pipeline.Empty, "", nil},
		{"a page that is not there", "bob@thropp.example", []string{"/v3/* --\nstatus 404\n", "/v3/* --\nstatus 404\n\n<p>Not here"}, pipeline.Malformed, "404", nil},
		{"too fast", "ann@thropp.example", []string{"truncateResponse=false --\n", "truncateResponse=false --\nstatus 429\nRetry-After: 9\n"}, pipeline.RateLimited, "", nil},
	})
	keyIn(t, "hibp-account", hibpWorld, "ann@thropp.example", "haveibeenpwned.com", "Hibp-Api-Key")
}

// What is told of one mailbox can be kept as a careful policy keeps it: whose it is
// under a key of its own, the breach itself in clear.
func TestHIBPAccountCanBeSealed(t *testing.T) {
	handling := compliance.Categories{pipeline.Technical: compliance.AllowIt, pipeline.Contact: compliance.Seal, pipeline.BreachFact: compliance.Seal, pipeline.Content: compliance.Seal}
	gate := compliance.New(compliance.Policy{Profile: "careful", Persons: compliance.ByLaw, Categories: handling}, compliance.Job{})
	i := slices.IndexFunc(threat.All(), func(e collectors.Entry) bool { return e.Spec.Name == "hibp-account" })
	person, _ := pipeline.ParseEntity("ann@thropp.example")
	shop, _ := pipeline.NewEntity(pipeline.KindBreach, "Shop")
	for _, c := range []struct {
		said pipeline.Observation
		keep pipeline.Keep
	}{
		{pipeline.Observation{Subject: person, Predicate: "breached-in", Object: &shop, Category: pipeline.BreachFact}, pipeline.KeepSealed},
		{pipeline.Observation{Subject: shop, Predicate: "breach-facts", Value: map[string]any{"title": "Shop"}, Category: pipeline.Technical}, pipeline.KeepRaw},
	} {
		if _, r := gate.Keep(threat.All()[i].Spec, c.said); r.Verdict != pipeline.Allow || r.Keep != c.keep {
			t.Errorf("%s: %+v", c.said.Predicate, r)
		}
	}
}
