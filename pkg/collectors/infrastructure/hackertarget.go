package infrastructure

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// hackerTarget reads the names below a domain with their addresses, or the
// names at an address. Its allowance is small, so that it is asked only by
// name. One round trip.
func hackerTarget() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hackertarget", Title: "Names below a domain, and names at an address (HackerTarget)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "hackertarget", Grade: "C3",
			Source: pipeline.Source{
				Name: "hackertarget", Family: "name-list", Base: "https://api.hackertarget.com", Country: "US",
				Terms: "https://hackertarget.com/terms/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, Daily: 50, TTL: 24 * time.Hour,
			},
			Sends:     []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Ceiling:   pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Timeout:   60 * time.Second,
			OnRequest: "--with hackertarget",
			MayUse:    []string{hackerTargetKey.Name},
		},
		Collect: readHackerTarget,
	}
}

var hackerTargetKey = collectors.Credential{Name: "HACKERTARGET_API_KEY", Parameter: "apikey"}

func readHackerTarget(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	tool := "hostsearch"
	if subject.Kind == pipeline.KindIP {
		tool = "reverseiplookup"
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: tool, URL: "/" + tool + "/?q=" + url.QueryEscape(subject.Value), NoFollow: true, Credential: hackerTargetKey})
	if err != nil {
		return err
	}
	if a.Status != 200 {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a list of names is due", a.Status))
	}
	rows, err := parseHackerTarget(string(a.Body), subject)
	if err != nil {
		return err
	}
	found := newNameList(subject.Value)
	for _, row := range rows {
		if subject.Kind == pipeline.KindDomain {
			found.add(row.name.Value, time.Time{}, time.Time{}, a.Exchange)
		}
		if _, below := nameBelow(row.name.Value, subject.Value); row.ip == subject || below || row.name == subject {
			emit(pipeline.Observation{Subject: row.name, Predicate: "resolved-to", Object: &row.ip, Value: map[string]any{"type": recordType(row.ip)}, Exchanges: a.Exchanges()})
		}
	}
	return found.tell(emit)
}

// recordType is the type of the record of DNS that names an address.
func recordType(ip pipeline.Entity) string {
	if strings.Contains(ip.Value, ":") {
		return "AAAA"
	}
	return "A"
}

// A pairing is a name and an address that it has.
type pairing struct{ name, ip pipeline.Entity }

// maxPairings is how many of them are read of one answer.
const maxPairings = 5000

// parseHackerTarget reads "name,address" a line, or of an address a name a
// line. All its errors come as texts with the status of success: one that says
// that it has no records is an answer, and nothing else is.
func parseHackerTarget(body string, subject pipeline.Entity) (rows []pairing, err error) {
	body = strings.TrimSpace(body)
	first, _, _ := strings.Cut(strings.ToLower(body), "\n")
	switch {
	case strings.Contains(first, "api count exceeded"):
		return nil, pipeline.Fail(pipeline.QuotaExceeded, "the day's allowance is used up; HACKERTARGET_API_KEY raises it")
	case strings.HasPrefix(first, "no records found"), strings.HasPrefix(first, "no dns a records found"), strings.HasPrefix(first, "no ptr records found"):
		return nil, nil
	case strings.HasPrefix(first, "error") && (strings.Contains(first, " ") || !strings.Contains(first, ".")): // no name
		return nil, pipeline.Fail(pipeline.Malformed, "it sent an error in place of a list")
	}
	for line := range strings.Lines(body) {
		text, addr, _ := strings.Cut(strings.TrimSpace(line), ",")
		if subject.Kind == pipeline.KindIP {
			addr = subject.Value
		}
		name, err := pipeline.NewName(text)
		ip, err2 := pipeline.NewEntity(pipeline.KindIP, addr)
		if err != nil || err2 != nil {
			return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("line %d is no name and address", len(rows)+1))
		}
		if rows = append(rows, pairing{name, ip}); len(rows) > maxPairings {
			return nil, pipeline.Fail(pipeline.Malformed, "more lines than any domain has")
		}
	}
	if len(rows) == 0 {
		return nil, pipeline.Fail(pipeline.Malformed, "it sent nothing where a list is due")
	}
	return rows, nil
}
