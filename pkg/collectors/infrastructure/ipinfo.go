package infrastructure

import (
	"context"
	"encoding/json"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// ipInfo reads the country of an address and the network that announces it from
// IPinfo's free data (IPinfo Lite, CC BY-SA 4.0). Where an address is, it
// estimates; it is nobody's home.
func ipInfo() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ipinfo", Title: "Country and network of an address, as estimated (IPinfo Lite)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"geolocated-in", "announced-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "ipinfo", Grade: "B3",
			Source: pipeline.Source{
				Name: "ipinfo", Family: "geolocation", Base: "https://api.ipinfo.io", Country: "US",
				Terms: "https://ipinfo.io/terms-of-service", Commercial: pipeline.Yes, Verified: "2026-11-23", // with attribution
				Slots: 4, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 1 << 20},
			Keys:    []string{"IPINFO_TOKEN"},
		},
		Collect: readIPInfo,
	}
}

func readIPInfo(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "lite", URL: "/lite/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20,
		Credential: collectors.Credential{Name: "IPINFO_TOKEN", Header: "Authorization", Scheme: "Bearer"}})
	if err != nil { // a bad token is not told apart by another status
		return meaning(err, 403, pipeline.Unauthorized, "ipinfo takes no IPINFO_TOKEN that is not valid; osint keys set IPINFO_TOKEN")
	}
	var d struct {
		IP, ASN loose.Text
		Code    loose.Text `json:"country_code"`
		Bogon   loose.Truth
		Error   loose.Object[struct{ Title loose.Text }]
	}
	bad := json.Unmarshal(a.Body, &d) != nil
	switch {
	case a.Status == 404 && d.Error.Has:
		return pipeline.Fail(pipeline.Skipped, "ipinfo says nothing of an address of this sort")
	case bad || a.Status != 200 || d.IP.String() != subject.Value:
		return pipeline.Fail(pipeline.Malformed, "ipinfo sent something that is not about the address")
	case bool(d.Bogon): // an address that nobody has in public
		return nil
	}
	if code := country(d.Code.String()); code != "" {
		emit(pipeline.Observation{Predicate: "geolocated-in", Value: map[string]any{"country": code, "by": "ipinfo"}, Exchanges: a.Exchanges()})
	}
	if as, err := pipeline.NewEntity(pipeline.KindASN, d.ASN.String()); err == nil {
		emit(pipeline.Observation{Predicate: "announced-by", Object: &as, Exchanges: a.Exchanges()})
	}
	return nil
}
