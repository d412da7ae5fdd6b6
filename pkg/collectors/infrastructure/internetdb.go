package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// internetDB reads what Shodan's weekly survey saw at an address. What it says of
// weaknesses it concludes from versions.
func internetDB() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "internetdb", Title: "Open ports and products at an address, as surveyed weekly (Shodan InternetDB)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listens-on", "reverse-name", "runs", "has-vulnerability", "used-as"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "shodan", Grade: "B3",
			Source: pipeline.Source{
				Name: "internetdb", Family: "internet-survey", Base: "https://internetdb.shodan.io", Country: "US",
				Terms: "https://internetdb.shodan.io/", Commercial: pipeline.No, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 1 << 20},
		},
		Collect: readInternetDB,
	}
}

// surveyed is what the survey says of an address.
type surveyed struct {
	IP        loose.Text
	Ports     loose.List[loose.Number]
	CPEs      loose.List[loose.Text]
	Hostnames loose.List[loose.Text]
	Tags      loose.List[loose.Text]
	Vulns     loose.List[loose.Text]
}

func readInternetDB(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "address", URL: "/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	switch {
	case err != nil:
		return err
	case a.Status == 404 && isDetail(a.Body): // it has seen nothing there
		return nil
	}
	var s surveyed
	if a.Status != 200 || json.Unmarshal(a.Body, &s) != nil || s.IP.String() != subject.Value {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("internetdb answered %d with something that is not about the address", a.Status))
	}
	tellSurvey(s, subject, func(o pipeline.Observation) {
		o.Exchanges = a.Exchanges()
		emit(o)
	})
	return nil
}

// serviceAt returns the service at a port of an address.
func serviceAt(addr netip.Addr, port int, over string) (pipeline.Entity, bool) {
	if port <= 0 || port >= 1<<16 {
		return pipeline.Entity{}, false
	}
	e, err := pipeline.NewEntity(pipeline.KindService, netip.AddrPortFrom(addr, uint16(port)).String()+"/"+over)
	return e, err == nil
}

// isDetail reports whether a body is an error of the service's own, with a text.
func isDetail(body []byte) bool {
	var e struct{ Detail string }
	return json.Unmarshal(body, &e) == nil && e.Detail != ""
}

func tellSurvey(s surveyed, subject pipeline.Entity, emit collectors.Emit) {
	addr, _ := netip.ParseAddr(subject.Value) // a canonical one
	for _, n := range s.Ports {
		if e, ok := serviceAt(addr, n.Int(), "tcp"); ok {
			emit(pipeline.Observation{Predicate: "listens-on", Object: &e})
		}
	}
	for _, text := range s.Hostnames {
		if name, err := pipeline.NewName(text.String()); err == nil {
			emit(pipeline.Observation{Predicate: "reverse-name", Object: &name})
		}
	}
	for _, cpe := range s.CPEs {
		if product, ok := productOf(cpe.String()); ok {
			emit(surveyedProduct(product))
		}
	}
	for _, id := range s.Vulns {
		if cve, err := pipeline.NewEntity(pipeline.KindVulnerability, id.String()); err == nil {
			emit(pipeline.Observation{Predicate: "has-vulnerability", Object: &cve, Value: map[string]any{"verified": false, "basis": "version"}})
		}
	}
	for _, tag := range s.Tags {
		if kind, ok := uses[tag.String()]; ok {
			emit(pipeline.Observation{Predicate: "used-as", Value: map[string]any{"kind": kind, "by": "shodan"}})
		}
	}
}

// uses are the tags that say what an address is used for.
var uses = map[string]string{"cloud": "hosting", "cdn": "cdn", "vpn": "vpn", "proxy": "proxy", "tor": "tor", "scanner": "scanner"}
