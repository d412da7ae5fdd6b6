package infrastructure

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// bimi reads which mark a domain would have shown beside its mail (BIMI), and
// whether it points at evidence that the mark is its own. Neither is fetched.
// One round trip.
func bimi() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "bimi", Title: "Mark that a domain would have shown beside its mail (BIMI)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"bimi-record"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "zone", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 1},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			z := newZone(net.Lookup)
			at := collectors.Question{Name: bimiSelector + "._bimi." + subject.Value, Type: dns.TypeTXT}
			if err := z.ask(ctx, at); err != nil {
				return err
			}
			if reply := z.get(at.Name, at.Type); reply != nil {
				emit(tellBIMI(reply))
			}
			return z.end()
		},
	}
}

// bimiSelector is the one that is asked for where a message names none.
const bimiSelector = "default"

// tellBIMI says what the records below the selector come to.
func tellBIMI(reply *collectors.Reply) pipeline.Observation {
	o := pipeline.Observation{Predicate: "bimi-record", Exchanges: proof(reply)}
	records := versioned(reply, "v=BIMI1")
	if len(records) == 0 {
		o.Denies = true
		return o
	}
	logo, evidence, faults := parseBIMI(records[0])
	if len(records) > 1 {
		faults = append(faults, fmt.Sprintf("there are %d records, and one may be", len(records)))
	}
	o.Value = map[string]any{"selector": bimiSelector, "logo": logo, "evidence": evidence, "valid": len(faults) == 0, "reason": cut(strings.Join(faults, "; "), 500)}
	return o
}

// parseBIMI reads "v=BIMI1; l=https://….svg; a=https://….pem; avp=brand". One
// without a mark declines to have any shown.
func parseBIMI(record string) (logo, evidence string, faults []string) {
	order, values := tags(record)
	if len(order) == 0 || order[0] != "v" {
		faults = append(faults, "it does not begin with its version")
	}
	if _, there := values["l"]; !there {
		faults = append(faults, "it says nothing of a mark (l=)")
	}
	logo, fault := bimiURL("mark", values["l"], ".svg", ".svgz")
	if fault != "" {
		faults = append(faults, fault)
	}
	evidence, fault = bimiURL("evidence", values["a"], ".pem")
	if fault != "" {
		faults = append(faults, fault)
	}
	if evidence != "" && logo == "" {
		faults = append(faults, "it has evidence for no mark")
	}
	if avp := values["avp"]; avp != "" && avp != "brand" && avp != "personal" {
		faults = append(faults, fmt.Sprintf("avp=%s is none of brand and personal", cut(avp, 20)))
	}
	return logo, evidence, faults
}

// bimiURL returns a location that can be one, without its query; and what is
// wrong with it.
func bimiURL(what, text string, ends ...string) (at, fault string) {
	if text == "" {
		return "", ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", fmt.Sprintf("the %s is at no address over HTTPS", what)
	}
	u.RawQuery, u.Fragment = "", ""
	if !slices.Contains(ends, strings.ToLower(path.Ext(u.Path))) {
		fault = fmt.Sprintf("the %s is no %s", what, strings.Join(ends, " or "))
	}
	return cut(u.String(), 500), fault
}
