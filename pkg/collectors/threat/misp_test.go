package threat_test

import (
	"fmt"
	"strings"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

const mispWorld = `
-- dns://. --
misp.corp.example. A 203.0.113.208

-- POST https://misp.corp.example/base/attributes/restSearch --
Content-Type: application/json

{"response":{"Attribute":[
{"id":"1","event_id":"2","type":"domain","to_ids":true,"uuid":"a1","timestamp":"1767312000","deleted":false,"first_seen":null,"last_seen":null,"value":"evil.example","comment":"seen by Ann Thropp",
 "Event":{"id":"2","info":"Grim Hauler, told by ann@thropp.example","uuid":"0A1B2C3D-0000-4000-8000-0a1b2c3d4e5f","Tag":[{"name":"tlp:green"}]},
 "Tag":[{"id":"1","name":"tlp:amber"},{"name":"misp-galaxy:mitre-attack-pattern=\"Web Protocols - T1071.001\""},{"name":"misp-galaxy:malpedia=\"GrimHauler\""},{"name":"misp-galaxy:mitre-malware=\"Grim - S0999\""},{"name":"misp-galaxy:threat-actor=\"Somebody\""}]},
{"uuid":"a2","timestamp":1767398400,"value":"evil.example|192.0.2.66","Event":{"info":"Grim Hauler, told by ann@thropp.example","uuid":"0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"}},
{"uuid":"a3","value":"evil.example","deleted":"true","Event":{"info":"Deleted"}},{"uuid":"a4","value":"not-evil.example","Event":{"info":"Of another"}},
{"uuid":"a5","value":"evil.example","Event":{"info":"Second"},"Tag":[{"name":"tlp:odd"}]},{"value":"evil.example"},null]}}
`

func atMISP(o *collectors.Options) {
	o.Bases = map[string]string{"misp": "https://misp.corp.example/base/"}
}

func TestMISP(t *testing.T) {
	whole := []string{"campaign map[at:2026-01-03T00:00:00Z by:MISP reference:0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f title:Grim Hauler, told by withheld@thropp.example tlp:TLP:AMBER]",
		"campaign map[by:MISP title:Second]", "technique map[by:MISP id:T1071.001]", "malware-family GrimHauler", "malware-family Grim"}
	var full strings.Builder
	for i := range 99 {
		fmt.Fprintf(&full, `{"uuid":"f%d","value":"evil.example"},`, i)
	}
	const login = "Content-Type: text/html\n\n<html><form><input type=\"password\"></form></html>\n-- https://unused.example/ --\n\n"
	turns(t, "misp", mispWorld, []turn{
		{"events", "evil.example", nil, pipeline.OK, "", whole},
		{"none", "evil.example", []string{jsonHead, failing("200", `{"response":{"Attribute":[]}}`)}, pipeline.Empty, "", nil},
		{"none, in a list", "evil.example", []string{jsonHead, failing("200", `{"response":[]}`)}, pipeline.Empty, "", nil},
		{"a list of something", "evil.example", []string{jsonHead, failing("200", `{"response":[{"Event":{}}]}`)}, pipeline.Malformed, "no list", nil},
		{"a text for a list", "evil.example", []string{jsonHead, failing("200", `{"response":"limited"}`)}, pipeline.Malformed, "no list", nil},
		{"no attributes", "evil.example", []string{jsonHead, failing("200", `{"response":{}}`)}, pipeline.Malformed, "no list", nil},
		{"a page where one logs in", "evil.example", []string{jsonHead, login}, pipeline.Unauthorized, "log-in", nil},
		{"sent where one logs in", "evil.example", []string{jsonHead, "redirect /users/login 302\n\n"}, pipeline.Unauthorized, "302", nil},
		{"another page", "evil.example", []string{jsonHead, "Content-Type: text/html\n\n<p>"}, pipeline.Malformed, "HTML", nil},
		{"not the key", "evil.example", []string{jsonHead, failing("403", `{"name":"Authentication failed."}`)}, pipeline.Unauthorized, "MISP_KEY", nil},
		{"not there", "evil.example", []string{jsonHead, failing("404", `{"name":"Not Found"}`)}, pipeline.Malformed, "MISP_URL", nil},
		{"too fast", "evil.example", []string{jsonHead, failing("429", `{}`)}, pipeline.RateLimited, "", nil},
		{"the same page again", "evil.example", []string{`"Attribute":[`, `"Attribute":[` + full.String()}, pipeline.Partial, "again and again", whole},
	}, atMISP)
	second := "-- POST https://misp.corp.example/base/attributes/restSearch?page=2 --\n" + jsonHead + `{"response":{"Attribute":[{"uuid":"b1","value":"evil.example","Event":{"info":"On the second"}}]}}` + "\n\n"
	turns(t, "misp", strings.Replace(mispWorld, "-- POST", second+"-- POST", 1), []turn{
		{"two pages", "evil.example", []string{`"response":{"Attribute":[` + "\n", `"response":{"Attribute":[` + full.String()}, pipeline.OK, "", append(whole, "campaign map[by:MISP title:On the second]")},
		{"the second fails", "evil.example", []string{`"response":{"Attribute":[` + "\n", `"response":{"Attribute":[` + full.String(), "page=2 --\n", "page=2 --\nstatus 500\n"}, pipeline.Partial, "500", whole},
	}, atMISP)
	keyIn(t, "misp", mispWorld, "evil.example", "misp.corp.example", "Authorization", atMISP)
}
