package threat_test

import (
	"testing"

	"osint/pkg/pipeline"
)

const kevWorld = `
-- dns://. --
www.cisa.gov. A 203.0.113.200

-- https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json --
Content-Type: application/json

{"dateReleased":"2026-11-25T15:00:00.0000Z","count":2,"vulnerabilities":[{"cveID":"CVE-2024-90001","vendorProject":"Ex","product":"W\u001b[2J","dateAdded":"2026-10-20","dueDate":"2026-11-10","knownRansomwareCampaignUse":"Known"},{"cveID":"CVE-2024-90009"}]}
`

func TestKEV(t *testing.T) {
	not := []string{"not exploited"}
	tryLists(t, "kev", kevWorld, []listCase{
		{"in it", "CVE-2024-90001", "", "", pipeline.OK, "", []string{"exploited map[added:2026-10-20T00:00:00Z due:2026-11-10T00:00:00Z product:W[2J ransomware:true vendor:Ex]"}},
		{"in it and no more", "CVE-2024-90009", "", "", pipeline.OK, "", []string{"exploited map[added: due: product: ransomware:false vendor:]"}},
		{"not in it", "CVE-2024-9000", "", "", pipeline.OK, "", not},
		{"shorter than it says", "CVE-2024-9000", `"count":2`, `"count":1400`, pipeline.Malformed, "says that it holds 1400", nil},
		{"empty", "CVE-2024-9000", `"vulnerabilities":[`, `"vulnerabilities":[],"x":[`, pipeline.Malformed, "no weaknesses", nil},
		{"another type", "CVE-2024-9000", `"vulnerabilities":[`, `"vulnerabilities":"soon","x":[`, pipeline.Malformed, "no weaknesses", nil},
		{"turned away", "CVE-2024-9000", "Content-Type: application/json\n", "status 403\n", pipeline.Blocked, "", nil},
		{"a page", "CVE-2024-9000", "Content-Type: application/json\n\n{", "Content-Type: text/html\n\n<p>{", pipeline.Malformed, "", nil},
	})
}

const epssWorld = `
-- dns://. --
api.first.org. A 203.0.113.200

-- https://api.first.org/data/v1/epss?cve=CVE-2024-90001 --
Content-Type: application/json

{"status":"OK","total":1,"data":[{"cve":"CVE-2024-90001","epss":"0.87","percentile":0.99,"date":"2026-11-25"}]}
`

func TestEPSS(t *testing.T) {
	at := func(more string) []string {
		return []string{"exploit-probability map[date:2026-11-25T00:00:00Z epss:0.87" + more + "]"}
	}
	tryLists(t, "epss", epssWorld, []listCase{
		{"rated", "CVE-2024-90001", "", "", pipeline.OK, "", at(" percentile:0.99")},
		{"by a model", "CVE-2024-90001", `"total"`, `"model_version":"v2026.06.15","total"`, pipeline.OK, "", at(" model:v2026.06.15 percentile:0.99")},
		{"a rank that is none", "CVE-2024-90001", `"percentile":0.99`, `"percentile":99`, pipeline.OK, "", at("")},
		{"not rated", "CVE-2024-90001", `{"cve":"CVE-2024-90001","epss":"0.87","percentile":0.99,"date":"2026-11-25"}`, "", pipeline.Empty, "", nil},
		{"of another", "CVE-2024-90001", `"cve":"CVE-2024-90001"`, `"cve":"CVE-2024-90002"`, pipeline.Malformed, "something else", nil},
		{"no probability", "CVE-2024-90001", `"epss":"0.87"`, `"epss":"87"`, pipeline.Malformed, "something else", nil},
		{"data as text", "CVE-2024-90001", `"data":[`, `"data":"quota","x":[`, pipeline.Malformed, "no scores", nil},
		{"an error", "CVE-2024-90001", `"status":"OK"`, `"status":"ERROR"`, pipeline.Malformed, "no scores", nil},
		{"too fast", "CVE-2024-90001", "Content-Type: application/json\n", "status 429\nRetry-After: 600\n", pipeline.RateLimited, "", nil},
	})
}

const nvdWorld = `
-- dns://. --
services.nvd.nist.gov. A 203.0.113.200

-- https://services.nvd.nist.gov/rest/json/cves/2.0?cveId=CVE-2024-90001 --
Content-Type: application/json

{"totalResults":1,"vulnerabilities":[{"cve":{"id":"CVE-2024-90001","published":"2024-05-02T03:04:05.678","lastModified":"2026-10-21T01:02:03.000","vulnStatus":"Analyzed","descriptions":[{"lang":"en","value":"A hole,\nsays ann@corp.example."}],
 "metrics":{"cvssMetricV31":[{"type":"Primary","cvssData":{"version":"3.1","vectorString":"CVSS:3.1/AV:N","baseScore":"9.8","baseSeverity":"CRITICAL"}}]},"weaknesses":[{"description":[{"value":"CWE-79"},{"value":"NVD-CWE-noinfo"}]}]}}]}
`

func TestNVD(t *testing.T) {
	facts := "vulnerability-facts map[changed:2026-10-21T01:02:03Z cwe:CWE-79 published:2024-05-02T03:04:05Z status:Analyzed summary:A hole, says withheld@corp.example.]"
	score := "severity-score map[by:nvd score:9.8 severity:critical vector:CVSS:3.1/AV:N version:3.1]"
	tryLists(t, "nvd", nvdWorld, []listCase{
		{"described and scored", "CVE-2024-90001", "", "", pipeline.OK, "", []string{facts, score}},
		{"not scored", "CVE-2024-90001", `"metrics":{`, `"metrics":[],"x":{`, pipeline.OK, "", []string{facts}},
		{"scored by who numbered it", "CVE-2024-90001", `"Primary"`, `"Secondary"`, pipeline.OK, "", []string{facts, "severity-score map[by:cna score:9.8 severity:critical vector:CVSS:3.1/AV:N version:3.1]"}},
		{"a score beyond all", "CVE-2024-90001", `"9.8"`, `98`, pipeline.OK, "", []string{facts}},
		{"not known", "CVE-2024-90001", `"totalResults":1,"vulnerabilities":[`, `"totalResults":0,"vulnerabilities":[],"x":[`, pipeline.Empty, "", nil},
		{"of another", "CVE-2024-90001", `"id":"CVE-2024-90001"`, `"id":"CVE-2024-90002"`, pipeline.Malformed, "another weakness", nil},
		{"of none", "CVE-2024-90001", `"vulnerabilities":[`, `"x":[`, pipeline.Malformed, "no weaknesses", nil},
		{"a bad key", "CVE-2024-90001", "Content-Type: application/json\n", "status 404\nmessage: Invalid apiKey.\n", pipeline.Unauthorized, "NVD_API_KEY", nil},
		{"a bad question", "CVE-2024-90001", "Content-Type: application/json\n", "status 404\nmessage: Invalid cveId\n", pipeline.Malformed, "404", nil},
		{"too fast", "CVE-2024-90001", "Content-Type: application/json\n", "status 403\n", pipeline.RateLimited, "NVD_API_KEY", nil},
		{"out of order", "CVE-2024-90001", "Content-Type: application/json\n", "status 503\n", pipeline.Unreachable, "", nil},
	})
}
