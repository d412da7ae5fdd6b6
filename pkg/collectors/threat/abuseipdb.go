package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// abuseIPDB asks how often strangers have reported an address for abuse. Their
// comments, in which anything may stand, are not asked for.
func abuseIPDB() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "abuseipdb", Title: "How often an address was reported for abuse (AbuseIPDB)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"judged-by", "used-as"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "abuseipdb", Grade: "B3",
			Source: pipeline.Source{
				Name: "abuseipdb", Family: "abuse-reports", Base: "https://api.abuseipdb.com/api/v2", Country: "US",
				Terms: "https://www.abuseipdb.com/legal", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, Daily: 1000, TTL: 6 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Keys:    []string{"ABUSEIPDB_API_KEY"},
			Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 1 << 20},
		},
		Collect: readAbuseIPDB,
	}
}

// reported is what was reported of an address in abuseDays.
type reported struct {
	Address loose.Text   `json:"ipAddress"`
	Score   loose.Number `json:"abuseConfidenceScore"`
	Usage   loose.Text   `json:"usageType"`
	Tor     loose.Truth  `json:"isTor"`
	Listed  loose.Truth  `json:"isWhitelisted"`
	Reports loose.Number `json:"totalReports"`
	Users   loose.Number `json:"numDistinctUsers"`
	Last    loose.Time   `json:"lastReportedAt"`
}

// abuseDays is how far back reports count.
const abuseDays = "90"

func readAbuseIPDB(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "check", URL: "/check?maxAgeInDays=" + abuseDays + "&ipAddress=" + url.QueryEscape(subject.Value),
		Accept: "json", NoFollow: true, MaxBytes: 1 << 20, Credential: collectors.Credential{Name: "ABUSEIPDB_API_KEY", Header: "Key"}})
	if err != nil {
		return err
	}
	var x struct{ Data loose.Object[reported] }
	if a.Status != 200 || json.Unmarshal(a.Body, &x) != nil || !x.Data.Has || !isAddress(x.Data.Of.Address, subject) || !x.Data.Of.Reports.Is {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("abuseipdb answered %d with something that is not about the address", a.Status))
	}
	x.Data.Of.tell(net.Now(), provenBy(a, emit))
	return nil
}

// tell says nothing of an address that nobody reported but what it is used as.
func (r reported) tell(now time.Time, emit collectors.Emit) {
	if r.Reports.Value > 0 && r.Score.Is {
		verdict := fmt.Sprintf("%.0f reports by %.0f reporters in %s days", r.Reports.Value, r.Users.Value, abuseDays)
		if r.Listed {
			verdict += ", and on its list of those that do no harm"
		}
		emit(pipeline.Observation{Predicate: "judged-by", At: asOf(r.Last, now), Value: stated(map[string]any{"by": "AbuseIPDB", "score": r.Score.Value,
			"verdict": verdict, "at": r.Last.RFC3339()})})
	}
	for _, kind := range []string{abuseUsage[r.Usage.String()], map[bool]string{true: "tor"}[bool(r.Tor)]} {
		if kind != "" {
			emit(pipeline.Observation{Predicate: "used-as", Value: map[string]any{"kind": kind, "by": "AbuseIPDB"}})
		}
	}
}

// abuseUsage says in words of ours what an address is used for.
var abuseUsage = map[string]string{"Data Center/Web Hosting/Transit": "hosting", "Content Delivery Network": "cdn", "Mobile ISP": "mobile",
	"Fixed Line ISP": "residential", "Search Engine Spider": "crawler"}
