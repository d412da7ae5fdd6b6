package infrastructure_test

import (
	"context"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

const censysWorld = `
-- dns://. --
api.platform.censys.io. A 203.0.113.200

-- https://api.platform.censys.io/v3/global/asset/host/192.0.2.10?organization_id=trial-key-of-the-lab --
Content-Type: application/json

{"result":{"resource":{"ip":"192.0.2.10","location":{"country_code":"GB","city":"London"},"autonomous_system":{"asn":"64500","bgp_prefix":"192.0.2.0/24"},
"dns":{"reverse_dns":{"names":["www.corp.example"]}},"whois":{"contact":"Ann"},"services":[
{"port":"502","protocol":"MODBUS","transport_protocol":"tcp","scan_time":"2026-11-01T00:00:00Z","software":[]},
{"port":8443,"protocol":"HTTP","transport_protocol":"tcp","software":[{"product":"PAN-OS","version":"10.1"},{"cpe":"cpe:2.3:a:f5:nginx:1.25:*"}]},{"port":0}]}}}

-- POST https://api.platform.censys.io/v3/global/search/query?organization_id=trial-key-of-the-lab --
Content-Type: application/json

{"result":{"hits":[{"certificate_v1":{"resource":{"names":["vpn.corp.example","*.corp.example","vpn.other.example"]}}},{"host_v1":{}}],"total_hits":1,"next_page_token":""}}
`

func TestCensysHost(t *testing.T) {
	all := []string{
		"192.0.2.10 part-of netblock:192.0.2.0/24 route", "192.0.2.10 announced-by asn:AS64500", "192.0.2.0/24 announced-by asn:AS64500",
		"192.0.2.10 geolocated-in map[by:censys city:London country:GB]", "192.0.2.10 reverse-name host:www.corp.example",
		"192.0.2.10 listens-on service:192.0.2.10:502/tcp", "192.0.2.10:502/tcp service-banner map[industrial:true protocol:modbus seen:2026-11-01T00:00:00Z]",
		"192.0.2.10 listens-on service:192.0.2.10:8443/tcp", "192.0.2.10:8443/tcp service-banner map[industrial:false product:PAN-OS protocol:http version:10.1]",
		"192.0.2.10 runs technology:pan-os/10.1 map[category:firewall seen:survey]", "192.0.2.10 runs technology:nginx/1.25 map[category: seen:survey]",
	}
	head := "Content-Type: application/json\n\n{\"result\":{\"resource\""
	cases := failures(head)
	cases[1].reason = "CENSYS_ORG_ID"
	surveys(t, "censys-host", "192.0.2.10", censysWorld, append(cases,
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"no services", `"services":[`, `"services":null,"x":[`, pipeline.OK, "", all[:5]},
		survey{"not seen", head, "status 404\nContent-Type: application/problem+json\n\n{\"title\":\"Not Found\",\"x\":{\"resource\"", pipeline.Empty, "", nil},
		survey{"another address", `"ip":"192.0.2.10"`, `"ip":"192.0.2.11"`, pipeline.Malformed, "not about the address", nil},
		survey{"a page that says 404", head, "status 404\nContent-Type: text/html\n\n<p>", pipeline.Malformed, "", nil},
		survey{"an error in form", `{"result":{"resource"`, `{"error":{"code":403},"x":{"resource"`, pipeline.Malformed, "", nil},
		survey{"unpaid", head, "status 402\n" + head, pipeline.QuotaExceeded, "", nil},
	))
	unseen := trial.Tell(t, infrastructure.All(), "censys-host", "192.0.2.11", censysWorld+"\n-- https://api.platform.censys.io/v3/* --\nstatus 404\n\n{\"title\":\"Not Found\",\"status\":404}\n")
	unseen.Ends(t, pipeline.Empty, "")
	// Who acts for no organisation names none.
	alone := trial.Tell(t, infrastructure.All(), "censys-host", "192.0.2.11", censysWorld+"\n-- https://api.platform.censys.io/v3/* --\nstatus 404\n\n{\"title\":\"Not Found\",\"status\":404}\n", func(o *collectors.Options) {
		o.Keys = func(_ context.Context, name string) ([]string, error) {
			if name == "CENSYS_ORG_ID" {
				return nil, nil
			}
			return []string{trial.Key}, nil
		}
	})
	alone.Ends(t, pipeline.Empty, "")
	for i, got := range []*trial.Told{unseen, alone} {
		if q := got.Asked("api.platform.censys.io"); len(q) != 1 || (q[0] == "GET /v3/global/asset/host/192.0.2.11") != (i == 1) {
			t.Errorf("asked %q", q)
		}
		if x := got.Exchanges; len(x) != 1 || x[0].Credential != "Authorization" {
			t.Errorf("recorded %+v", x)
		}
	}
}

func TestCensysSearch(t *testing.T) {
	found := []string{"corp.example has-name host:vpn.corp.example"}
	head := "Content-Type: application/json\n\n{\"result\":{\"hits\""
	surveys(t, "censys-search", "corp.example", censysWorld, append(failures(head),
		survey{"as it should be", "", "", pipeline.OK, "", found},
		survey{"a page that leads back", `"next_page_token":""`, `"next_page_token":"x"`, pipeline.Partial, "leads back", found},
		survey{"nothing", `{"hits":[`, `{"hits":[],"x":[`, pipeline.Empty, "", nil},
		survey{"hits that are a text", `{"hits":[`, `{"hits":"none","x":[`, pipeline.Malformed, "no list of hits", nil},
	))
}
