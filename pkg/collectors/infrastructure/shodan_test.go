package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

const shodanWorld = `
-- dns://. --
api.shodan.io. A 203.0.113.200

-- https://api.shodan.io/shodan/host/192.0.2.10?key=trial-key-of-the-lab --
Content-Type: application/json

{"ip_str":"192.0.2.10","hostnames":["www.corp.example"],"tags":["cdn"],"ports":[22,"8080",161],"vulns":["CVE-2024-90001"],"data":[
{"port":"22","transport":"tcp","product":"OpenSSH","version":"8.2p1","data":"SSH-2.0-OpenSSH_8.2 hello from Ann","timestamp":"2026-11-20T03:04:05.678901","_shodan":{"module":"ssh"}},
{"port":161,"transport":"udp","data":"Ann's printer","_shodan":{"module":"snmp"},"vulns":{"CVE-2024-90002":{"verified":true,"cvss":9.8,"epss":"0.5"},"x":{}}}]}

-- https://api.shodan.io/* --
status 404
Content-Type: application/json

{"error":"No information available for that IP."}
`

func TestShodan(t *testing.T) {
	all := []string{
		"192.0.2.10 listens-on service:192.0.2.10:22/tcp", "192.0.2.10 listens-on service:192.0.2.10:161/udp", "192.0.2.10 listens-on service:192.0.2.10:8080/tcp",
		"192.0.2.10:22/tcp service-banner map[banner:SSH-2.0-OpenSSH_8.2 industrial:false product:OpenSSH protocol:ssh seen:2026-11-20T03:04:05Z version:8.2p1]",
		"192.0.2.10:161/udp service-banner map[industrial:true protocol:snmp]",
		"192.0.2.10 runs technology:openssh/8.2p1 map[category: seen:survey]", "192.0.2.10 reverse-name host:www.corp.example", "192.0.2.10 used-as map[by:shodan kind:cdn]",
		"192.0.2.10 has-vulnerability vulnerability:CVE-2024-90001 map[basis:version verified:false]",
		"192.0.2.10 has-vulnerability vulnerability:CVE-2024-90002 map[basis:probe cvss:9.8 epss:0.5 verified:true]",
	}
	head := "Content-Type: application/json\n\n{\"ip_str\""
	cases := append(failures(head),
		survey{"as it should be", "", "", pipeline.OK, "", all},
		survey{"not seen", "192.0.2.10?key", "192.0.2.11?key", pipeline.Empty, "", nil},
		survey{"a page that says 404", head, "status 404\nContent-Type: text/html\n\n<p>", pipeline.Malformed, "", nil},
		survey{"another address", `"ip_str":"192.0.2.10"`, `"ip_str":"192.0.2.11"`, pipeline.Malformed, "not about the address", nil},
		survey{"an error in form", `{"ip_str"`, `{"error":"Insufficient query credits, please upgrade your API plan","ip_str"`, pipeline.QuotaExceeded, "credits", nil},
		survey{"too often, in form", `{"ip_str"`, `{"error":"Request rate limit reached (1/ second)","ip_str"`, pipeline.RateLimited, "too often", nil},
		survey{"an unknown error that repeats the key", `{"ip_str"`, `{"error":"what? trial-key-of-the-lab","ip_str"`, pipeline.Malformed, "an error", nil},
		survey{"no services", `"data":[`, `"more":[`, pipeline.OK, "", []string{
			"192.0.2.10 listens-on service:192.0.2.10:22/tcp", "192.0.2.10 listens-on service:192.0.2.10:8080/tcp", "192.0.2.10 listens-on service:192.0.2.10:161/tcp",
			"192.0.2.10 reverse-name host:www.corp.example", "192.0.2.10 used-as map[by:shodan kind:cdn]", all[8]}},
	)
	cases[1].reason = "members only"
	surveys(t, "shodan", "192.0.2.10", shodanWorld, cases)
	for module, data := range map[string]string{
		"mongodb":       `"mongodb":{"authentication":false,"listDatabases":{"totalSize":"4096","databases":[]}}`,
		"redis":         `"redis":{"server":{}}`,
		"elasticsearch": `"elastic":{"indices":{}}`,
		"docker":        `"docker":{"Version":"20"}`,
		"kubernetes":    `"kubernetes":{"nodes":[{"name":"a"}]}`,
		"smb":           `"smb":{"anonymous":true,"shares":[{"name":"x"}]}`,
		"":              `"mongodb":{"authentication":true,"listDatabases":{}},"smb":{"anonymous":false,"shares":[{}]},"kubernetes":{"nodes":[]},"redis":null,"elastic":[]`,
	} {
		says := append([]string{}, all...)
		if module != "" {
			size := ""
			if module == "mongodb" {
				size = " size:4096"
			}
			says = append(says, "192.0.2.10 exposes-data map[plugin:"+module+size+" what:data]")
		}
		surveys(t, "shodan", "192.0.2.10", shodanWorld, []survey{{"open " + module, `"data":"Ann's printer"`, `"data":"x",` + data, pipeline.OK, "", says}})
	}
	surveys(t, "shodan", "192.0.2.10", shodanWorld, []survey{{"too many services", `"data":[`, `"data":[` + strings.Repeat(`{"port":0},`, 200), pipeline.Partial, "of which 200", append([]string{"192.0.2.10 listens-on service:192.0.2.10:8080/tcp"}, all[6:]...)}})
}

const shodanDNSWorld = `
-- dns://. --
api.shodan.io. A 203.0.113.200

-- https://api.shodan.io/dns/domain/corp.example?page=1 --
Content-Type: application/json

{"domain":"corp.example","subdomains":["www","*"],"data":[{"subdomain":"www","type":"A","value":"192.0.2.10","last_seen":"2026-11-01T00:00:00"},{"subdomain":"","type":"TXT","value":"ann@corp.example"}],"more":true}

-- https://api.shodan.io/dns/domain/corp.example?page=2 --
Content-Type: application/json

{"domain":"corp.example","subdomains":["vpn"],"data":[],"more":false}

-- https://api.shodan.io/* --
status 404
Content-Type: application/json

{"error":"No information available for that domain."}
`

func TestShodanDNS(t *testing.T) {
	one := []string{"corp.example has-name host:www.corp.example", "www.corp.example resolved-to ip:192.0.2.10 map[last:2026-11-01T00:00:00Z type:A]"}
	two := append(one[:2:2], "corp.example has-name host:vpn.corp.example")
	surveys(t, "shodan-dns", "corp.example", shodanDNSWorld, append(failures("Content-Type: application/json\n\n{\"domain\""),
		survey{"two pages", "", "", pipeline.OK, "", two},
		survey{"not seen", "corp.example?page=1", "corp.example?page=9", pipeline.Empty, "", nil},
		survey{"a second page that fails", "page=2 --\n", "page=2 --\nstatus 503\n", pipeline.Partial, "page 2", one},
		survey{"a second page that says the same", `"subdomains":["vpn"],"data":[],"more":false`, `"subdomains":["www"],"data":[],"more":true`, pipeline.Partial, "says that there is more", one},
		survey{"out of credits on the way", `{"domain":"corp.example","subdomains":["vpn"]`, `{"error":"Insufficient query credits","subdomains":["vpn"]`, pipeline.Partial, "credits", one},
		survey{"another domain", `{"domain":"corp.example","subdomains":["www"`, `{"domain":"other.example","subdomains":["www"`, pipeline.Malformed, "not about the domain", nil},
	))
}
