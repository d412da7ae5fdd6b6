package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// leakixKey is how LeakIX takes its key.
var leakixKey = collectors.Credential{Name: "LEAKIX_API_KEY", Header: "Api-Key"}

// leakixSource is LeakIX, whose free key may ask about once in a second. It says
// with 429 and X-Limited-For how long to wait.
func leakixSource(name, family string) pipeline.Source {
	return pipeline.Source{
		Name: name, Family: family, Base: "https://leakix.net", Country: "BE",
		Terms: "https://leakix.net/tos", Commercial: pipeline.Contract, Verified: "2026-11-23",
		Slots: 1, Interval: 2 * time.Second, TTL: 12 * time.Hour,
	}
}

// leakix asks LeakIX which services of an address or domain show strangers data,
// and how much. A summary of it may hold what leaked: none is told, and none is
// kept. It runs when it is named.
func leakix() collectors.Entry {
	source := leakixSource("leakix", "internet-survey")
	source.Class = pipeline.BreachIndex
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "leakix", Title: "Services that show strangers data (LeakIX)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"listens-on", "service-banner", "runs", "exposes-data"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Content, pipeline.Credential},
			Mode:     pipeline.Passive, Origin: "leakix", Grade: "B2",
			Source:    source,
			Sends:     []pipeline.Kind{pipeline.KindIP, pipeline.KindDomain, pipeline.KindHost},
			Ceiling:   pipeline.Ceiling{Requests: 3},
			Keys:      []string{leakixKey.Name},
			OnRequest: "--with leakix",
			Derive: derive.JSON(derive.Shape{"Services": derive.Count,
				"Leaks": derive.Each(derive.Shape{"Ip": derive.Technical, "plugins": derive.Count, "leak_count": derive.Quantity, "creation_date": derive.Technical})}),
		},
		Collect: readLeakIX,
	}
}

// leakixEvent is one thing that was seen. Its summary is not read.
type leakixEvent struct {
	Source    loose.Text `json:"event_source"`
	IP, Host  loose.Text
	Port      loose.Number
	Transport loose.Texts
	Protocol  loose.Text
	Time      loose.Time
	Service   loose.Object[struct {
		Software loose.Object[struct{ Name, Version loose.Text }]
	}]
	Leak loose.Object[struct {
		Severity loose.Text
		Dataset  loose.Object[struct{ Rows, Files, Size loose.Number }]
	}]
}

func readLeakIX(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	path := "/domain/"
	if subject.Kind == pipeline.KindIP {
		path = "/host/"
	}
	body, x, err := askLeakIX(ctx, net, "exposures", path+url.PathEscape(subject.Value))
	if err != nil || body == nil {
		return err
	}
	var d struct {
		Services *loose.List[leakixEvent]
		Leaks    *loose.List[struct{ Events loose.List[leakixEvent] }]
		Title    loose.Text
	}
	if json.Unmarshal(body, &d) != nil || d.Services == nil && d.Leaks == nil && !nulls(body) {
		return pipeline.Fail(pipeline.Malformed, "leakix sent no lists of services and leaks")
	}
	t := leaking{subject: subject, say: func(o pipeline.Observation) {
		o.Exchanges = x
		emit(o)
	}}
	if d.Services != nil && subject.Kind == pipeline.KindIP {
		for _, e := range (*d.Services)[:min(len(*d.Services), servicesLimit)] {
			t.service(e)
		}
	}
	told := 0
	if d.Leaks != nil {
		for _, l := range *d.Leaks {
			for _, e := range l.Events {
				if told++; told > servicesLimit {
					return pipeline.Fail(pipeline.Partial, "more leaks than are told of one subject")
				}
				t.leak(e)
			}
		}
	}
	if d.Services != nil && len(*d.Services) > servicesLimit {
		return pipeline.Fail(pipeline.Partial, "more services than are told of one address")
	}
	return nil
}

// nulls reports whether an answer has both lists, and null in their places: it
// knows the subject, and nothing of it.
func nulls(body []byte) bool {
	var keys map[string]json.RawMessage
	_ = json.Unmarshal(body, &keys) // it was one
	_, services := keys["Services"]
	_, leaks := keys["Leaks"]
	return services && leaks
}

// askLeakIX makes one question; nil if nothing is known, which LeakIX says with
// 204, or null. A body that is empty all the same may have been lost.
func askLeakIX(ctx context.Context, net *collectors.View, what, path string) ([]byte, []pipeline.ExchangeID, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: what, URL: path, Accept: "application/json", NoFollow: true, Credential: leakixKey})
	switch {
	case err != nil:
		return nil, nil, err
	case a.Status == 204 || a.Status == 200 && string(bytes.TrimSpace(a.Body)) == "null":
		return nil, nil, nil
	case a.Truncated:
		return nil, nil, pipeline.Fail(pipeline.Partial, "leakix says more than is read")
	case a.Status != 200 || !json.Valid(a.Body):
		return nil, nil, pipeline.Fail(pipeline.Malformed, "leakix sent something that is no JSON")
	}
	return a.Body, a.Exchanges(), nil
}

// A leaking tells what events say of a subject.
type leaking struct {
	subject pipeline.Entity
	say     func(pipeline.Observation)
}

// service tells of a service of the address that was asked about.
func (t leaking) service(e leakixEvent) {
	addr, err := netip.ParseAddr(e.IP.String())
	if err != nil || addr.String() != t.subject.Value {
		return
	}
	over := "tcp"
	if len(e.Transport) > 0 && e.Transport[0] == "udp" {
		over = "udp"
	}
	at, ok := serviceAt(addr, e.Port.Int(), over)
	if !ok {
		return
	}
	t.say(pipeline.Observation{Predicate: "listens-on", Object: &at})
	soft := e.Service.Of.Software.Of
	v := surveyedService(portAt(uint16(e.Port.Int()), over), e.Protocol.String(), e.Time)
	put(v, map[string]string{"product": label(soft.Name.String()), "version": label(soft.Version.String())})
	t.say(pipeline.Observation{Subject: at, Predicate: "service-banner", Value: v})
	if product, ok := productNamed(soft.Name.String(), soft.Version.String()); ok {
		t.say(surveyedProduct(product))
	}
}

// leak tells that something shows data: a store at its address, anything else of
// the name where it does, if that is the subject or lies below it.
func (t leaking) leak(e leakixEvent) {
	plugin := label(e.Source.String())
	if plugin == "" {
		return
	}
	v, at := exposed(plugin), t.subject
	name, noName := pipeline.NewName(e.Host.String())
	ip, noIP := pipeline.NewEntity(pipeline.KindIP, e.IP.String())
	switch _, below := nameBelow(name.Value, at.Value); {
	case at.Kind == pipeline.KindIP:
		if noIP != nil || ip != at {
			return
		}
	case noName != nil || name != at && !below:
		return
	case v["what"] == "data" && noIP == nil:
		at = ip
	default:
		at = name
	}
	put(v, map[string]string{"severity": word(e.Leak.Of.Severity.String()), "at": e.Time.RFC3339()})
	set := e.Leak.Of.Dataset.Of
	for key, n := range map[string]loose.Number{"rows": set.Rows, "files": set.Files, "size": set.Size} {
		if n.Is && n.Value > 0 {
			v[key] = n.Value
		}
	}
	t.say(pipeline.Observation{Subject: at, Predicate: "exposes-data", Value: v})
}
