package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const urlscanWorld = `
-- dns://. --
urlscan.io. A 203.0.113.200

-- https://urlscan.io/api/v1/search/?q=page.apexDomain:"corp.example" --
Content-Type: application/json

{"results":[{"_id":"0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001","sort":[20,"a"],"task":{"time":"2026-11-02T00:00:00.000Z","url":"https://www.corp.example/?who=ann"},
"page":{"url":"https://www.corp.example/","domain":"WWW.corp.example","ip":"192.0.2.10","server":"nginx","status":"200","title":"Corp"},"verdicts":{"malicious":false}},
{"_id":"x","sort":[19,"b"],"task":{"time":"2026-11-01T00:00:00.000Z"},"page":{"url":"https://www.corp.example/ann","domain":"www.corp.example","ip":"192.0.2.11","title":"Ann"}},
{"_id":"y","sort":[18,"c"],"page":{"domain":"corp.example.evil.test","ip":"192.0.2.99"}}],"has_more":true}

-- https://urlscan.io/api/v1/search/?q=page.apexDomain:"corp.example"&search_after=18,c --
Content-Type: application/json

{"results":[{"_id":"z","sort":[17,"d"],"task":{},"page":{"url":"https://corp.example/?a=1","domain":"corp.example","title":"Ann's page","status":"wrong"}}],"has_more":false}

-- https://urlscan.io/api/v1/search/?q=page.ip:"192.0.2.10" --
Content-Type: application/json

{"results":[{"_id":"z","sort":[17,"d"],"page":{"domain":"www.corp.example","ip":"192.0.2.10"}},{"page":{"domain":"a.example","ip":"192.0.2.12"}}]}

-- https://urlscan.io/api/v1/search/?q=page.domain:"www.corp.example" --
Content-Type: application/json

{"results":[],"total":0,"has_more":false}
`

func TestURLScan(t *testing.T) {
	one := []string{
		"corp.example has-name host:www.corp.example",
		"www.corp.example resolved-to ip:192.0.2.10 map[last:2026-11-02T00:00:00Z type:A]", "www.corp.example resolved-to ip:192.0.2.11 map[last:2026-11-01T00:00:00Z type:A]",
		"www.corp.example scanned-as map[at:2026-11-02T00:00:00Z ip:192.0.2.10 malicious:false server:nginx status:200 title:Corp url:https://urlscan.io/result/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001/]",
	}
	all := append(one[:4:4], "corp.example scanned-as map[]")
	surveys(t, "urlscan", "corp.example", urlscanWorld, append(failures("Content-Type: application/json\n\n{\"results\":[{\"_id\":\"0199"),
		survey{"two pages", "", "", pipeline.OK, "", all},
		survey{"a title that steers terminals", `"title":"Corp"`, `"title":"\u001b[2JCorp\nann@corp.example"`, pipeline.OK, "", append([]string{
			strings.Replace(one[3], "title:Corp", "title:[2JCorp withheld@corp.example", 1)}, append(one[:3:3], all[4])...)},
		survey{"a second page that fails", "search_after=18,c --\n", "search_after=18,c --\nstatus 429\nX-Rate-Limit-Reset-After: 7200\n", pipeline.Partial, "page 2", one},
		survey{"a second page that leads back", `"sort":[17,"d"],"task":{},"page":{"url":"https://corp.example/?a=1","domain":"corp.example","title":"Ann's page","status":"wrong"}}],"has_more":false`,
			`"sort":[18,"c"],"page":{"domain":"corp.example"}}],"has_more":true`, pipeline.Partial, "leads back", all},
		survey{"no cursor", `"sort":[18,"c"],`, ``, pipeline.Partial, "where the next begins", one},
		survey{"results that are a text", `{"results":[{"_id":"0199`, `{"results":"none","x":[{"_id":"0199`, pipeline.Malformed, "no list of results", nil},
		survey{"results of something else", `{"results":[{"_id":"0199`, `{"results":["a","b"],"x":[{"_id":"0199`, pipeline.Malformed, "something else", nil},
		survey{"an error in form", `{"results":[{"_id":"0199`, `{"message":"quota","status":200,"x":[{"_id":"0199`, pipeline.Malformed, "no list of results", nil},
	))
	surveys(t, "urlscan", "192.0.2.10", urlscanWorld, []survey{{"an address", "", "", pipeline.OK, "", []string{
		"www.corp.example resolved-to ip:192.0.2.10 map[type:A]", "192.0.2.10 scanned-as map[ip:192.0.2.10]"}}})
	surveys(t, "urlscan", "www.corp.example", urlscanWorld, []survey{{"nothing", "", "", pipeline.Empty, "", nil}})
}
