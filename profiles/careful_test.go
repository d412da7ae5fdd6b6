package profiles_test

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// careful is the company that does everything right.
const careful = "larkfield.example"

func exemplar(t *testing.T) string {
	t.Helper()
	text, err := lab.Source("exemplar")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// lows are the findings that remain about the careful company, and why: none
// is known.
var lows = map[string]string{}

// notThere are the rules that do not apply to it: what they are about it does
// not have.
var notThere = map[string]string{
	"EML-12": "it takes mail",
	"DOM-05": "it exists",
	"REP-14": "no file is of it",
	"EXP-10": "it publishes no code",
	"SUP-06": "it publishes no code",
	"SUP-07": "it publishes no code",
	"SUP-08": "it publishes no code",
	"SUP-09": "it publishes no code",
	"SUP-10": "it publishes no packages",
	"SUP-11": "nobody asked about a weakness",
	"SUP-12": "nobody asked about a weakness",
}

// barred are the rules that only those tell who want a credential, whose terms
// forbid commercial work, or who are asked by name only: they are unknown under the
// default profile.
var barred = map[string]string{
	"BRE-02": "Hudson Rock is asked by name",
	"BRE-04": "mailboxes are counted for a key",
	"EXP-03": "ports are surveyed",
	"EXP-04": "open data is looked for",
	"EXP-06": "open data is looked for",
	"EXP-07": "open data is looked for",
	"EXP-13": "ports are surveyed",
	"EXP-14": "products are surveyed",
	"EXP-15": "ports are surveyed",
	"EXP-16": "LeakIX is asked by name",
	"REP-01": "Spamhaus wants a contract, DShield is for others, and the rest list no IPv6",
	"REP-02": "reports are told for a key",
	"REP-03": "abuse.ch wants a contract",
	"REP-04": "OpenPhish is for others",
	"REP-12": "Spamhaus wants a contract",
	"REP-13": "Spamhaus wants a contract",
	"REP-20": "VirusTotal wants a contract",
	"SUP-01": "Shodan's survey is for others",
	"SUP-02": "Shodan's survey is for others",
}

// A company that does everything right is told so: no finding above low, no
// low that is not explained, and every rule has looked.
func TestCarefulCompany(t *testing.T) {
	t.Parallel()
	c := investigate(t, []byte(exemplar(t)), careful)
	told := map[string]bool{}
	for _, f := range c.Findings {
		told[f.Rule] = true
		if f.Severity.Rank() > pipeline.Low.Rank() || lows[f.Rule] == "" {
			t.Errorf("%s %s: %s: %s", f.Severity, f.Rule, f.Title, f.Detail)
		}
	}
	for rule, why := range lows {
		if !told[rule] {
			t.Errorf("%s is silent now, although %s", rule, why)
		}
	}
	for _, x := range c.Assessment.Checks {
		if x.State == "unknown" && barred[x.Rule] != "" && notAsked.MatchString(x.Reason) {
			continue
		}
		if x.State != "passed" && lows[x.Rule] == "" && notThere[x.Rule] == "" {
			t.Errorf("%s is %s: %s", x.Rule, x.State, x.Reason)
		}
	}
	if c.Assessment.Coverage < 0.999 {
		t.Errorf("coverage %.3f", c.Assessment.Coverage)
	}
}

// A slip is one thing that the careful company might do wrong.
type slip struct {
	rule  string
	about string   // below the domain, or an address, or a hash; "" is the domain
	texts []string // in the world's text: old, new, old, new …
}

// www makes the web server behave otherwise.
func www(lines string) []string {
	return []string{"tls 1.2 1.3\ntlsa 443 3 1 1\ncertificate from -30d to +60d\n", lines + "\ntlsa 443 3 1 1\n"}
}

// nameServer says how one treats a zone.
func nameServer(zone, line string) []string {
	at := "-- whois://whois.iana.org/* --\n"
	return []string{at, "-- ns://" + zone + " --\n" + line + "\n\n" + at}
}

// signed says how the zone is signed.
func signed(line string) []string {
	at := "-- dnssec://" + careful + " --\n"
	return []string{at, at + line + "\n"}
}

// notAsked is why a collector was kept from being asked.
var notAsked = regexp.MustCompile(`: refused by (terms[.]|key[.]missing|select[.]on-request)`)

// www0 is the address of the web server.
const www0 = "192.0.2.110"

// answers puts what a source answers beside what it says of all else.
func answers(url, body string) []string {
	at := "-- whois://whois.iana.org/* --\n"
	return []string{at, "-- " + url + " --\nContent-Type: application/json\n\n" + body + "\n\n" + at}
}

// malware is a file that the careful company does not have.
const malware = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

// leaky has the survey suspect a weakness at the address, and changes what is
// said of it.
func leaky(old, said string) []string {
	none := "-- https://internetdb.shodan.io/* --\n"
	return []string{none, "-- https://internetdb.shodan.io/192.0.2.110 --\nContent-Type: application/json\n\n" +
		`{"ip":"192.0.2.110","ports":[],"cpes":[],"hostnames":[],"tags":[],"vulns":["CVE-2024-90007"]}` + "\n\n" + none, old, said}
}

// lookalike has somebody keep a name that looks like the company's.
func lookalike(records string) []string {
	at := "-- whois://whois.iana.org/* --\n"
	return []string{at, "-- dns://larkfie1d.example --\n" + records + "\n\n" + at}
}

var slips = []slip{
	{"BRE-01", "", answers("https://haveibeenpwned.com/api/v3/breaches?Domain="+careful, `[{"Name":"Larkfield","Domain":"`+careful+`","BreachDate":"2026-01-02","IsVerified":true}]`)},
	{"BRE-02", "", answers("https://cavalier.hudsonrock.com/api/json/v2/osint-tools/search-by-domain?domain="+careful, `{"employees":3,"users":0,"third_parties":0}`)},
	{"BRE-04", "", answers("https://haveibeenpwned.com/api/v3/breacheddomain/"+careful, `{"sales":["Shop"]}`)},

	{"REP-02", www0, answers("https://api.abuseipdb.com/api/v2/check?ipAddress="+www0, `{"data":{"ipAddress":"`+www0+`","abuseConfidenceScore":90,"totalReports":9,"lastReportedAt":"{{date -2d}}"}}`)},
	{"REP-03", "docs", answers("POST https://threatfox-api.abuse.ch/api/v1/?search_term=docs."+careful, `{"query_status":"ok","data":[{"ioc":"docs.`+careful+`","threat_type":"botnet_cc","first_seen":"{{date -2d}}"}]}`)},
	{"REP-20", "", answers("https://www.virustotal.com/api/v3/domains/"+careful, `{"data":{"type":"domain","attributes":{"last_analysis_stats":{"malicious":5,"harmless":80}}}}`)},
	{"REP-14", malware, answers("POST https://mb-api.abuse.ch/api/v1/?hash="+malware, `{"query_status":"ok","data":[{"md5_hash":"`+malware+`"}]}`)},
	{"REP-30", www0, []string{"-- dns://psbl.surriel.com --\n; follows: RFC 5782, 5\n", "-- dns://psbl.surriel.com --\n110.2.0.192 A 127.0.0.2\n"}},
	{"BRA-01", "", lookalike("@ NS ns1.stranger.example.\n@ MX 10 mx.stranger.example.")},
	{"BRA-02", "", lookalike("@ NS ns1.bodis.com.\n@ A 203.0.113.203")},

	{"DOM-01", "", []string{`"expiration","eventDate":"{{date +1100d}}"`, `"expiration","eventDate":"{{date +20d}}"`}},
	{"DOM-02", "", []string{`"client transfer prohibited","client update prohibited","server transfer prohibited"`, `"client update prohibited"`}},
	{"DOM-03", "", []string{`"client update prohibited"`, `"pending delete"`}},
	{"DOM-04", "", []string{`"registration","eventDate":"{{date -7000d}}"`, `"registration","eventDate":"{{date -20d}}"`}},

	{"EML-01", "", []string{`@ TXT "v=spf1 mx`, `@ TXT "spf mx`}},
	{"EML-02", "", []string{`include:_spf.calmmail.example -all`, `include:_spf.calmmail.example ?all`}},
	{"EML-03", "", []string{`"v=spf1 mx include:_spf.calmmail.example`, `"v=spf1 mx a a a a a a a a a a`}},
	{"EML-04", "", []string{`"v=spf1 mx`, `"v=spf1 ptr mx`}},
	{"EML-05", "", []string{`p=reject; sp=reject`, `p=none; sp=reject`}},
	{"EML-06", "", []string{`sp=reject`, `sp=none`}},
	{"EML-07", "", []string{careful + `._report._dmarc`, `other.example._report._dmarc`}},
	{"EML-08", "", []string{`mode: enforce`, `mode: testing`, "-- dnssec://calmmail.example --\n", ""}},
	{"EML-09", "", []string{`mx: mx1.`, `mx: mx9.`}},
	{"EML-09", "", []string{"-- https://mta-sts." + careful + "/* --", "-- host://mta-sts." + careful + " --\ncertificate untrusted\n\n-- https://mta-sts." + careful + "/* --"}},
	{"EML-09", "", []string{`id=20261101T000000Z;`, `id=2026-11-01;`}},
	{"EML-10", "", []string{`_smtp._tls TXT`, `_smtp._tlz TXT`}},
	{"EML-11", "", []string{`v=DKIM1; k=rsa;`, `v=DKIM1; k=rsa; t=y;`}},
	{"EML-12", "", []string{"@ MX 10 mx1\n@ MX 20 mx2.calmmail.example.\n", ""}},
	{"EML-13", "mx1", []string{"smtp\ntlsa 25 3 1 1\n", "smtp\n", "mta-sts A", "_25._tcp.mx1 TLSA 3 1 1 " + strings.Repeat("0f", 32) + "\nmta-sts A"}},

	{"EXP-01", "docs", []string{"-- https://docs." + careful + "/ --\n", "-- https://docs." + careful + "/ --\nstatus 404\n",
		"Clockwise.", "The link you have followed or the URL that you entered does not exist."}},
	{"EXP-01", "developers", []string{"mta-sts A", "developers CNAME larkfield.devboards.example.\nmta-sts A"}},
	{"EXP-03", www0, answers("https://internetdb.shodan.io/"+www0, `{"ip":"`+www0+`","ports":[443,3389]}`)},
	{"EXP-04", www0, answers("https://api.shodan.io/shodan/host/"+www0, `{"ip_str":"`+www0+`","data":[{"port":9200,"elastic":{"indices":{}}}]}`)},
	{"EXP-06", "", answers("https://leakix.net/domain/"+careful, `{"Services":null,"Leaks":[{"events":[{"event_source":"GitConfigHttpPlugin","host":"`+careful+`"}]}]}`)},
	{"EXP-07", "", answers("https://leakix.net/domain/"+careful, `{"Services":null,"Leaks":[{"events":[{"event_source":"DotEnvConfigPlugin","host":"`+careful+`"}]}]}`)},
	{"EXP-15", www0, answers("https://internetdb.shodan.io/"+www0, `{"ip":"`+www0+`","ports":[443,6379]}`)},
	{"EXP-16", www0, answers("https://leakix.net/host/"+www0, `{"Services":null,"Leaks":[{"events":[{"event_source":"ApacheStatusPlugin","ip":"`+www0+`"}]}]}`)},
	{"EXP-13", www0, answers("https://internetdb.shodan.io/"+www0, `{"ip":"`+www0+`","ports":[443,502]}`)},
	{"EXP-14", www0, answers("https://internetdb.shodan.io/"+www0, `{"ip":"`+www0+`","ports":[443],"cpes":["cpe:/o:fortinet:fortios"]}`)},
	{"EXP-05", "www", []string{"Referrer-Policy: strict-origin-when-cross-origin\n", "Referrer-Policy: strict-origin-when-cross-origin\nX-Jenkins: 2.426.1\n"}},
	{"EXP-08", "www", []string{"<title>Larkfield Clockworks</title>", "<title>Index of /</title>", "<p>It is time.</p>", `<h1>Index of /</h1><pre><a href="../">../</a><a href="clocks.zip">clocks.zip</a></pre>`}},
	{"SUP-03", "www", []string{"Referrer-Policy: strict-origin-when-cross-origin\n", "Referrer-Policy: strict-origin-when-cross-origin\nX-Powered-By: PHP/7.4.33\n"}},
	{"SUP-04", "www", []string{"<p>It is time.</p>", `<script src="https://cdn.elsewhere.example/time.js"></script>`}},
	{"EXP-09", "www", []string{"<p>It is time.</p>", `<a href="https://larkfield-files.s3.amazonaws.com/">files</a>`, "-- whois://whois.iana.org/* --\n",
		"-- dns://s3.amazonaws.com --\nlarkfield-files A 203.0.113.204\n\n-- https://larkfield-files.s3.amazonaws.com/ --\n\n<ListBucketResult><Contents/></ListBucketResult>\n\n-- whois://whois.iana.org/* --\n"}},
	{"EXP-11", "", []string{`developers.` + careful, `vpn-gw1.` + careful}},
	{"EXP-20", "", []string{"where it has nothing\nContent-Type: text/x-ndjson\n\n", "where it has nothing\nContent-Type: text/x-ndjson\n\n" +
		`{"url":"https://www.` + careful + `/clocks.sql","timestamp":"20200102030405","status":"200","mime":"text/plain"}` + "\n"}},
	{"EXP-12", "", []string{`include:_spf.calmmail.example -all`, `include:_spf.calmmail.example include:spf.lapsed.example -all`}},
	{"EXP-12", "", []string{`@ MX 20 mx2.calmmail.example.`, `@ MX 20 mx2.lapsed.example.`}},

	{"REP-01", "192.0.2.110", []string{"\n203.0.113.240/29\n", "\n192.0.2.104/29\n"}},
	{"REP-13", "docs", []string{"dbltest.com A 127.0.1.2\n", "dbltest.com A 127.0.1.2\ndocs." + careful + " A 127.0.1.5\n"}},
	{"REP-04", "docs", []string{"https://bank.nobody.test/login", "https://docs." + careful + "/bank"}},
	{"REP-10", "192.0.2.110", []string{`"cidr":"203.0.113.248/29"`, `"cidr":"192.0.2.0/24"`}},
	{"REP-11", "192.0.2.110", []string{"\n203.0.113.251\n", "\n192.0.2.110\n"}},
	{"REP-12", "192.0.2.110", []string{"-- dns://zen.spamhaus.org --\n", "-- dns://zen.spamhaus.org --\n110.2.0.192 A 127.0.0.10\n"}},
	{"SUP-01", "192.0.2.110", leaky(`"count":1,"vulnerabilities":[`, `"vulnerabilities":[{"cveID":"CVE-2024-90007","dateAdded":"2026-10-20"},`)},
	{"SUP-11", "vulnerability:CVE-2024-90007", []string{`"count":1,"vulnerabilities":[`, `"vulnerabilities":[{"cveID":"CVE-2024-90007","dateAdded":"2026-10-20"},`}},
	{"SUP-12", "vulnerability:CVE-2024-90007", []string{`"total":0,"offset":0,"limit":100,"data":[]`, `"data":[{"cve":"CVE-2024-90007","epss":"0.6"}]`}},
	{"SUP-02", "192.0.2.110", leaky(`"total":0,"offset":0,"limit":100,"data":[]`, `"data":[{"cve":"CVE-2024-90007","epss":"0.6"}]`)},

	{"INF-01", "", []string{`@ CAA 0 issue "labtrust.example; accounturi=https://labtrust.example/acct/7"` + "\n" + `@ CAA 0 issuewild ";"` + "\n" +
		`@ CAA 0 iodef "mailto:security@` + careful + `"` + "\n", ""}},
	{"INF-02", "", signed("ds none")},
	{"INF-03", "", signed("ds stale")},
	{"INF-04", "", signed("nsec3 10 ab12")},
	{"INF-06", "", []string{"@ NS ns2.stilldns.example.\n", ""}},
	{"INF-05", "", nameServer("ns2.stilldns.example/"+careful, "lame")},
	{"INF-07", "", nameServer("ns2.stilldns.example/"+careful, "serial 7")},
	{"INF-08", "", nameServer("ns2.stilldns.example/"+careful, "transfer allowed")},
	{"INF-09", "", nameServer("ns1.calmdns.example/*", "recursion")},
	{"INF-10", "www", www("certificate from -90d to -1d")},
	{"INF-11", "www", www("certificate from -85d to +5d")},
	{"INF-12", "www", www("certificate names shop." + careful)},
	{"INF-13", "www", www("certificate untrusted")},
	{"INF-14", "www", www("certificate key rsa-1024")},
	{"INF-15", "www", www("certificate sha1")},
	{"INF-16", "www", www("tls 1.1 1.3")},
	{"INF-17", "www", www("tls 1.2\ncertificate key rsa-2048\nciphers TLS_RSA_WITH_3DES_EDE_CBC_SHA TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")},
	{"INF-18", "www", www("tls 1.2")},
	{"INF-20", www0, append(answers("https://stat.ripe.net/data/network-info/data.json?resource="+www0, `{"status":"ok","data":{"asns":["64500"],"prefix":"192.0.2.0/24"}}`),
		answers("https://stat.ripe.net/data/rpki-validation/data.json?resource=AS64500", `{"status":"ok","data":{"status":"invalid_asn","validating_roas":[]}}`)...)},
	{"INF-19", "www", append(www("certificate revoked\ncertificate crl http://crl.labtrust.example/7"),
		"-- whois://whois.iana.org/* --\n", "-- dns://labtrust.example --\ncrl A 203.0.113.203\n\n-- http://crl.labtrust.example/7 --\nauthority crl\n\n-- whois://whois.iana.org/* --\n")},
	{"INF-21", "www", []string{"redirect https://www." + careful + "/ 308\n\n-- host://www", "\nplain\n\n-- host://www"}},
	{"INF-22", "shop", []string{"Strict-Transport-Security: max-age=63072000; includeSubDomains\n", ""}},
	{"INF-23", "test-drive", []string{"'nonce-bGFi' ", ""}},
	{"INF-24", "www", []string{"Referrer-Policy: strict-origin-when-cross-origin\n", ""}},
	{"INF-25", "shop", []string{"Secure; HttpOnly; SameSite=Lax", "Secure; SameSite=Lax"}},
	{"INF-27", "", []string{"Expires: {{date +300d}}", "Expires: {{date -1d}}"}},
	{"INF-30", "", signed("signatures from -28d to +2d")},
	{"INF-31", "www", []string{"tlsa 443 3 1 1\n", "", "mta-sts A", "_443._tcp.www TLSA 3 1 1 " + strings.Repeat("0f", 32) + "\nmta-sts A"}},
}

// The silence about the careful company means something: each of its rules
// speaks when one thing slips. A new rule joins with a slip of its own, unless
// it is about names that do not exist.
func TestCarefulCompanySlips(t *testing.T) {
	t.Parallel()
	rules, err := model()
	if err != nil {
		t.Fatal(err)
	}
	feeds, slips := map[string][]string{}, slices.Concat(slips, codeSlips)
	for _, r := range rules.Rules() {
		feeds[r.ID] = slices.Sorted(maps.Keys(r.Feeds))
		if !r.Absent && !slices.ContainsFunc(slips, func(s slip) bool { return s.rule == r.ID }) {
			t.Errorf("%s has no slip in the table", r.ID)
		}
	}
	for i, s := range slips {
		t.Run(fmt.Sprintf("%s/%d", s.rule, i), func(t *testing.T) {
			t.Parallel()
			world := exemplar(t)
			for i := 0; i < len(s.texts); i += 2 {
				if !strings.Contains(world, s.texts[i]) {
					t.Fatalf("the world has no %q any more", s.texts[i])
				}
				world = strings.Replace(world, s.texts[i], s.texts[i+1], 1)
			}
			about := careful
			if _, err := netip.ParseAddr(s.about); err == nil || s.about == malware {
				about = s.about
			} else if s.about != "" {
				about = s.about + "." + careful
			}
			if strings.Contains(s.about, ":") {
				about = s.about
			}
			c := investigate(t, []byte(world), about, feeds[s.rule]...)
			e, err := pipeline.ParseEntity(about)
			if err != nil || !found(c, s.rule, e.Value) {
				t.Errorf("nothing is found; other findings: %d, checks: %+v", len(c.Findings), c.Assessment.Checks)
			}
		})
	}
}
