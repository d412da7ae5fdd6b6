package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// robtex reads what Robtex has seen a name resolve to, or which names it has
// seen resolve to an address. It says nothing at all where it knows nothing,
// so that then it is asked about a name of which it must know something. Two
// round trips at most.
func robtex() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "robtex", Title: "Addresses that a name has had, and names that an address has had (Robtex)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP},
			Produces: []pipeline.Predicate{"resolved-to", "has-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "robtex", Grade: "C3",
			Source: pipeline.Source{
				Name: "robtex", Family: "passive-dns", Base: "https://freeapi.robtex.com", Country: "FI",
				Terms: "https://www.robtex.com/api/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 8 << 20},
			Timeout: 60 * time.Second,
		},
		Collect: readRobtex,
	}
}

const (
	// robtexKnown is a name that everybody who watches DNS has seen.
	robtexKnown = "/pdns/forward/iana.org"

	// maxResolutions is how many records of passive DNS are told of one subject.
	maxResolutions = 500
)

// A resolution is a record of passive DNS.
type resolution struct {
	Name  loose.Text   `json:"rrname"`
	Data  loose.Text   `json:"rrdata"`
	Type  loose.Text   `json:"rrtype"`
	First loose.Time   `json:"time_first"`
	Last  loose.Time   `json:"time_last"`
	Count loose.Number `json:"count"`
}

func readRobtex(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	way := "/pdns/forward/"
	if subject.Kind == pipeline.KindIP {
		way = "/pdns/reverse/"
	}
	rows, a, err := robtexRecords(ctx, net, way+subject.Value, false)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		known, _, err := robtexRecords(ctx, net, robtexKnown, true)
		if err == nil && len(known) == 0 {
			err = pipeline.Fail(pipeline.Malformed, "robtex says nothing, even of a name that it knows")
		}
		return err
	}
	return tellResolutions(rows, subject, a.Exchange, emit)
}

// robtexRecords gets records, one JSON object a line; none is no error.
func robtexRecords(ctx context.Context, net *collectors.View, path string, public bool) ([]resolution, *collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "pdns", URL: path, NoFollow: true, Public: public})
	if err != nil {
		return nil, nil, err
	}
	rows, ok := parseResolutions(a.Body)
	if a.Status != 200 || !ok || a.Truncated {
		return nil, nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where records of DNS are due", a.Status))
	}
	return rows, a, nil
}

// parseResolutions reads one JSON object a line; a line that is none spoils the
// whole.
func parseResolutions(body []byte) (rows []resolution, ok bool) {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var row resolution
		if line[0] != '{' || json.Unmarshal(line, &row) != nil {
			return nil, false
		}
		rows = append(rows, row)
	}
	return rows, true
}

// tellResolutions tells the addresses of the subject and of names below it, or,
// of an address, the names that had it.
func tellResolutions(rows []resolution, subject pipeline.Entity, x pipeline.ExchangeID, emit collectors.Emit) error {
	told, others := 0, 0
	for _, row := range rows {
		name, err := pipeline.NewName(row.Name.String())
		ip, err2 := pipeline.NewEntity(pipeline.KindIP, row.Data.String())
		_, below := nameBelow(row.Name.String(), subject.Value)
		if err != nil || !below && name != subject && (err2 != nil || ip != subject) {
			others++
			continue
		}
		if below && subject.Kind == pipeline.KindDomain {
			emit(pipeline.Observation{Predicate: "has-name", Object: &name, Value: spanOf(row.First.Time, row.Last.Time), Exchanges: []pipeline.ExchangeID{x}})
		}
		if err2 != nil || row.Type != "A" && row.Type != "AAAA" {
			continue
		}
		if told++; told > maxResolutions {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d records that are told of one subject", maxResolutions))
		}
		emit(pipeline.Observation{Subject: name, Predicate: "resolved-to", Object: &ip, Value: row.value(), Exchanges: []pipeline.ExchangeID{x}})
	}
	if told == 0 && others == len(rows) {
		return pipeline.Fail(pipeline.Malformed, "its records are about others")
	}
	return nil
}

// value is the Record of a resolution that was seen.
func (s resolution) value() map[string]any {
	v := map[string]any{"type": s.Type.String()}
	for key, t := range map[string]loose.Time{"first": s.First, "last": s.Last} {
		if at := t.RFC3339(); at != "" {
			v[key] = at
		}
	}
	if s.Count.Is {
		v["count"] = s.Count.Value
	}
	return v
}
