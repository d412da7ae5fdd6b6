package infrastructure

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// routeViews asks the routers of the RouteViews project who announces an address
// or network, with what right, and what an AS announces, where [ripestat] gave no
// answer. Guests may ask once in a second.
func routeViews() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "routeviews", Title: "Routing of an address or network (RouteViews)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock, pipeline.KindASN},
			Produces: []pipeline.Predicate{"announced-by", "part-of", "route-validity", "announces"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "routing", Grade: "A2",
			Source: pipeline.Source{
				Name: "routeviews", Family: "routing", Base: "https://api.routeviews.org", Country: "US",
				Terms: "https://www.routeviews.org/routeviews/aup/", Commercial: pipeline.UnknownOK, Verified: "2026-11-26",
				Slots: 1, Interval: time.Second, TTL: 4 * time.Hour,
			},
			Sends:       []pipeline.Kind{pipeline.KindIP, pipeline.KindNetblock, pipeline.KindASN},
			Ceiling:     pipeline.Ceiling{Requests: 3},
			MayUse:      []string{"ROUTEVIEWS_API_KEY"},
			StandsInFor: "ripestat",
		},
		Collect: readRouteViews,
	}
}

func readRouteViews(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	path := "/prefix/" + url.PathEscape(subject.Value)
	switch subject.Kind {
	case pipeline.KindASN:
		path = "/asn/" + strings.TrimPrefix(subject.Value, "AS")
	case pipeline.KindIP:
		addr, err := netip.ParseAddr(subject.Value)
		if err != nil {
			return err
		}
		path = "/prefix/" + url.PathEscape(netip.PrefixFrom(addr, addr.BitLen()).String())
	}
	if !net.Has(ctx, "ROUTEVIEWS_API_KEY") {
		path = "/guest" + path
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "routes", URL: path, Accept: "json", NoFollow: true,
		Credential: collectors.Credential{Name: "ROUTEVIEWS_API_KEY", Header: "Api-Key"}})
	if err != nil {
		return err
	}
	r := &routing{subject: subject, emit: emit, exchanges: a.Exchanges()}
	if subject.Kind == pipeline.KindASN {
		return viewAnnounced(a, r)
	}
	return viewRoutes(a, r)
}

// viewed is one prefix that routers have a route to, and its origin.
type viewed struct {
	Prefix loose.Text
	Origin loose.Text `json:"origin_asn"`
	State  loose.Text `json:"rpki_state"`
	block  netip.Prefix
}

// viewRoutes tells the routes of the longest prefix that holds the subject.
func viewRoutes(a *collectors.Answer, r *routing) error {
	var rows []viewed
	if a.Status != 200 || json.Unmarshal(a.Body, &rows) != nil {
		return pipeline.Fail(pipeline.Malformed, "routeviews sent no list of routes")
	}
	told := len(rows)
	rows = slices.DeleteFunc(rows, func(v viewed) bool {
		p, err := netip.ParsePrefix(v.Prefix.String())
		return err != nil || !r.holds(p) || p.Bits() == 0
	})
	if told > 0 && len(rows) == 0 {
		return pipeline.Fail(pipeline.Malformed, "routeviews speaks of routes that do not hold what was asked about")
	}
	for i := range rows {
		rows[i].block = netip.MustParsePrefix(rows[i].Prefix.String()).Masked()
	}
	if len(rows) == 0 {
		return nil
	}
	longest := slices.MaxFunc(rows, func(x, y viewed) int { return cmp.Compare(x.block.Bits(), y.block.Bits()) }).block
	for _, v := range rows {
		as, err := pipeline.NewEntity(pipeline.KindASN, v.Origin.String())
		if v.block != longest || err != nil {
			continue
		}
		r.route(longest.String(), []string{as.Value})
		state, known := validities[v.State.String()]
		if v.State.String() == "invalid" { // it does not say whether by origin or by length
			state = "invalid"
		}
		if known {
			r.say(pipeline.Observation{Predicate: "route-validity", Value: map[string]any{"prefix": longest.String(), "asn": as.Value, "state": state}})
		}
	}
	return nil
}

// viewAnnounced tells what an AS announces.
func viewAnnounced(a *collectors.Answer, r *routing) error {
	var rows []loose.Text
	if a.Status != 200 || json.Unmarshal(a.Body, &rows) != nil {
		return pipeline.Fail(pipeline.Malformed, "routeviews sent no list of prefixes")
	}
	for i, p := range rows {
		if i == announcedLimit {
			return pipeline.Fail(pipeline.Partial, fmt.Sprintf("it announces %d prefixes, of which %d are told", len(rows), announcedLimit))
		}
		if block, err := pipeline.NewEntity(pipeline.KindNetblock, p.String()); err == nil {
			r.say(pipeline.Observation{Predicate: "announces", Object: &block, Value: map[string]any{}})
		}
	}
	return nil
}
