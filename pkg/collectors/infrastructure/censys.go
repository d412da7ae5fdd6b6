package infrastructure

import (
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

// censysKey and censysAccount are how the platform of Censys takes a personal
// access token, and for whom it is used.
var (
	censysKey     = collectors.Credential{Name: "CENSYS_PAT", Header: "Authorization", Scheme: "Bearer"}
	censysAccount = collectors.Credential{Name: "CENSYS_ORG_ID", Parameter: "organization_id"}
)

// censysSource is the platform of Censys (API v3). Its free plan looks things up
// for a few credits and searches for none.
var censysSource = pipeline.Source{
	Name: "censys", Family: "internet-survey", Base: "https://api.platform.censys.io", Country: "US",
	Terms: "https://censys.com/terms-of-service/", Commercial: pipeline.Contract, Verified: "2026-11-23",
	Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour, Class: pipeline.Commercial,
}

// censysHost reads what Censys saw at an address. The record of its registry and
// the certificates that come with it name people: they are not told.
func censysHost() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "censys-host", Title: "Services and products at an address (Censys)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listens-on", "service-banner", "runs", "reverse-name", "announced-by", "part-of", "geolocated-in"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "censys", Grade: "B2",
			Source:  censysSource,
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3},
			Keys:    []string{censysKey.Name},
			MayUse:  []string{censysAccount.Name},
			Derive: derive.JSON(derive.Shape{"result": derive.Within(derive.Shape{"resource": derive.Within(derive.Shape{"ip": derive.Technical,
				"services": derive.Each(derive.Shape{"port": derive.Quantity, "transport_protocol": derive.OneOf("tcp", "udp"), "scan_time": derive.Technical})})})}),
		},
		Collect: readCensysHost,
	}
}

// censysAsset is what Censys says of an address.
type censysAsset struct {
	IP       loose.Text
	Location loose.Object[struct {
		Country loose.Text `json:"country_code"`
		City    loose.Text
	}]
	Network loose.Object[struct {
		ASN    loose.Text
		Prefix loose.Text `json:"bgp_prefix"`
	}] `json:"autonomous_system"`
	DNS loose.Object[struct {
		Reverse loose.Object[struct{ Names loose.List[loose.Text] }] `json:"reverse_dns"`
	}]
	Services loose.List[struct {
		Port      loose.Number
		Protocol  loose.Text
		Transport loose.Text `json:"transport_protocol"`
		Seen      loose.Time `json:"scan_time"`
		Software  loose.List[struct{ Product, Version, CPE loose.Text }]
	}]
}

func readCensysHost(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "host", URL: "/v3/global/asset/host/" + url.PathEscape(subject.Value), Accept: "json", NoFollow: true,
		Credential: censysKey, Also: censysAccount})
	if err != nil {
		return meaning(err, 403, pipeline.Blocked, "censys does not look addresses up on the plan of this CENSYS_PAT, or wants CENSYS_ORG_ID")
	}
	var d struct {
		Result loose.Object[struct{ Resource loose.Object[censysAsset] }]
		Title  loose.Text
		Error  loose.Object[struct{ Code loose.Text }]
	}
	bad := json.Unmarshal(a.Body, &d) != nil
	h := d.Result.Of.Resource.Of
	switch {
	case a.Truncated:
		return pipeline.Fail(pipeline.Partial, "censys says more of the address than is read")
	case !bad && a.Status == 404 && (d.Title != "" || d.Error.Has): // it has not seen the address
		return nil
	case bad || a.Status != 200 || h.IP.String() != subject.Value:
		return pipeline.Fail(pipeline.Malformed, "censys sent something that is not about the address")
	}
	return h.tell(&routing{subject: subject, emit: emit, exchanges: a.Exchanges()})
}

func (h censysAsset) tell(r *routing) error {
	addr, _ := netip.ParseAddr(r.subject.Value) // a canonical one
	if n := h.Network.Of; n.ASN != "" {
		r.route(n.Prefix.String(), []string{n.ASN.String()})
	}
	if c := country(h.Location.Of.Country.String()); c != "" {
		v := map[string]any{"country": c, "by": "censys"}
		if city := label(h.Location.Of.City.String()); city != "" {
			v["city"] = city
		}
		r.say(pipeline.Observation{Predicate: "geolocated-in", Value: v})
	}
	for _, text := range h.DNS.Of.Reverse.Of.Names {
		if name, err := pipeline.NewName(text.String()); err == nil {
			r.say(pipeline.Observation{Predicate: "reverse-name", Object: &name})
		}
	}
	for i, s := range h.Services {
		if i == servicesLimit {
			return pipeline.Fail(pipeline.Partial, "more services than are told of one address")
		}
		over := "tcp"
		if t := s.Transport.String(); t == "udp" || t == "quic" {
			over = "udp"
		}
		at, ok := serviceAt(addr, s.Port.Int(), over)
		if !ok {
			continue
		}
		r.say(pipeline.Observation{Predicate: "listens-on", Object: &at})
		v := surveyedService(portAt(uint16(s.Port.Int()), over), s.Protocol.String(), s.Seen)
		for _, soft := range s.Software {
			product, ok := productOf(soft.CPE.String())
			if !ok {
				product, ok = productNamed(soft.Product.String(), soft.Version.String())
			}
			if !ok {
				continue
			}
			r.say(surveyedProduct(product))
			if v["product"] == nil {
				put(v, map[string]string{"product": label(soft.Product.String()), "version": label(soft.Version.String())})
			}
		}
		r.say(pipeline.Observation{Subject: at, Predicate: "service-banner", Value: v})
	}
	return nil
}
