package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// shodanDNS reads the names below a domain that Shodan has seen in DNS, and where
// they led. A page costs one credit of the plan.
func shodanDNS() collectors.Entry {
	source := shodanSource("shodan-dns")
	source.Family, source.PriceUSD = "passive-dns", 0.007 // of a credit, on the smallest plan that sells them
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "shodan-dns", Title: "Names below a domain that were seen in DNS (Shodan; costs credits)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // of a zone: in the answer, never told
			Mode:     pipeline.Passive, Origin: "shodan", Grade: "B3",
			Source:  source,
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: shodanPages + 2, CostUSD: 0.05},
			Timeout: time.Minute,
			Keys:    []string{shodanKey.Name},
			Derive: derive.JSON(derive.Shape{"domain": derive.Technical, "subdomains": derive.Count, "more": derive.Flag, "error": derive.Filled,
				"data": derive.Each(derive.Shape{"type": derive.OneOf("A", "AAAA", "CNAME", "MX", "NS", "SOA", "TXT"), "last_seen": derive.Technical})}),
		},
		Collect: readShodanDNS,
	}
}

// shodanPages is how many pages of names are paid for.
const shodanPages = 3

// shodanZone is one page.
type shodanZone struct {
	Error      loose.Text
	Domain     loose.Text
	Subdomains loose.List[loose.Text]
	More       loose.Truth
	Data       loose.List[struct {
		Subdomain, Type, Value loose.Text
		Seen                   loose.Time `json:"last_seen"`
	}]
}

func readShodanDNS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	told := map[string]bool{}
	for page := 1; ; page++ {
		z, x, err := shodanPage(ctx, net, subject.Value, page)
		switch {
		case err != nil && page > 1:
			return partly(err, fmt.Sprintf("page %d", page))
		case err != nil || z == nil:
			return err
		}
		before := len(told)
		if err := z.tell(subject, told, x, emit); err != nil {
			return err
		}
		switch {
		case !bool(z.More):
			return nil
		case len(told) == before:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d holds nothing that was not told, and says that there is more", page))
		case page == shodanPages:
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d pages that are paid for", shodanPages))
		}
	}
}

// shodanPage gets one page; nil if nothing is known of the domain.
func shodanPage(ctx context.Context, net *collectors.View, domain string, page int) (*shodanZone, []pipeline.ExchangeID, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "dns", URL: fmt.Sprintf("/dns/domain/%s?page=%d", url.PathEscape(domain), page),
		Accept: "json", NoFollow: true, Credential: shodanKey})
	if err != nil {
		return nil, nil, meaning(err, 403, pipeline.Blocked, "shodan tells this to members only")
	}
	var z shodanZone
	bad := json.Unmarshal(a.Body, &z) != nil
	switch {
	case !bad && a.Status == 404 && strings.HasPrefix(z.Error.String(), "No information available"):
		return nil, nil, nil
	case !bad && z.Error != "":
		return nil, nil, shodanError(z.Error.String())
	case bad || a.Status != 200 || !strings.EqualFold(z.Domain.String(), domain):
		return nil, nil, pipeline.Fail(pipeline.Malformed, "shodan sent something that is not about the domain")
	}
	return &z, a.Exchanges(), nil
}

// tell says the names that were not told before, and where they led.
func (z *shodanZone) tell(subject pipeline.Entity, told map[string]bool, x []pipeline.ExchangeID, emit collectors.Emit) error {
	name := func(label loose.Text) (pipeline.Entity, bool) {
		if label.String() == "" {
			return subject, true
		}
		return nameBelow(label.String()+"."+subject.Value, subject.Value)
	}
	labels := z.Subdomains
	for _, d := range z.Data {
		labels = append(labels, d.Subdomain)
	}
	for _, label := range labels {
		e, ok := name(label)
		if !ok || e == subject || told[e.Value] {
			continue
		}
		if len(told) == maxCertifiedNames {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d names that are told", maxCertifiedNames))
		}
		told[e.Value] = true
		emit(pipeline.Observation{Predicate: "has-name", Object: &e, Exchanges: x})
	}
	for _, d := range z.Data {
		from, ok := name(d.Subdomain)
		kind := d.Type.String()
		if !ok || kind != "A" && kind != "AAAA" {
			continue
		}
		ip, err := pipeline.NewEntity(pipeline.KindIP, d.Value.String())
		if err != nil {
			continue
		}
		v := map[string]any{"type": kind}
		if at := d.Seen.RFC3339(); at != "" {
			v["last"] = at
		}
		emit(pipeline.Observation{Subject: from, Predicate: "resolved-to", Object: &ip, Value: v, Exchanges: x})
	}
	return nil
}
