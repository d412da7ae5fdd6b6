package infrastructure_test

import (
	"context"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const cvedbWorld = `
-- dns://. --
cvedb.shodan.io. A 203.0.113.200

-- https://cvedb.shodan.io/cve/CVE-2024-90001 --
Content-Type: application/json

{"cve_id":"CVE-2024-90001","summary":"words","cvss_v2":"7.5","cvss_v3":9.8,"epss":0.5,"ranking_epss":0.99,"kev":true,"ransomware_campaign":"Known"}

-- https://cvedb.shodan.io/* --
status 404
Content-Type: application/json

{"detail":"No information available"}
`

func TestCVEDB(t *testing.T) {
	scores := []string{"CVE-2024-90001 severity-score map[by:shodan-cvedb score:7.5 severity:high version:2.0]",
		"CVE-2024-90001 severity-score map[by:shodan-cvedb score:9.8 severity:critical version:3]"}
	likely := "CVE-2024-90001 exploit-probability map[epss:0.5 percentile:0.99]"
	known := "CVE-2024-90001 exploited map[ransomware:true]"
	surveys(t, "cvedb", "CVE-2024-90001", cvedbWorld, append(failures("Content-Type: application/json\n\n{\"cve_id\""),
		survey{"as it should be", "", "", pipeline.OK, "", append(scores, likely, known)},
		survey{"not known to be exploited", `"kev":true`, `"kev":"false"`, pipeline.OK, "", append(scores, likely, "CVE-2024-90001 not exploited")},
		survey{"nothing about that", `"kev":true,`, ``, pipeline.OK, "", append(scores, likely)},
		survey{"nobody knows", `"kev":true`, `"kev":null`, pipeline.OK, "", append(scores, likely)},
		survey{"not on this plan", `"kev":true`, `"kev":"upgrade to see"`, pipeline.OK, "", append(scores, likely)},
		survey{"a probability that is none", `0.5`, `50`, pipeline.OK, "", append(scores, known)},
		survey{"no score", `"cvss_v2":"7.5","cvss_v3":9.8`, `"cvss_v2":null,"cvss_v3":"high"`, pipeline.OK, "", []string{likely, known}},
		survey{"another CVE", `"cve_id":"CVE-2024-90001"`, `"cve_id":"CVE-2024-1"`, pipeline.Malformed, "not about the CVE", nil},
		survey{"not known", "/cve/CVE-2024-90001", "/cve/CVE-2024-90002", pipeline.Empty, "", nil},
	))
}

const ipinfoWorld = `
-- dns://. --
api.ipinfo.io. A 203.0.113.200

-- https://api.ipinfo.io/lite/192.0.2.10 --
Content-Type: application/json

{"ip":"192.0.2.10","asn":"AS64500","as_name":"Corp Ltd","country_code":"GB","country":"United Kingdom"}
`

func TestIPInfo(t *testing.T) {
	where, who := "192.0.2.10 geolocated-in map[by:ipinfo country:GB]", "192.0.2.10 announced-by asn:AS64500"
	head := "Content-Type: application/json\n\n{\"ip\""
	cases := failures(head)
	cases[1] = survey{"a bad token", head, "status 403\n" + head, pipeline.Unauthorized, "osint keys set IPINFO_TOKEN", nil}
	surveys(t, "ipinfo", "192.0.2.10", ipinfoWorld, append(cases,
		survey{"as it should be", "", "", pipeline.OK, "", []string{where, who}},
		survey{"no country", `"country_code":"GB",`, ``, pipeline.OK, "", []string{who}},
		survey{"no network", `"asn":"AS64500"`, `"asn":""`, pipeline.OK, "", []string{where}},
		survey{"nobody's address", `,"asn":"AS64500"`, `,"bogon":true,"asn":"AS64500"`, pipeline.Empty, "", nil},
		survey{"another address", `"ip":"192.0.2.10"`, `"ip":"192.0.2.11"`, pipeline.Malformed, "not about the address", nil},
		survey{"a wrong address", head, "status 404\nContent-Type: application/json\n\n{\"status\":404,\"error\":{\"title\":\"Wrong ip\"},\"ip\"", pipeline.Skipped, "of this sort", nil},
		survey{"a page that says 404", head, "status 404\nContent-Type: text/html\n\n<p>", pipeline.Malformed, "", nil},
	))
}

const peeringWorld = `
-- dns://. --
www.peeringdb.com. A 203.0.113.200

-- https://www.peeringdb.com/api/net?asn=64500 --
Content-Type: application/json

{"data":[{"id":5,"asn":"64500","info_type":"","info_types":["NSP","Content"],"info_scope":"Global","policy_general":"Open","info_prefixes4":"40","notes":"call Ann"}],"meta":{}}

-- https://www.peeringdb.com/api/netixlan?asn=64500 --
Content-Type: application/json

{"data":[{"asn":64500,"ix_id":7,"name":"LAB-IX: Main","speed":1000},{"asn":64500,"ix_id":"7","name":"LAB-IX: Main","speed":"500"},{"asn":64500,"ix_id":8,"name":"QUAY-IX"},{"asn":1,"ix_id":9,"name":"X"}]}

-- https://www.peeringdb.com/api/ix?id__in=7,8 --
Content-Type: application/json

{"data":[{"id":"7","name":"LAB-IX","city":"London","country":"GB"}]}
`

func TestPeeringDB(t *testing.T) {
	facts := "AS64500 network-facts map[policy:Open prefixes_v4:40 scope:Global type:NSP, Content]"
	at := []string{"AS64500 peers-at map[city:London country:GB exchange:LAB-IX speed_mbps:1500]", "AS64500 peers-at map[exchange:QUAY-IX]"}
	bare := []string{"AS64500 peers-at map[exchange:LAB-IX: Main speed_mbps:1500]", "AS64500 peers-at map[exchange:QUAY-IX]"}
	head := "Content-Type: application/json\n\n{\"data\":[{\"id\":5"
	surveys(t, "peeringdb", "AS64500", peeringWorld, append(failures(head),
		survey{"as it should be", "", "", pipeline.OK, "", append(at, facts)},
		survey{"not there", `{"data":[{"id":5`, `{"data":[],"x":[{"id":5`, pipeline.Empty, "", nil},
		survey{"not there, in its other way", head, "status 404\nContent-Type: application/json\n\n{\"meta\":{\"error\":\"Entity not found\"},\"data\":[{\"id\":5", pipeline.Empty, "", nil},
		survey{"a page that says 404", head, "status 404\nContent-Type: text/html\n\n<p>", pipeline.Malformed, "", nil},
		survey{"another network", `"asn":"64500"`, `"asn":"64501"`, pipeline.Malformed, "another network", nil},
		survey{"data that is a text", `{"data":[{"id":5`, `{"data":"none","x":[{"id":5`, pipeline.Malformed, "no list of net", nil},
		survey{"exchanges that nobody tells", "netixlan?asn=64500 --\n", "netixlan?asn=64500 --\nstatus 429\nRetry-After: 7200\n", pipeline.Partial, "its exchanges", []string{facts}},
		survey{"a number that is none", `"ix_id":8`, `"ix_id":"8&fields=notes"`, pipeline.Partial, "where its exchanges are", append([]string{bare[0]}, facts)},
		survey{"a name that steers terminals, with a mailbox", `"name":"LAB-IX","city":"London"`, `"name":"LAB\u001b[2J-IX ann@x.example","city":"` + strings.Repeat("L", 100) + `"`, pipeline.OK, "",
			[]string{facts, at[1], "AS64500 peers-at map[city:" + strings.Repeat("L", 79) + "… country:GB exchange:LAB[2J-IX withheld@x.example speed_mbps:1500]"}},
		survey{"at none", `{"data":[{"asn":64500,"ix_id":7`, `{"data":[],"x":[{"asn":64500,"ix_id":7`, pipeline.OK, "", []string{facts}},
		survey{"places that nobody tells", "id__in=7,8 --\n", "id__in=7,8 --\nstatus 503\n", pipeline.Partial, "where its exchanges are", append(bare, facts)},
	))
}

const viewsWorld = `
-- dns://. --
api.routeviews.org. A 203.0.113.200

-- https://api.routeviews.org/prefix/192.0.2.10/32 --
Content-Type: application/json

[{"prefix":"192.0.0.0/16","origin_asn":64503,"rpki_state":"valid"},{"prefix":"192.0.2.0/24","origin_asn":"64500","rpki_state":"notfound"},{"prefix":"198.51.100.0/24","origin_asn":1}]

-- https://api.routeviews.org/asn/64500 --
Content-Type: application/json

["192.0.2.0/24","x",7]

-- https://api.routeviews.org/guest/prefix/2001:db8::/32 --
Content-Type: application/json

[{"prefix":"2001:db8::/32","origin_asn":64500,"rpki_state":"perhaps"}]
`

func TestRouteViews(t *testing.T) {
	all := []string{"192.0.2.10 part-of netblock:192.0.2.0/24 route", "192.0.2.10 announced-by asn:AS64500", "192.0.2.0/24 announced-by asn:AS64500",
		"192.0.2.10 route-validity map[asn:AS64500 prefix:192.0.2.0/24 state:not-found]"}
	surveys(t, "routeviews", "192.0.2.10", viewsWorld, append(failures("Content-Type: application/json\n\n[{\"prefix\":\"192.0"),
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"not valid", `"notfound"`, `"invalid"`, pipeline.OK, "", append(all[:3:3], "192.0.2.10 route-validity map[asn:AS64500 prefix:192.0.2.0/24 state:invalid]")},
		survey{"no route", `[{"prefix":"192.0.0.0/16"`, `[],[{"prefix":"192.0.0.0/16"`, pipeline.Malformed, "", nil},
		survey{"a text", `[{"prefix":"192.0.0.0/16","origin_asn":64503,"rpki_state":"valid"},{"prefix":"192.0.2.0/24","origin_asn":"64500","rpki_state":"notfound"},{"prefix":"198.51.100.0/24","origin_asn":1}]`, `{"detail":"slow down"}`, pipeline.Malformed, "no list of routes", nil},
		survey{"elsewhere only", `"192.0.0.0/16","origin_asn":64503,"rpki_state":"valid"},{"prefix":"192.0.2.0/24"`, `"203.0.113.0/24"},{"prefix":"0.0.0.0/0"`, pipeline.Malformed, "do not hold", nil},
	))
	surveys(t, "routeviews", "AS64500", viewsWorld, []survey{
		{"an AS", "", "", pipeline.OK, "", []string{"AS64500 announces netblock:192.0.2.0/24 map[]"}},
		{"nothing", `["192.0.2.0/24","x",7]`, `[]`, pipeline.Empty, "", nil},
		{"too many", `"x"`, strings.Repeat(`"x",`, 1000) + `"x"`, pipeline.Partial, "of which 1000", []string{"AS64500 announces netblock:192.0.2.0/24 map[]"}},
	})
	guest := trial.Tell(t, infrastructure.All(), "routeviews", "2001:db8::/32", viewsWorld, func(o *collectors.Options) {
		o.Keys = func(context.Context, string) ([]string, error) { return nil, nil }
	})
	guest.Ends(t, pipeline.OK, "")
	guest.Says(t, "2001:db8::/32 announced-by asn:AS64500")
}
