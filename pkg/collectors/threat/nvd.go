package threat

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/pipeline"
)

// nvd asks the National Vulnerability Database how a weakness is described and
// scored. One question in six seconds is too few for all the weaknesses that others
// suspect at an address, so that only those are asked about that somebody named.
// Its answers name mailboxes of those who number weaknesses, which are not
// told.
func nvd() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "nvd", Title: "How a weakness is described and scored (NVD)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindVulnerability},
			Produces: []pipeline.Predicate{"vulnerability-facts", "severity-score"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "nvd", Grade: "A2", MayUse: []string{"NVD_API_KEY"},
			Source: pipeline.Source{
				Name: "nvd", Family: "nvd", Base: "https://services.nvd.nist.gov", Country: "US",
				Terms: nvdTerms, Commercial: pipeline.Yes, Verified: "2026-11-23", Class: pipeline.PublicRegister,
				Slots: 1, Interval: 6 * time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindVulnerability},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Derive: derive.JSON(derive.Shape{"totalResults": derive.Quantity, "vulnerabilities": derive.Each(derive.Shape{"cve": derive.Within(derive.Shape{
				"id": derive.Technical, "published": derive.Technical, "lastModified": derive.Technical, "vulnStatus": derive.Filled,
				"descriptions": derive.Count, "references": derive.Count, "sourceIdentifier": derive.Filled})})}),
		},
		Collect: readNVD,
	}
}

// nvdTerms are where the terms stand, and what they want to be said.
const nvdTerms = "https://nvd.nist.gov/developers/terms-of-use: This product uses the NVD API but is not endorsed or certified by the NVD."

func readNVD(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "cve", URL: "/rest/json/cves/2.0?cveId=" + subject.Value, Accept: "json", NoFollow: true,
		Credential: collectors.Credential{Name: "NVD_API_KEY", Header: "apiKey"}})
	if err != nil {
		return nvdFailure(a, err)
	}
	if a.Status != 200 {
		return nvdRefusal(a)
	}
	var n nvdAnswer
	if json.Unmarshal(a.Body, &n) != nil || n.Vulnerabilities == nil || !n.Total.Is {
		return pipeline.Fail(pipeline.Malformed, "nvd answered with something that holds no weaknesses")
	}
	for _, v := range *n.Vulnerabilities {
		if cve, err := pipeline.NewEntity(pipeline.KindVulnerability, v.CVE.ID.String()); err == nil && cve == subject {
			v.CVE.tell(func(o pipeline.Observation) {
				o.Exchanges = a.Exchanges()
				emit(o)
			})
			return nil
		}
	}
	if n.Total.Int() > 0 || len(*n.Vulnerabilities) > 0 {
		return pipeline.Fail(pipeline.Malformed, "nvd answered about another weakness")
	}
	return nil
}

// nvdFailure reads 403 as this source means it: too many requests.
func nvdFailure(a *collectors.Answer, err error) error {
	var f *pipeline.Failure
	if a != nil && a.Status == 403 && errors.As(err, &f) && f.Outcome == pipeline.Blocked {
		return pipeline.Fail(pipeline.RateLimited, "nvd was asked too often; with NVD_API_KEY it may be asked ten times as much")
	}
	return err
}

// nvdRefusal says what an answer without a body means: its head tells.
func nvdRefusal(a *collectors.Answer) error {
	if strings.Contains(strings.ToLower(a.Header.Get("message")), "apikey") {
		return pipeline.Fail(pipeline.Unauthorized, "nvd does not know the key in NVD_API_KEY")
	}
	return pipeline.Fail(pipeline.Malformed, "nvd did not understand the question (HTTP status 404)")
}
