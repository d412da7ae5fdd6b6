package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// securityTrails reads what SecurityTrails has of a domain: its addresses now,
// the names below it, and the addresses that it had. Three round trips.
func securityTrails() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "securitytrails", Title: "Names below a domain, and its addresses now and before (SecurityTrails)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // a zone's contact: in the answer, never emitted
			Mode:     pipeline.Passive, Origin: "securitytrails", Grade: "B2",
			Source: pipeline.Source{
				Name: "securitytrails", Family: "passive-dns", Base: "https://api.securitytrails.com/v1", Country: "US",
				Terms: "https://securitytrails.com/corp/tos", Commercial: pipeline.Contract, Verified: "2026-11-23",
				Slots: 1, Interval: time.Second, Monthly: 50, TTL: 24 * time.Hour, Class: pipeline.Commercial,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 9, Bytes: 32 << 20},
			Timeout: 60 * time.Second,
			Keys:    []string{securityTrailsKey.Name},
			Derive:  derived(deriveSize),
		},
		Collect: readSecurityTrails,
	}
}

var securityTrailsKey = collectors.Credential{Name: "SECURITYTRAILS_API_KEY", Header: "APIKEY"}

func readSecurityTrails(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	known, err := trailsNow(ctx, net, subject, emit)
	if err != nil || !known {
		return err
	}
	found := newNameList(subject.Value)
	names := partly(trailsNames(ctx, net, found), "names")
	before := partly(trailsBefore(ctx, net, subject, emit), "history")
	if names == nil {
		names = before
	}
	return found.toldThen(emit, names)
}

// trailsGet gets one answer into a value. known is false if it is that there is
// no record.
func trailsGet(ctx context.Context, net *collectors.View, operation, path string, into any) (a *collectors.Answer, known bool, err error) {
	a, err = net.HTTP(ctx, collectors.Request{Operation: operation, URL: path, Accept: "json", NoFollow: true, Credential: securityTrailsKey})
	switch {
	case a != nil && a.Status == 403 && bytes.Contains(a.Body, []byte("Invalid authentication")):
		return nil, false, pipeline.Fail(pipeline.Unauthorized, "securitytrails did not take the key")
	case a != nil && a.Status == 429 && bytes.Contains(a.Body, []byte("usage limits")):
		return nil, false, pipeline.Fail(pipeline.QuotaExceeded, "the month's allowance is used up")
	case err != nil:
		return nil, false, err
	}
	var said struct{ Message loose.Text }
	read := json.Unmarshal(a.Body, &said) == nil
	if a.Status == 404 && read && bytes.Contains(bytes.ToLower([]byte(said.Message)), []byte("no record")) {
		return a, false, nil
	}
	if a.Status != 200 || !read || json.Unmarshal(a.Body, into) != nil {
		return nil, false, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where an object is due", a.Status))
	}
	return a, true, nil
}

// trailsRecords are addresses that a name has, or had for a time.
type trailsRecords struct {
	First  loose.Time `json:"first_seen"`
	Last   loose.Time `json:"last_seen"`
	Values loose.List[struct {
		IP   loose.Text `json:"ip"`
		IPv6 loose.Text `json:"ipv6"`
	}] `json:"values"`
}

// tell reports the addresses.
func (r trailsRecords) tell(x pipeline.ExchangeID, emit collectors.Emit) {
	for _, v := range r.Values {
		for _, text := range []loose.Text{v.IP, v.IPv6} {
			ip, err := pipeline.NewEntity(pipeline.KindIP, text.String())
			if err != nil {
				continue
			}
			value, _ := spanOf(r.First.Time, r.Last.Time).(map[string]any)
			if value == nil {
				value = map[string]any{}
			}
			value["type"] = recordType(ip)
			emit(pipeline.Observation{Predicate: "resolved-to", Object: &ip, Value: value, Exchanges: []pipeline.ExchangeID{x}})
		}
	}
}

func trailsNow(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) (known bool, err error) {
	var said struct {
		Hostname loose.Text `json:"hostname"`
		Apex     loose.Text `json:"apex_domain"`
		Current  loose.Object[struct {
			A    loose.Object[trailsRecords] `json:"a"`
			AAAA loose.Object[trailsRecords] `json:"aaaa"`
		}] `json:"current_dns"`
	}
	a, known, err := trailsGet(ctx, net, "domain", "/domain/"+subject.Value, &said)
	if err != nil || !known {
		return false, err
	}
	if bare(said.Hostname.String()) != subject.Value && bare(said.Apex.String()) != subject.Value {
		return false, pipeline.Fail(pipeline.Malformed, "its record is about another name")
	}
	said.Current.Of.A.Of.tell(a.Exchange, emit)
	said.Current.Of.AAAA.Of.tell(a.Exchange, emit)
	return true, nil
}

// trailsNames adds the names below the domain, of which the source gives the
// labels in front of it.
func trailsNames(ctx context.Context, net *collectors.View, found *nameList) error {
	var said struct {
		Names *loose.Texts `json:"subdomains"`
		Meta  loose.Object[struct {
			Limit loose.Truth `json:"limit_reached"`
		}] `json:"meta"`
	}
	a, known, err := trailsGet(ctx, net, "subdomains", "/domain/"+found.domain+"/subdomains?children_only=false&include_inactive=true", &said)
	if err != nil || !known {
		return err
	}
	if said.Names == nil {
		return pipeline.Fail(pipeline.Malformed, "no list of names")
	}
	for _, label := range *said.Names {
		found.add(label+"."+found.domain, time.Time{}, time.Time{}, a.Exchange)
	}
	if said.Meta.Of.Limit {
		return pipeline.Fail(pipeline.Partial, "there are more than the plan shows")
	}
	return nil
}

// trailsBefore tells the addresses that the domain had, of the newest page.
func trailsBefore(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	var said struct {
		Records *loose.List[trailsRecords] `json:"records"`
		Pages   loose.Number               `json:"pages"`
	}
	a, known, err := trailsGet(ctx, net, "history", "/history/"+subject.Value+"/dns/a", &said)
	if err != nil || !known {
		return err
	}
	if said.Records == nil {
		return pipeline.Fail(pipeline.Malformed, "no list of records")
	}
	for _, r := range *said.Records {
		r.tell(a.Exchange, emit)
	}
	if said.Pages.Int() > 1 {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("%d pages, of which the newest is read", said.Pages.Int()))
	}
	return nil
}
