package threat

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// otxDNS asks what names the exchange has seen, and where they led.
func otxDNS() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "otx-dns", Title: "Names and addresses by passive DNS (LevelBlue OTX)", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "otx", Grade: "B3",
			Source:  otxSource("otx-dns", pipeline.Source{}),
			Sends:   kinds,
			Keys:    []string{otxKey},
			Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 32 << 20},
		},
		Collect: readOTXDNS,
	}
}

// mostRecords is how many records of passive DNS are told of one name.
const mostRecords = 5000

// A dnsRecord is what was seen of a name.
type dnsRecord struct {
	Address loose.Text
	Host    loose.Text `json:"hostname"`
	Type    loose.Text `json:"record_type"`
	First   loose.Time
	Last    loose.Time
}

func readOTXDNS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "passive-dns", URL: otxPath(subject, "passive_dns"), Accept: "json", NoFollow: true, MaxBytes: 16 << 20, Credential: otxCredential})
	if err != nil || otxKnowsNothing(a) {
		return err
	}
	var x struct {
		Records json.RawMessage `json:"passive_dns"`
	}
	var records loose.List[dnsRecord]
	if a.Status != 200 || a.Truncated || json.Unmarshal(a.Body, &x) != nil || len(x.Records) == 0 || x.Records[0] != '[' || json.Unmarshal(x.Records, &records) != nil {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("otx answered %d with something that is no list of records", a.Status))
	}
	slices.SortStableFunc(records, func(a, b dnsRecord) int { return b.Last.Compare(a.Last.Time) }) // the newest first
	n := tellRecords(records, subject, provenBy(a, emit))
	if n > mostRecords {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d names and addresses, of which %d are told", n, mostRecords))
	}
	return nil
}

// tellRecords tells of names below the subject and the addresses they had, each
// once, and returns how many there are.
func tellRecords(records []dnsRecord, subject pipeline.Entity, emit collectors.Emit) (n int) {
	type link struct{ name, ip pipeline.Entity }
	told := map[link]bool{}
	say := func(l link, o pipeline.Observation) {
		if told[l] {
			return
		}
		told[l] = true
		if n++; n <= mostRecords {
			emit(o)
		}
	}
	for _, r := range records {
		name, ok := nameWithin(cmp.Or(r.Host.String(), subject.Value), subject.Value)
		if !ok {
			continue
		}
		if subject.Kind == pipeline.KindDomain && name != subject {
			say(link{name: name}, pipeline.Observation{Predicate: "has-name", Object: &name})
		}
		ip, err := pipeline.NewEntity(pipeline.KindIP, r.Address.String()) // else an alias, or NXDOMAIN
		if err == nil {
			say(link{name, ip}, pipeline.Observation{Subject: name, Predicate: "resolved-to", Object: &ip,
				Value: stated(map[string]any{"first": r.First.RFC3339(), "last": r.Last.RFC3339(), "type": recordType(r.Type.String())})})
		}
	}
	return n
}

func recordType(s string) string {
	if s == "A" || s == "AAAA" {
		return s
	}
	return ""
}
