package report

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"osint/pkg/pipeline"
)

// sample writes the sample case.
func sample(t testing.TB) *scribe {
	s := newScribe(t)
	s.open()
	all := []string{"ct-certspotter", "ct-crtsh", "dns", "mail-policy", "rdap", "tls", "web", "whois"}
	s.rule(acme, 0, "subject", "seed", "", allow("relayed-names", pipeline.KeepRaw, all[:5]...),
		pipeline.Group{Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "active-on-request", Cite: "profile default, modes.active", Reason: "the subject would see us; ask with --active", Keep: pipeline.KeepNone}, Collectors: []string{"tls", "web"}})
	dns := s.task("dns", "dns", acme, pipeline.OK, "", to("resolves-to", ip10), to("resolves-to", ip6), to("mail-handled-by", mail),
		to("delegated-to", ent(pipeline.KindHost, "ns1.hoster.test")), val("txt-record", hostile[2]), val("txt-record", hostile[0]+" "+hostile[8]),
		val("caa-record", map[string]any{"flags": 0, "tag": "issue", "value": "ca.example"}))
	spf := s.task("mail-policy", "dns", acme, pipeline.OK, "", pipeline.Observation{Predicate: "spf-policy", Value: map[string]any{"all": "?", "lookups": 12, "ptr": false}},
		pipeline.Observation{Predicate: "dmarc-policy", Value: map[string]any{"p": "none", "from": "_dmarc.acme.example"}},
		pipeline.Observation{Predicate: "mta-sts-record", Denies: true}, to("dmarc-reports-to", ent(pipeline.KindEmail, "dmarc@acme.example")))
	s.task("rdap", "rdap", acme, pipeline.OK, "", pipeline.Observation{Predicate: "registered-at", Value: "2009-04-17T08:00:00Z", Origin: "registry"},
		pipeline.Observation{Predicate: "expires-at", Value: "2026-12-04T08:00:00Z", Origin: "registry"}, pipeline.Observation{Predicate: "registered-by", Object: &regr, Origin: "registry"},
		pipeline.Observation{Predicate: "registered-to", Object: &ada, Origin: "registry"}, pipeline.Observation{Predicate: "has-contact", Object: &adaAt, Value: "technical", Origin: "registry"},
		pipeline.Observation{Predicate: "delegation-signed", Value: false, Origin: "registry"})
	s.task("whois", "whois", acme, pipeline.OK, "", pipeline.Observation{Predicate: "registered-at", Value: "2010-01-01T00:00:00Z", Origin: "registrar"})
	s.task("ct-crtsh", "crt.sh", acme, pipeline.Timeout, "GET https://crt.sh.test/?q=acme.example: no answer in 30 s")
	names := s.task("ct-certspotter", "certspotter", acme, pipeline.Partial, "page 3 of the list: 429 Too Many Requests",
		ctName(www, "2019-02-01T00:00:00Z"), ctName(shop, "2023-08-11T00:00:00Z"), ctName(vpn, "2016-05-20T00:00:00Z"))
	for i, e := range []pipeline.Entity{www, mail, shop, vpn} {
		s.rule(e, 1, "subject", "within domain:acme.example", "", allow("relayed-names", pipeline.KeepRaw, "dns"))
		s.task("dns", "dns", e, pipeline.OK, "", to("resolves-to", []pipeline.Entity{ip10, ip10, ip20, ip20}[i]))
	}
	for i := range 30 { // enough to fill the graph and turn pages
		e := ent(pipeline.KindHost, fmt.Sprintf("node%02d.acme.example", i))
		s.rule(e, 1, "subject", "within domain:acme.example", "", allow("relayed-names", pipeline.KeepRaw, "dns"))
		seen := []pipeline.Observation{to("resolves-to", ent(pipeline.KindIP, fmt.Sprintf("203.0.113.%d", i)))}
		seen[0].Subject = e
		s.task("dns", "dns", e, pipeline.OK, "", append(seen, pipeline.Observation{Subject: acme, Predicate: "has-name", Object: &e})...)
	}
	s.rule(ip10, 1, "subject", "a name of the subject points at it", "", allow("addresses", pipeline.KeepRaw, "rdap"))
	s.task("rdap", "rdap", ip10, pipeline.OK, "", pipeline.Observation{Predicate: "part-of", Object: &netbk, Value: "registry", Origin: "registry"},
		pipeline.Observation{Predicate: "held-by", Object: &host, Origin: "registry"}, pipeline.Observation{Predicate: "announced-by", Object: &as, Origin: "routing"})
	s.task("rdap", "rdap", ip20, pipeline.RateLimited, "429 from rdap.test, Retry-After 3600")
	s.rule(cdn, 2, "context", "not declared as the subject's", "context: not the subject's")
	s.rule(ada, 1, "context", "not declared as the subject's", "context: not the subject's")
	s.rule(adaAt, 1, "context", "not declared as the subject's", "", pipeline.Group{Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "no-persons", Reason: "no framework of law is loaded that would allow a question about a person", Unknown: []string{"jurisdiction"}, Keep: pipeline.KeepNone}, Collectors: []string{"rdap"}})
	s.write(pipeline.Event{Withheld: &pipeline.Withheld{Task: pipeline.TaskKey{Collector: "rdap", Subject: acme}, Predicate: "has-contact", Category: pipeline.Contact,
		Ruling: pipeline.Ruling{Verdict: pipeline.Deny, Rule: "no-phones", Reason: "telephone numbers serve no purpose here", Keep: pipeline.KeepNone}, Count: 2}})
	s.findings(dns, spf, names)
	s.attest()
	return s
}

// sampleProof is an attestation as a ledger makes it.
func sampleProof(lines uint64) *pipeline.Attestation {
	const ledger = "0b6a3c1e-6f0d-4a55-9d0c-3f5b1f0c7a11"
	return &pipeline.Attestation{Lines: lines, Seq: 311,
		Leaf:       fmt.Sprintf(`{"actor":"a.byron","body":{"lines":%d,"sha256":"9f2b8b3ff2a0fd3a60fbe1d0e1e4b4bb2a3f0b4f6e2f3a1d7c5b9e8d7f6a5b4c"},"case":"c-5d1e0a7b3c9f2468","ledger":"%s","seq":311,"session":"5be2c4d1a0937f68","ts":1793618999123,"type":"attest","v":1}`, lines, ledger),
		Proof:      []string{"q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", "EjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8=", "VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjQ="},
		Checkpoint: "osint.local/" + ledger + "\n312\nkKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0Vng=\n\n— osint.local/" + ledger + " 7dD4d0q1pzqkqZtBSpTqfV4y0rVYcV3oJb0fPq5zv1Zz7Jc6q9w8e7r6t5y4u3i2o1pAsDfGhJkLzXcVbNmQwErTyUi=\n",
		Key:        "osint.local/" + ledger + "+edd0f877+AeZ1x2c3v4b5n6m7a8s9d0f1g2h3j4k5l6q7w8e9r0t1"}
}

// attest appends the proof of all that was written.
func (s *scribe) attest() {
	data, err := json.Marshal(sampleProof(s.seq))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(pipeline.Event{Attested: &pipeline.Act{By: "a.byron", What: "proof", Data: data}})
}

func ctName(e pipeline.Entity, from string) pipeline.Observation {
	return pipeline.Observation{Predicate: "has-name", Object: &e, Value: map[string]any{"issuer": "Test CA", "not_before": from}, Origin: "certificate-transparency", Subject: acme}
}

func (s *scribe) findings(dns, spf, names []string) {
	for i, f := range []pipeline.Finding{
		{Rule: "EML-DMARC-NONE", Family: "dmarc", Title: "DMARC only monitors", Detail: "The policy at _dmarc.acme.example is p=none, so receivers deliver forged mail.", Severity: pipeline.High, Vector: "EML", Confidence: .98,
			Subject: acme, Observations: spf[1:2], Remediation: "Publish p=quarantine, then p=reject, once the reports show that your own mail passes.", References: []string{"RFC 9989", "https://www.rfc-editor.example/rfc/rfc9989"}},
		{Rule: "EML-SPF-LOOKUPS", Family: "spf", Title: "SPF needs more than ten lookups", Detail: "Checking the record takes 12 lookups; receivers stop at 10 and treat it as an error.", Severity: pipeline.Medium, Vector: "EML", Confidence: .98,
			Subject: acme, Observations: spf[:1], Remediation: "Remove unused includes until at most ten lookups remain.", References: []string{"RFC 7208 section 4.6.4"}},
		{Rule: "INF-EXPIRY", Family: "domain-expiry", Title: "The registration expires within 45 days", Detail: "It ends on 2026-12-04 and no renewal was seen.", Severity: pipeline.Medium, Vector: "INF", Confidence: .82,
			Subject: acme, Observations: dns[:1], Remediation: "Renew the registration and turn on automatic renewal.", References: nil},
		{Rule: "EXP-FORGOTTEN", Family: "forgotten-host", Title: "A remote-access name from 2016 still answers", Detail: "old-vpn-gateway-frankfurt.acme.example was first certified in 2016 and resolves to 198.51.100.20.", Severity: pipeline.Critical, Vector: "EXP", Confidence: .55,
			Subject: vpn, Observations: append(names[2:3:3], dns[0]), Remediation: "Confirm that the gateway is still needed and patched; else retire it.", References: []string{"CIS Control 1"}},
		{Rule: "EML-MTA-STS", Family: "mta-sts", Title: "No MTA-STS", Detail: "Mail to acme.example can be downgraded to plain text.", Severity: pipeline.Low, Vector: "EML", Confidence: .98, Subject: acme, Observations: spf[2:3], Remediation: "Publish an MTA-STS policy.", References: []string{"RFC 8461"}},
		{Rule: "INF-HOSTILE", Family: "hostile", Title: "A TXT record carries terminal controls", Detail: hostile[2] + hostile[4], Severity: pipeline.Info, Vector: "INF", Confidence: .98, Subject: acme, Observations: dns[4:5], Remediation: "Remove the record.", References: nil},
	} {
		f.ID, f.Fingerprint, f.Status = fmt.Sprintf("f-%d", i+1), fmt.Sprintf("%016x", 17*i+3), pipeline.New
		s.write(pipeline.Event{Found: &f})
	}
	s.write(pipeline.Event{Assessed: sampleScore()})
	s.write(pipeline.Event{Closed: &pipeline.Closed{Outcome: "complete", Verified: pipeline.Verification{Exchanges: 56, Bytes: 28113}, Stages: []pipeline.StageTime{
		{Stage: pipeline.Planning, Elapsed: 3 * time.Millisecond, Note: "8 collectors, 1 seed"}, {Stage: pipeline.Profiling, Elapsed: time.Millisecond},
		{Stage: pipeline.Collecting, Elapsed: 1902 * time.Millisecond, Note: "44 tasks"}, {Stage: pipeline.Analyzing, Elapsed: 4 * time.Millisecond},
		{Stage: pipeline.Verifying, Elapsed: 11 * time.Millisecond, Note: "56 answers read back, 0 do not match"}, {Stage: pipeline.Assessing, Elapsed: 8 * time.Millisecond}}}})
}

func sampleScore() *pipeline.Assessment {
	return &pipeline.Assessment{Model: "osint-risk/1", RulesSHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", Score: 67.41, Level: "high",
		Confidence: .71, Coverage: .83, Bounds: pipeline.Bounds{Known: 67.41, Expected: 69.2, Max: 87.3},
		Vectors: []pipeline.VectorScore{
			{Vector: "INF", Title: "Infrastructure weakness", Hazard: .245, Score: 21.7, Coverage: .7, Weight: 1, Findings: 2},
			{Vector: "EML", Title: "E-mail spoofing", Hazard: .902, Score: 59.4, Coverage: 1, Weight: 1, Findings: 3},
			{Vector: "EXP", Title: "Exposure", Hazard: .659, Score: 48.2, Coverage: .5, Weight: 1, Findings: 1},
			{Vector: "BRE", Title: "Breach exposure", Coverage: 0, Weight: 1}},
		Contributions: []pipeline.Contribution{{Family: "dmarc", Vector: "EML", Hazard: .608, Share: .543, Findings: []string{"f-1"}}, {Family: "spf", Vector: "EML", Hazard: .245, Share: .219, Findings: []string{"f-2"}},
			{Family: "forgotten-host", Vector: "EXP", Hazard: .165, Share: .147, Findings: []string{"f-4"}}, {Family: "domain-expiry", Vector: "INF", Hazard: .053, Share: .047, Findings: []string{"f-3"}}, {Family: "mta-sts", Vector: "EML", Hazard: .049, Share: .044, Findings: []string{"f-5"}}},
		Sensitivity: []pipeline.Sensitivity{{Rule: "EML-MTA-STS", Delta: -1.6, Score: 65.8, Level: "high"}, {Rule: "EML-DMARC-NONE", Delta: -12.9, Score: 54.5, Level: "high"},
			{Rule: "EML-SPF-LOOKUPS", Delta: -8.2, Score: 59.2, Level: "high"}, {Rule: "EXP-FORGOTTEN", Delta: -5.7, Score: 61.7, Level: "high"}, {Rule: "INF-EXPIRY", Delta: -.6, Score: 66.8, Level: "high"}, {Rule: "INF-HOSTILE", Delta: 0, Score: 67.41, Level: "high"}},
		Thresholds: []pipeline.Threshold{{Level: "medium", Nats: .897}, {Level: "high", Nats: .522}, {Level: "critical", Nats: -.084}},
		Fixes:      []string{"EML-DMARC-NONE", "EML-SPF-LOOKUPS", "EXP-FORGOTTEN"}, LevelAfter: "medium", NextSteps: []string{"Ask crt.sh again: its names feed three checks."},
		Checks: []pipeline.Check{{Rule: "EML-DMARC-NONE", Vector: "EML", Severity: pipeline.High, State: "failed", Subjects: 1}, {Rule: "EML-SPF-LOOKUPS", Vector: "EML", Severity: pipeline.Medium, State: "failed", Subjects: 1},
			{Rule: "INF-DNSSEC", Vector: "INF", Severity: pipeline.Low, State: "passed", Subjects: 1}, {Rule: "INF-CAA", Vector: "INF", Severity: pipeline.Low, State: "passed", Subjects: 1},
			{Rule: "EXP-CT-STAGING", Vector: "EXP", Severity: pipeline.Medium, State: "unknown", Reason: "ct-crtsh did not answer (timeout)"}, {Rule: "INF-TLS-OLD", Vector: "INF", Severity: pipeline.High, State: "unknown", Reason: "tls was not asked: the gate refused"},
			{Rule: "BRE-LEAK", Vector: "BRE", Severity: pipeline.High, State: "not-applicable", Reason: "no collector feeds it"}}}
}
