package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const whoisXMLWorld = `
-- dns://. --
www.whoisxmlapi.com. A 203.0.113.212
subdomains.whoisxmlapi.com. A 203.0.113.213

-- https://www.whoisxmlapi.com/whoisserver/WhoisService?domainName=acme.example --
Content-Type: application/json

{"WhoisRecord":{"domainName":"ACME.example","createdDate":"1995-08-14T04:00:00Z","updatedDate":"long ago","updatedDateNormalized":"2026-01-02 00:00:00 UTC","registrarName":"Names Ltd","registrarIANAID":9999,
"registrant":{"name":"REDACTED FOR PRIVACY","organization":"Acme Corp","countryCode":"GB","email":"Select Request Email Form at https://x.example/"},
"technicalContact":{"name":"Jane Doe","email":"jane@acme.example","telephone":"+442079460000"},
"status":"clientTransferProhibited https://icann.org/epp#clientTransferProhibited","nameServers":{"hostNames":["NS1.acme.example"],"ips":[]},
"registryData":{"domainName":"acme.example","createdDate":"1996-01-01T00:00:00Z","expiresDate":"2027-08-13T04:00:00Z"},"parseCode":"8","new":{}}}

-- https://subdomains.whoisxmlapi.com/api/v2?domainName=acme.example --
Content-Type: application/json

{"search":"acme.example","result":{"count":2,"records":[{"domain":"a.acme.example","firstSeen":1700000000,"lastSeen":"1767312000"},{"domain":"b.other.example"},7],"nextPageSearchAfter":"x"}}

-- https://subdomains.whoisxmlapi.com/api/v2?domainName=acme.example&searchAfter=x --
Content-Type: application/json

{"result":{"records":[{"domain":"*.c.acme.example"}],"nextPageSearchAfter":""}}
`

func TestWhoisXML(t *testing.T) {
	at := "WhoisService?domainName=acme.example --\n"
	said := []string{"registration acme.example", "registered-at 1995-08-14T04:00:00Z", "changed-at 2026-01-02T00:00:00Z", "expires-at 2027-08-13T04:00:00Z", "registry-status client transfer prohibited",
		"delegated-to host:ns1.acme.example", "registered-by organization:Names Ltd 9999", "registrant-country GB", "registered-to organization:Acme Corp",
		"has-contact person:Jane Doe technical", "has-contact email:jane@acme.example technical", "has-contact phone:+442079460000 technical"}
	bare := append([]string(nil), said[0], said[1], said[2], said[4], said[5], said[6], said[7], said[8], said[9], said[10], said[11])
	cases := []listCase{
		{"both records", "{", "{", pipeline.OK, "", said},
		{"without the registry's", `"registryData"`, `"registry"`, pipeline.OK, "", bare},
		{"another domain", `"ACME.example"`, `"other.example"`, pipeline.Malformed, "a record of the domain", nil},
		{"no data", `"ACME.example","createdDate":"1995-08-14T04:00:00Z","updatedDate":"long ago","updatedDateNormalized":"2026-01-02 00:00:00 UTC","registrarName":"Names Ltd","registrarIANAID":9999,
"registrant":{"name":"REDACTED FOR PRIVACY","organization":"Acme Corp","countryCode":"GB","email":"Select Request Email Form at https://x.example/"},
"technicalContact":{"name":"Jane Doe","email":"jane@acme.example","telephone":"+442079460000"},
"status":"clientTransferProhibited https://icann.org/epp#clientTransferProhibited","nameServers":{"hostNames":["NS1.acme.example"],"ips":[]},
"registryData":{"domainName":"acme.example","createdDate":"1996-01-01T00:00:00Z","expiresDate":"2027-08-13T04:00:00Z"}`, `"acme.example","dataError":"MISSING_WHOIS_DATA"`, pipeline.Empty, "", nil},
		{"the key is not taken", `{"WhoisRecord"`, `{"ErrorMessage":{"errorCode":"AUTHENTICATE_03","msg":"trial-key-of-the-lab"},"x"`, pipeline.Unauthorized, "did not take the key", nil},
		{"another error", `{"WhoisRecord"`, `{"ErrorMessage":{"errorCode":"WHOIS_02"},"x"`, pipeline.Malformed, "a record", nil},
		{"no record", `{"WhoisRecord"`, `{"x"`, pipeline.Malformed, "a record", nil},
		{"credits used up", at, at + "status 403\n", pipeline.QuotaExceeded, "credits", nil},
		{"unpaid", at, at + "status 402\n", pipeline.QuotaExceeded, "credits", nil},
		{"bad key", at, at + "status 401\n", pipeline.Unauthorized, "401", nil},
		{"not there", at, at + "status 404\n", pipeline.Malformed, "404", nil},
		{"too fast", at, at + "status 429\nRetry-After: 3600\n", pipeline.RateLimited, "429", nil},
		{"HTML", `{"WhoisRecord"`, `<html>`, pipeline.Malformed, "HTML", nil},
	}
	tryList(t, "whoisxml", whoisXMLWorld, cases)
	got := trial.Tell(t, infrastructure.All(), "whoisxml", "acme.example", whoisXMLWorld)
	if q := got.Asked("www.whoisxmlapi.com"); len(q) != 1 || !strings.HasSuffix(q[0], "&apiKey="+trial.Key) || strings.Contains(got.Exchanges[0].Locator, trial.Key) {
		t.Errorf("asked %q, recorded %q", q, got.Exchanges[0].Locator)
	}
	trial.Tell(t, infrastructure.All(), "whoisxml", "acme.example", whoisXMLWorld, func(o *collectors.Options) { o.Keys = nil }).Ends(t, pipeline.NoKey, "WHOISXML_API_KEY")
}

func TestWhoisXMLNames(t *testing.T) {
	at := "api/v2?domainName=acme.example --\n"
	a, c := "has-name host:a.acme.example map[first:2023-11-14T22:13:20Z last:2026-01-02T00:00:00Z]", "has-name host:c.acme.example"
	tryList(t, "whoisxml-names", whoisXMLWorld, []listCase{
		{"two pages", "{", "{", pipeline.OK, "", []string{a, c}},
		{"one page", `"nextPageSearchAfter":"x"`, `"nextPageSearchAfter":""`, pipeline.OK, "", []string{a}},
		{"none known", `[{"domain":"a.acme.example","firstSeen":1700000000,"lastSeen":"1767312000"},{"domain":"b.other.example"},7],"nextPageSearchAfter":"x"`, `[],"nextPageSearchAfter":""`, pipeline.Empty, "", nil},
		{"in circles", `"nextPageSearchAfter":""`, `"nextPageSearchAfter":"x"`, pipeline.Partial, "leads back", []string{a, c}},
		{"the second is out of order", "searchAfter=x --\n", "searchAfter=x --\nstatus 503\n", pipeline.Partial, "page 2: unreachable", []string{a}},
		{"a text for a list", `"records":[{"domain":"a`, `"records":"none","was":[{"domain":"a`, pipeline.Malformed, "a page of names", nil},
		{"an error object", `{"search"`, `{"code":403,"messages":"Access restricted"}` + "\n-- https://subdomains.whoisxmlapi.com/x --\n\n" + `{"search"`, pipeline.Malformed, "a page of names", nil},
		{"credits used up", at, at + "status 403\n", pipeline.QuotaExceeded, "credits", nil},
		{"too fast", at, at + "status 429\nRetry-After: 3600\n", pipeline.RateLimited, "429", nil},
		{"not there", at, at + "status 404\n", pipeline.Malformed, "404", nil},
	})
}

const trailsWorld = `
-- dns://. --
api.securitytrails.com. A 203.0.113.211

-- https://api.securitytrails.com/v1/domain/acme.example --
Content-Type: application/json

{"hostname":"acme.example","apex_domain":"acme.example","current_dns":{"a":{"first_seen":"2020-01-01","values":[{"ip":"192.0.2.10"},{"ip":"none"},7]},"aaaa":{"values":[{"ipv6":"2001:db8::1"}]},
"soa":{"values":[{"email":"jane.acme.example"}]},"txt":[]}}

-- https://api.securitytrails.com/v1/domain/acme.example/subdomains?children_only=false&include_inactive=true --
Content-Type: application/json

{"meta":{"limit_reached":false},"subdomains":["www","a.b","*",""]}

-- https://api.securitytrails.com/v1/history/acme.example/dns/a --
Content-Type: application/json

{"records":[{"first_seen":"2016-02-01","last_seen":"2019-12-31","values":[{"ip":"192.0.2.77"}]},{"values":{"ip":"192.0.2.78"}}],"pages":1}
`

func TestSecurityTrails(t *testing.T) {
	at, subs, history := "domain/acme.example --\n", "inactive=true --\n", "dns/a --\n"
	now := []string{"resolved-to ip:192.0.2.10 map[first:2020-01-01T00:00:00Z type:A]", "resolved-to ip:2001:db8::1 map[type:AAAA]"}
	names := []string{"has-name host:www.acme.example", "has-name host:a.b.acme.example"}
	before := []string{"resolved-to ip:192.0.2.77 map[first:2016-02-01T00:00:00Z last:2019-12-31T00:00:00Z type:A]", "resolved-to ip:192.0.2.78 map[type:A]"}
	join := func(lists ...[]string) (all []string) {
		for _, l := range lists {
			all = append(all, l...)
		}
		return all
	}
	tryList(t, "securitytrails", trailsWorld, []listCase{
		{"all of it", "{", "{", pipeline.OK, "", join(now, names, before)},
		{"nothing known", at, at + "status 404\n\n{\"message\":\"No record found\"}\n\n-- https://api.securitytrails.com/x --\n", pipeline.Empty, "", nil},
		{"404 of another sort", at, at + "status 404\n", pipeline.Malformed, "404", nil},
		{"about another name", `"acme.example","apex_domain":"acme.example"`, `"other.example"`, pipeline.Malformed, "another name", nil},
		{"the key is not taken", at, at + "status 403\n\n{\"message\":\"Invalid authentication credentials\"}\n\n-- https://api.securitytrails.com/x --\n", pipeline.Unauthorized, "did not take", nil},
		{"forbidden", at, at + "status 403\n", pipeline.Blocked, "403", nil},
		{"bad key", at, at + "status 401\n", pipeline.Unauthorized, "401", nil},
		{"the month's allowance", at, at + "status 429\n\n{\"message\":\"You've exceeded the usage limits for your account.\"}\n\n-- https://api.securitytrails.com/x --\n", pipeline.QuotaExceeded, "month's allowance", nil},
		{"the month's allowance, for an hour", at, at + "status 429\nRetry-After: 3600\n\n{\"message\":\"You've exceeded the usage limits for your account.\"}\n\n-- https://api.securitytrails.com/x --\n", pipeline.QuotaExceeded, "month's allowance", nil},
		{"too fast", at, at + "status 429\nRetry-After: 3600\n", pipeline.RateLimited, "429", nil},
		{"names are not for this plan", subs, subs + "status 403\n", pipeline.Partial, "names: blocked", join(now, before)},
		{"more names than the plan shows", `"limit_reached":false`, `"limit_reached":true`, pipeline.Partial, "than the plan shows", join(now, names, before)},
		{"no names", `"subdomains"`, `"domains"`, pipeline.Partial, "no list of names", join(now, before)},
		{"no history", `"records"`, `"recordings"`, pipeline.Partial, "no list of records", join(now, names)},
		{"more pages of history", `"pages":1`, `"pages":"3"`, pipeline.Partial, "3 pages", join(now, names, before)},
		{"history is out of order", history, history + "status 503\n", pipeline.Partial, "history: unreachable", join(now, names)},
	})
	got := trial.Tell(t, infrastructure.All(), "securitytrails", "acme.example", trailsWorld)
	for _, r := range got.Lab.Log() {
		if r.Service == "https" && r.Header.Get("Apikey") != trial.Key {
			t.Errorf("%s went without its key", r.Question)
		}
	}
}
