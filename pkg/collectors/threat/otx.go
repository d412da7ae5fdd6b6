package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// otx asks in which reports of the Open Threat Exchange a thing is named. A
// report is what somebody says who has an account there: who, is not told.
func otx() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindURL, pipeline.KindFileHash}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "otx", Title: "Reports that name it (LevelBlue OTX)", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"campaign", "technique", "malware-family"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID, pipeline.Content},
			Mode:     pipeline.Passive, Origin: "otx", Grade: "C3",
			Source: otxSource("otx", pipeline.Source{Class: pipeline.Commercial, Access: pipeline.AccessLicensed}),
			Sends:  kinds,
			Keys:   []string{otxKey},

			Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 16 << 20},
			Derive: derive.JSON(derive.Shape{"pulse_info": derive.Within(derive.Shape{"count": derive.Quantity,
				"pulses": derive.Each(derive.Shape{"modified": derive.Technical, "malware_families": derive.Count, "attack_ids": derive.Count})})}),
		},
		Collect: readOTX,
	}
}

const otxKey = "OTX_API_KEY"

var otxCredential = collectors.Credential{Name: otxKey, Header: "X-OTX-API-KEY"}

// otxSource is what its endpoints have in common.
func otxSource(name string, s pipeline.Source) pipeline.Source {
	s.Name, s.Family, s.Base, s.Country = name, name, "https://otx.alienvault.com", "US"
	s.Terms, s.Commercial, s.Verified = "https://otx.alienvault.com/", pipeline.UnknownOK, "2026-11-23"
	s.Slots, s.Interval, s.TTL = 1, time.Second, 6*time.Hour
	return s
}

// otxPath is where a section about a subject lies.
func otxPath(subject pipeline.Entity, section string) string {
	kind := map[pipeline.Kind]string{pipeline.KindDomain: "domain", pipeline.KindHost: "hostname", pipeline.KindURL: "url", pipeline.KindFileHash: "file"}[subject.Kind]
	if a, err := netip.ParseAddr(subject.Value); err == nil {
		kind = map[bool]string{true: "IPv4", false: "IPv6"}[a.Is4()]
	}
	return "/api/v1/indicators/" + kind + "/" + url.PathEscape(subject.Value) + "/" + section
}

func readOTX(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if isHash(subject, 128) {
		return pipeline.Fail(pipeline.Skipped, "otx knows files by MD5, SHA-1 and SHA-256 only")
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "general", URL: otxPath(subject, "general"), Accept: "json", NoFollow: true, Credential: otxCredential})
	if err != nil || otxKnowsNothing(a) {
		return err
	}
	var x struct {
		Reports loose.Object[struct {
			Count  *loose.Number
			Pulses loose.List[pulse]
		}] `json:"pulse_info"`
		Validation loose.List[loose.Object[struct{ Source loose.Text }]]
	}
	if a.Status != 200 || json.Unmarshal(a.Body, &x) != nil || !x.Reports.Has || x.Reports.Of.Count == nil {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("otx answered %d with something that says nothing of reports", a.Status))
	}
	grade := pipeline.Grade("")
	if len(x.Validation) > 0 { // it is on a list of what is named by mistake
		grade = "D5"
	}
	emit = provenBy(a, emit)
	reports := x.Reports.Of.Pulses
	tellPulses(reports[:min(len(reports), mostReports)], net.Now(), func(o pipeline.Observation) {
		o.Grade = grade
		emit(o)
	})
	if all := max(x.Reports.Of.Count.Int(), len(reports)); all > min(len(reports), mostReports) {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d reports name it, of which %d are told", all, min(len(reports), mostReports)))
	}
	return nil
}

// otxKnowsNothing reports whether an answer is that of an exchange that has never
// met the subject.
func otxKnowsNothing(a *collectors.Answer) bool {
	var x struct{ Detail loose.Text }
	return a.Status == 404 && json.Unmarshal(a.Body, &x) == nil && x.Detail != ""
}
