package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// peeringDB reads what a network says of itself where networks look for one
// another: its sort and policy, and at which exchanges it is present. It asks
// for these fields alone, so that no contact comes with them. Three round trips.
func peeringDB() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "peeringdb", Title: "A network as it describes itself, and where it is present (PeeringDB)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindASN},
			Produces: []pipeline.Predicate{"network-facts", "peers-at"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "peeringdb", Grade: "B2",
			Source: pipeline.Source{
				Name: "peeringdb", Family: "peering", Base: "https://www.peeringdb.com", Country: "US",
				Terms: "https://www.peeringdb.com/aup", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Slots: 1, Interval: 3 * time.Second, TTL: 24 * time.Hour, // 20 a minute, without a key
			},
			Sends:   []pipeline.Kind{pipeline.KindASN},
			Ceiling: pipeline.Ceiling{Requests: 9},
			Timeout: time.Minute,
			MayUse:  []string{"PEERINGDB_API_KEY"},
		},
		Collect: readPeeringDB,
	}
}

// exchangesLimit is how many exchanges of one network are told.
const exchangesLimit = 200

// peering is one row of any of the lists that are asked for.
type peering struct {
	ASN, ID             loose.Text
	Type                loose.Text   `json:"info_type"`
	Types               loose.Texts  `json:"info_types"`
	Scope               loose.Text   `json:"info_scope"`
	Traffic             loose.Text   `json:"info_traffic"`
	Policy              loose.Text   `json:"policy_general"`
	V4                  loose.Number `json:"info_prefixes4"`
	V6                  loose.Number `json:"info_prefixes6"`
	Exchange            loose.Text   `json:"ix_id"`
	Speed               loose.Number
	Name, City, Country loose.Text
}

func readPeeringDB(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	number := strings.TrimPrefix(subject.Value, "AS")
	nets, x, err := peeringRows(ctx, net, "net", "asn="+number+"&fields=id,asn,info_type,info_types,info_scope,info_traffic,policy_general,info_prefixes4,info_prefixes6")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(nets, func(p peering) bool { return p.ASN.String() == number })
	switch {
	case len(nets) == 0: // it is not there
		return nil
	case i < 0:
		return pipeline.Fail(pipeline.Malformed, "peeringdb speaks of another network than was asked about")
	}
	emit(pipeline.Observation{Predicate: "network-facts", Value: nets[i].facts(), Exchanges: x})
	ports, x, err := peeringRows(ctx, net, "netixlan", "asn="+number+"&fields=id,asn,ix_id,name,speed")
	if err != nil {
		return partly(err, "its exchanges")
	}
	ports = slices.DeleteFunc(ports, func(p peering) bool { return p.ASN.String() != number || !isNumber(p.Exchange.String()) })
	if len(ports) == 0 {
		return nil
	}
	return tellExchanges(ctx, net, ports, x, emit)
}

// facts are what a network says of itself, in the words that it may choose from.
func (p peering) facts() map[string]any {
	v := map[string]any{}
	kind := p.Type.String()
	if kind == "" && len(p.Types) > 0 {
		kind = strings.Join(p.Types, ", ")
	}
	for key, text := range map[string]string{"type": kind, "scope": p.Scope.String(), "policy": p.Policy.String(), "traffic": p.Traffic.String()} {
		if text != "" && len(text) <= 64 {
			v[key] = text
		}
	}
	for key, n := range map[string]loose.Number{"prefixes_v4": p.V4, "prefixes_v6": p.V6} {
		if n.Is && n.Value >= 0 {
			v[key] = n.Value
		}
	}
	return v
}

// isNumber reports whether a text is a number of PeeringDB's, and so may stand in
// the next question.
func isNumber(s string) bool { return s != "" && len(s) <= 12 && strings.Trim(s, "0123456789") == "" }

// tellExchanges tells each exchange once, with what all ports at it come to,
// and asks where the exchanges are.
func tellExchanges(ctx context.Context, net *collectors.View, ports []peering, x []pipeline.ExchangeID, emit collectors.Emit) error {
	var ids []string
	names, speed := map[string]string{}, map[string]float64{}
	for _, p := range ports {
		id := p.Exchange.String()
		if _, known := names[id]; !known {
			ids = append(ids, id)
			names[id] = collectors.OneLine(p.Name.String(), 80)
		}
		speed[id] += max(p.Speed.Value, 0)
	}
	var cut error
	if len(ids) > exchangesLimit {
		cut = pipeline.Fail(pipeline.Partial, fmt.Sprintf("it is present at %d exchanges, of which %d are told", len(ids), exchangesLimit))
		ids = ids[:exchangesLimit]
	}
	places := map[string]peering{}
	rows, y, err := peeringRows(ctx, net, "ix", "id__in="+strings.Join(ids, ",")+"&fields=id,name,city,country")
	if err != nil {
		cut = partly(err, "where its exchanges are")
	}
	for _, r := range rows {
		places[r.ID.String()] = r
	}
	for _, id := range ids {
		at, proof := places[id], x
		v := map[string]any{"exchange": names[id]}
		if name := collectors.OneLine(at.Name.String(), 80); name != "" {
			v["exchange"] = name
			proof = slices.Concat(x, y)
		}
		if v["exchange"] == "" {
			continue
		}
		for key, text := range map[string]string{"city": collectors.OneLine(at.City.String(), 80), "country": country(at.Country.String())} {
			if text != "" {
				v[key] = text
			}
		}
		if speed[id] > 0 {
			v["speed_mbps"] = speed[id]
		}
		emit(pipeline.Observation{Predicate: "peers-at", Value: v, Exchanges: proof})
	}
	return cut
}

// peeringRows asks for one list.
func peeringRows(ctx context.Context, net *collectors.View, list, query string) ([]peering, []pipeline.ExchangeID, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: list, URL: "/api/" + list + "?" + query, Accept: "json", NoFollow: true,
		Credential: collectors.Credential{Name: "PEERINGDB_API_KEY", Header: "Authorization", Scheme: "Api-Key"}})
	if err != nil {
		return nil, nil, err
	}
	var d struct {
		Data *[]peering
		Meta loose.Object[struct{ Error loose.Text }]
	}
	bad := json.Unmarshal(a.Body, &d) != nil
	switch {
	case a.Status == 404 && !bad && d.Meta.Has: // as it may say of a network that it does not know
		return nil, a.Exchanges(), nil
	case a.Status != 200 || bad || d.Data == nil:
		return nil, nil, pipeline.Fail(pipeline.Malformed, "peeringdb sent no list of "+list)
	}
	return *d.Data, a.Exchanges(), nil
}
