package threat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// spamhausDrop looks an address, a network or its number up in the lists of
// what nobody should exchange traffic with: networks that were hijacked, or are
// run by criminals whole.
func spamhausDrop() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "spamhaus-drop", Title: "Is its network on the lists DROP and ASN-DROP (Spamhaus)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock, pipeline.KindASN},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "spamhaus", Grade: "B2",
			Source: pipeline.Source{
				Name: "spamhaus-drop", Family: "block-list", Base: "https://www.spamhaus.org/drop", Country: "GB",
				Terms: "https://www.spamhaus.org/blocklists/do-not-route-or-peer/", Commercial: pipeline.Yes, Verified: "2026-11-23",
				TTL: 24 * time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readDrop,
	}
}

// dropEntry is one line of a list. The last line is about the list.
type dropEntry struct {
	CIDR      loose.Text
	SBLID     loose.Text
	ASN       loose.Number
	Type      loose.Text
	Timestamp loose.Time
	Records   loose.Number
}

func readDrop(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	list, file := "Spamhaus DROP", "asndrop.json"
	var at netip.Prefix
	if subject.Kind == pipeline.KindASN {
		list = "Spamhaus ASN-DROP"
	} else {
		var err error
		if at, err = prefixOf(subject); err != nil {
			return err
		}
		file = map[bool]string{true: "drop_v4.json", false: "drop_v6.json"}[at.Addr().Is4()]
	}
	a, err := callRoll(ctx, net, collectors.Request{Operation: "list", URL: "/" + file, MaxBytes: 8 << 20})
	if err != nil {
		return err
	}
	entries, dated, err := parseDrop(a.Body)
	if err != nil {
		return err
	}
	r := roll{list, "hijacked", a, datedBy(dated, emit)}
	listed := false
	for _, e := range entries {
		code := e.SBLID.String()
		if subject.Kind == pipeline.KindASN {
			if fmt.Sprintf("AS%d", e.ASN.Int()) != subject.Value {
				continue
			}
		} else {
			p, err := netip.ParsePrefix(e.CIDR.String())
			if err != nil || !p.Overlaps(at) {
				continue
			}
			if p = p.Masked(); p.Bits() > at.Bits() { // it lists a part of the network
				code += " (" + p.String() + ")"
			}
		}
		r.lists(map[string]any{"code": code})
		listed = true
	}
	if !listed {
		r.omits()
	}
	return nil
}

func isPrefix(s string) bool {
	_, err := netip.ParsePrefix(s)
	return err == nil
}

// parseDrop reads a list: one JSON object a line, and at the end how many there
// are, without which it may have been cut.
func parseDrop(body []byte) (entries []dropEntry, dated time.Time, err error) {
	whole := false
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var e dropEntry
		if line[0] != '{' || json.Unmarshal(line, &e) != nil || whole {
			return nil, dated, pipeline.Fail(pipeline.Malformed, "the list has a line that is no entry")
		}
		switch {
		case e.Type == "metadata":
			whole, dated = true, e.Timestamp.Time
			if e.Records.Is && e.Records.Int() != len(entries) {
				return nil, dated, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the list has %d entries, and says that it has %d", len(entries), e.Records.Int()))
			}
		case e.CIDR == "" && e.ASN.Int() <= 0, e.CIDR != "" && !isPrefix(e.CIDR.String()):
			return nil, dated, pipeline.Fail(pipeline.Malformed, "the list has an entry of nothing")
		default:
			entries = append(entries, e)
		}
	}
	if !whole {
		return nil, dated, pipeline.Fail(pipeline.Malformed, "the list has no end: it may have been cut")
	}
	return entries, dated, nil
}
