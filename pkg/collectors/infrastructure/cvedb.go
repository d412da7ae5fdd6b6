package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// cveDB reads what Shodan's catalogue says of a CVE: its score, how likely it is
// to be exploited, and whether it is known to be. It passes on the words of NVD,
// of EPSS and of CISA, and leaves the description aside.
func cveDB() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "cvedb", Title: "Score of a weakness and its exploitation (Shodan CVEDB)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindVulnerability},
			Produces: []pipeline.Predicate{"severity-score", "exploit-probability", "exploited"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "shodan-cvedb", Grade: "B3",
			Source: pipeline.Source{
				Name: "cvedb", Family: "vulnerability", Base: "https://cvedb.shodan.io", Country: "US",
				Terms: "https://cvedb.shodan.io/", Commercial: pipeline.No, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindVulnerability},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20},
			Context: true,
		},
		Collect: readCVEDB,
	}
}

// catalogued is what the catalogue says of a CVE.
type catalogued struct {
	ID         loose.Text   `json:"cve_id"`
	V2         loose.Number `json:"cvss_v2"`
	V3         loose.Number `json:"cvss_v3"`
	V4         loose.Number `json:"cvss_v4"`
	EPSS       loose.Number `json:"epss"`
	Rank       loose.Number `json:"ranking_epss"`
	KEV        loose.YesNo  `json:"kev"`
	Ransomware loose.Text   `json:"ransomware_campaign"`
}

func readCVEDB(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "cve", URL: "/cve/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	switch {
	case err != nil:
		return err
	case a.Status == 404 && isDetail(a.Body): // it does not know the CVE
		return nil
	}
	var c catalogued
	if a.Status != 200 || json.Unmarshal(a.Body, &c) != nil || !strings.EqualFold(c.ID.String(), subject.Value) {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("cvedb answered %d with something that is not about the CVE", a.Status))
	}
	say := func(o pipeline.Observation) {
		o.Exchanges = a.Exchanges()
		emit(o)
	}
	for _, s := range []struct {
		version string
		score   loose.Number
	}{{"2.0", c.V2}, {"3", c.V3}, {"4.0", c.V4}} { // 3.0 or 3.1: it does not say which
		if s.score.Is && s.score.Value > 0 && s.score.Value <= 10 {
			say(pipeline.Observation{Predicate: "severity-score", Value: map[string]any{"version": s.version, "score": s.score.Value,
				"severity": severityOf(s.version, s.score.Value), "by": "shodan-cvedb"}})
		}
	}
	if c.EPSS.Is && c.EPSS.Value >= 0 && c.EPSS.Value <= 1 {
		v := map[string]any{"epss": c.EPSS.Value}
		if c.Rank.Is && c.Rank.Value >= 0 && c.Rank.Value <= 1 {
			v["percentile"] = c.Rank.Value
		}
		say(pipeline.Observation{Predicate: "exploit-probability", Value: v})
	}
	switch {
	case c.KEV.Yes:
		say(pipeline.Observation{Predicate: "exploited", Value: map[string]any{"ransomware": strings.EqualFold(c.Ransomware.String(), "known")}})
	case c.KEV.No():
		say(pipeline.Observation{Predicate: "exploited", Denies: true})
	}
	return nil
}

// severityOf returns the word that CVSS has for a score. Version 2 knows no
// critical one.
func severityOf(version string, score float64) string {
	switch {
	case score >= 9 && version != "2.0":
		return "critical"
	case score >= 7:
		return "high"
	case score >= 4:
		return "medium"
	}
	return "low"
}
