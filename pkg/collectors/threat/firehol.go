package threat

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// firehol looks an address up in FireHOL's level 1, which puts together what
// several lists agree to be nothing but harmful.
func firehol() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "firehol", Title: "Is it on FireHOL's list of what is nothing but harmful (level 1)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "firehol", Grade: "C3",
			Source: pipeline.Source{
				Name: "firehol", Family: "block-list", Base: "https://raw.githubusercontent.com/firehol/blocklist-ipsets/master", Country: "US",
				Terms: "https://github.com/firehol/blocklist-ipsets", Commercial: pipeline.UnknownOK, Verified: "2026-11-26",
				TTL: 12 * time.Hour,
			},
			Ceiling: pipeline.Ceiling{Requests: 3},
		},
		Collect: readFirehol,
	}
}

func readFirehol(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "firehol's level 1"); err != nil {
		return err
	}
	at, err := prefixOf(subject)
	if err != nil {
		return err
	}
	a, err := callRoll(ctx, net, collectors.Request{Operation: "list", URL: "/firehol_level1.netset"})
	if err != nil {
		return err
	}
	nets, dated, err := parseNetset(a.Body)
	if err != nil {
		return err
	}
	r, listed := roll{"FireHOL level 1", "suspicious", a, datedBy(dated, emit)}, false
	for _, p := range nets {
		if p.Overlaps(at) {
			listed = true
			r.lists(map[string]any{"code": p.String()})
		}
	}
	if !listed {
		r.omits()
	}
	return nil
}

var (
	netsetCount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^#\s*Entries\s*:\s*(\d+) subnets`) })
	netsetDate  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^#\s*Source File Date\s*:\s*(.+?)\s*$`) })
)

// parseNetset reads a list of addresses and networks, one a line, and the date
// in its head. The head says how many there are.
func parseNetset(body []byte) (nets []netip.Prefix, dated time.Time, err error) {
	for _, line := range rollLines(body, "#") {
		p, err := netip.ParsePrefix(line)
		if err != nil {
			a, err := netip.ParseAddr(line)
			if err != nil {
				return nil, dated, pipeline.Fail(pipeline.Malformed, "the list has a line that is no network")
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		nets = append(nets, p.Masked())
	}
	if m := netsetCount().FindSubmatch(body); m != nil {
		if n, _ := strconv.Atoi(string(m[1])); n != len(nets) {
			return nil, dated, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the list has %d networks, and says that it has %d", len(nets), n))
		}
	}
	if len(nets) == 0 {
		return nil, dated, pipeline.Fail(pipeline.Malformed, "the list has no network on it")
	}
	if m := netsetDate().FindSubmatch(body); m != nil {
		dated = dateOfNetset(string(m[1]))
	}
	return nets, dated, nil
}

// dateOfNetset reads "Thu Nov 26 04:05:06 UTC 2026"; the zero time if it is none.
func dateOfNetset(s string) time.Time {
	if t, err := time.Parse(time.UnixDate, s); err == nil {
		return loose.ParseTime(t.UTC().Format(time.RFC3339))
	}
	return time.Time{}
}
