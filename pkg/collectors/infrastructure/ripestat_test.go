package infrastructure_test

import (
	"slices"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const ripestatWorld = `
-- dns://. --
stat.ripe.net. A 203.0.113.200

-- https://stat.ripe.net/data/prefix-overview/data.json?resource=192.0.2.10&sourceapp=osint --
Content-Type: application/json

{"status":"ok","data":{"announced":true,"resource":"192.0.2.0/24","asns":[{"asn":"64500","holder":"CORP - Corp Ltd"},{"asn":64501,"holder":"Ann Holder"}]}}

-- https://stat.ripe.net/data/routing-status/* --
Content-Type: application/json

{"status":"ok","data":{"visibility":{"v4":{"ris_peers_seeing":"320","total_ris_peers":350},"v6":[]},"first_seen":{"time":"2011-02-13T00:00:00"},"last_seen":[]}}

-- https://stat.ripe.net/data/abuse-contact-finder/data.json?resource=192.0.2.10 --
Content-Type: application/json

{"status":"ok","data":{"abuse_contacts":["abuse@corp.example","none"]}}

-- https://stat.ripe.net/data/as-overview/* --
Content-Type: application/json

{"status":"ok","data":{"resource":"64500","holder":"CORP"}}

-- https://stat.ripe.net/data/announced-prefixes/* --
Content-Type: application/json

{"status":"ok","data":{"prefixes":[{"prefix":"192.0.2.0/24","timelines":[{"starttime":"2026-10-01T00:00:00","endtime":"2026-11-01T00:00:00"},{"starttime":"2026-09-01T00:00:00"}]},{"prefix":"2001:db8::/32"},{"prefix":"x"}]}}

-- https://stat.ripe.net/data/asn-neighbours/* --
Content-Type: application/json

{"status":"ok","data":{"neighbours":[{"asn":64510,"type":"left","power":"7"},{"asn":64500,"type":"right"},{"asn":64511,"type":"uncertain"}]}}

-- https://stat.ripe.net/data/network-info/* --
Content-Type: application/json

{"status":"ok","data":{"asns":["64500"],"prefix":"192.0.2.0/24"}}

-- https://stat.ripe.net/data/rpki-validation/data.json?resource=AS64500&prefix=192.0.2.0/24 --
Content-Type: application/json

{"status":"ok","data":{"status":"invalid_length","validating_roas":[{"prefix":"192.0.0.0/16"}]}}
`

func TestRIPEstat(t *testing.T) {
	route := []string{
		"192.0.2.10 part-of netblock:192.0.2.0/24 route", "192.0.2.10 announced-by asn:AS64500", "192.0.2.10 announced-by asn:AS64501",
		"192.0.2.0/24 announced-by asn:AS64500", "192.0.2.0/24 announced-by asn:AS64501", "AS64500 network-name CORP",
	}
	seen := "192.0.2.10 route-visibility map[first:2011-02-13T00:00:00Z of:350 seen:320]"
	abuse := "192.0.2.10 has-contact email:abuse@corp.example abuse"
	all := append(slices.Clone(route), seen, abuse)
	first := "sourceapp=osint --\n"
	head := "Content-Type: application/json\n\n{\"status\":\"ok\",\"data\":{\"visibility\""
	surveys(t, "ripestat", "192.0.2.10", ripestatWorld, append(failures("Content-Type: application/json\n\n{\"status\":\"ok\",\"data\":{\"announced\"")[:4],
		survey{"led to the front page", first, first + "status 302\nLocation: /\n", pipeline.Partial, "led elsewhere", []string{seen, abuse}},
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"announced by nobody", `"announced":true`, `"announced":false`, pipeline.OK, "", []string{seen, abuse}},
		survey{"a route elsewhere", `"resource":"192.0.2.0/24"`, `"resource":"198.51.100.0/24"`, pipeline.OK, "", []string{"AS64500 network-name CORP", seen, abuse}},
		survey{"the route of everything", `"resource":"192.0.2.0/24"`, `"resource":"0.0.0.0/0"`, pipeline.OK, "", []string{"AS64500 network-name CORP", seen, abuse}},
		survey{"a visibility of nothing", `"320","total_ris_peers":350`, `0,"total_ris_peers":0`, pipeline.OK, "", append(slices.Clone(route), abuse)},
		survey{"one call out of order", head, "status 503\n" + head, pipeline.Partial, "503", route},
		survey{"one call without its form", `"visibility":{`, `"visible":{`, pipeline.Partial, "routing-status", append(slices.Clone(route), abuse)},
		survey{"an error in form", `"status":"ok","data":{"announced"`, `"status":"error","messages":[["error","no"]],"data":{"announced"`, pipeline.Partial, "prefix-overview failed", []string{seen, abuse}},
		survey{"maintenance", `"status":"ok","data":{"announced"`, `"status":"maintenance","data":{"announced"`, pipeline.Unreachable, "maintained", nil},
		survey{"data that is a text", `"data":{"announced":true,"resource":"192.0.2.0/24","asns":[{"asn":"64500","holder":"CORP - Corp Ltd"},{"asn":64501,"holder":"Ann Holder"}]}`, `"data":"none"`, pipeline.Partial, "no data", []string{seen, abuse}},
		survey{"a page", first + "Content-Type: application/json\n\n{", first + "Content-Type: text/html\n\n<p>{", pipeline.Partial, "HTML", []string{seen, abuse}},
	))
	surveys(t, "ripestat", "AS64500", ripestatWorld, []survey{
		{"an AS", "", "", pipeline.OK, "", []string{
			"AS64500 network-name CORP", "AS64500 route-visibility map[first:2011-02-13T00:00:00Z of:350 seen:320]",
			"AS64500 announces netblock:192.0.2.0/24 map[first:2026-09-01T00:00:00Z last:2026-11-01T00:00:00Z]", "AS64500 announces netblock:2001:db8::/32 map[]",
			"AS64500 neighbour-of asn:AS64510 map[power:7 side:left]",
		}},
		{"another AS", `"resource":"64500","holder"`, `"resource":"64999","holder"`, pipeline.Partial, "as-overview", []string{
			"AS64500 route-visibility map[first:2011-02-13T00:00:00Z of:350 seen:320]",
			"AS64500 announces netblock:192.0.2.0/24 map[first:2026-09-01T00:00:00Z last:2026-11-01T00:00:00Z]", "AS64500 announces netblock:2001:db8::/32 map[]",
			"AS64500 neighbour-of asn:AS64510 map[power:7 side:left]",
		}},
		{"no more than are told", `{"prefix":"x"}`, strings.Repeat(`{"prefix":"x"},`, 1000) + `{"prefix":"192.0.2.0/24"}`, pipeline.Partial, "of which 1000", []string{
			"AS64500 network-name CORP", "AS64500 route-visibility map[first:2011-02-13T00:00:00Z of:350 seen:320]",
			"AS64500 announces netblock:192.0.2.0/24 map[first:2026-09-01T00:00:00Z last:2026-11-01T00:00:00Z]", "AS64500 announces netblock:2001:db8::/32 map[]",
			"AS64500 neighbour-of asn:AS64510 map[power:7 side:left]",
		}},
	})
}

func TestRPKI(t *testing.T) {
	says := func(state string) []string {
		return []string{"192.0.2.10 route-validity map[asn:AS64500 prefix:192.0.2.0/24 roas:1 state:" + state + "]"}
	}
	surveys(t, "rpki", "192.0.2.10", ripestatWorld, append(failures("Content-Type: application/json\n\n{\"status\":\"ok\",\"data\":{\"asns\""),
		survey{"too long a prefix", "", "", pipeline.OK, "", says("invalid-length")},
		survey{"another's route", `"status":"invalid_length"`, `"status":"invalid_asn"`, pipeline.OK, "", says("invalid-asn")},
		survey{"valid", `"status":"invalid_length"`, `"status":"valid"`, pipeline.OK, "", says("valid")},
		survey{"nobody said", `"status":"invalid_length"`, `"status":"unknown"`, pipeline.OK, "", says("not-found")},
		survey{"a state of its own", `"status":"invalid_length"`, `"status":"fine"`, pipeline.Malformed, "whether the route is valid", nil},
		survey{"announced by nobody", `"asns":["64500"]`, `"asns":[]`, pipeline.Empty, "", nil},
		survey{"nothing of who announces it", `"asns":["64500"],`, ``, pipeline.Malformed, "who announces it", nil},
		survey{"a set of origins", `"asns":["64500"]`, `"asns":["{64500 64501}"]`, pipeline.Malformed, "no single AS", nil},
		survey{"four origins", `"asns":["64500"]`, `"asns":["64500","64500","64500","64501"]`, pipeline.Partial, "4 origins", says("invalid-length")},
		survey{"a second that nobody answers", `"asns":["64500"]`, `"asns":["64500","64501"]`, pipeline.Partial, "a further origin", says("invalid-length")},
		survey{"a route elsewhere", `"prefix":"192.0.2.0/24"}}`, `"prefix":"198.51.100.0/24"}}`, pipeline.Malformed, "does not hold", nil},
	))
}
