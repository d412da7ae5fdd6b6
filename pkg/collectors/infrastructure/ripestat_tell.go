package infrastructure

import (
	"encoding/json"
	"net/netip"
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// A routing tells what one answer about routes says of its subject.
type routing struct {
	subject   pipeline.Entity
	emit      collectors.Emit
	exchanges []pipeline.ExchangeID
}

func (r *routing) say(o pipeline.Observation) {
	o.Exchanges = r.exchanges
	r.emit(o)
}

// holds reports whether a prefix, masked, holds the address or network that the
// subject is.
func (r *routing) holds(p netip.Prefix) bool {
	if a, err := netip.ParseAddr(r.subject.Value); err == nil {
		return p.Contains(a)
	}
	of, err := netip.ParsePrefix(r.subject.Value)
	return err == nil && p.Bits() <= of.Bits() && p.Contains(of.Addr())
}

// route tells that an AS announces the subject, by a prefix that holds it.
func (r *routing) route(prefix string, networks []string) {
	block, err := pipeline.NewEntity(pipeline.KindNetblock, prefix)
	p, bad := netip.ParsePrefix(block.Value)
	if err != nil || bad != nil || p.Bits() == 0 || !r.holds(p) {
		return
	}
	if block != r.subject {
		r.say(pipeline.Observation{Predicate: "part-of", Object: &block, Value: "route"})
	}
	for _, n := range networks {
		as, err := pipeline.NewEntity(pipeline.KindASN, n)
		if err != nil {
			continue
		}
		r.say(pipeline.Observation{Predicate: "announced-by", Object: &as})
		if block != r.subject {
			r.say(pipeline.Observation{Subject: block, Predicate: "announced-by", Object: &as})
		}
	}
}

// handle tells the first word of a holder: "NAME - Holder Ltd". What follows
// may be a person's name.
func (r *routing) handle(as pipeline.Entity, holder string) {
	name, _, _ := strings.Cut(holder, " - ")
	if name = strings.TrimSpace(name); name != "" && !strings.ContainsAny(name, " @") && len(name) <= 64 {
		r.say(pipeline.Observation{Subject: as, Predicate: "network-name", Value: name})
	}
}

func statOverview(data json.RawMessage, r *routing) error {
	var d struct {
		Resource  loose.Text
		Announced *bool
		ASNs      loose.List[struct{ ASN, Holder loose.Text }]
	}
	if json.Unmarshal(data, &d) != nil || d.Announced == nil {
		return pipeline.Fail(pipeline.Malformed, "ripestat does not say whether it is announced")
	}
	if !*d.Announced { // as far as its peers see
		return nil
	}
	var networks []string
	for _, n := range d.ASNs {
		networks = append(networks, n.ASN.String())
		if as, err := pipeline.NewEntity(pipeline.KindASN, n.ASN.String()); err == nil {
			r.handle(as, n.Holder.String())
		}
	}
	r.route(d.Resource.String(), networks)
	return nil
}

func statHolder(data json.RawMessage, r *routing) error {
	var d struct{ Holder, Resource loose.Text }
	err := json.Unmarshal(data, &d)
	if of := d.Resource.String(); err != nil || of != "" && "AS"+strings.TrimPrefix(of, "AS") != r.subject.Value {
		return pipeline.Fail(pipeline.Malformed, "ripestat does not speak of the AS that was asked about")
	}
	r.handle(r.subject, d.Holder.String())
	return nil
}

func statVisibility(data json.RawMessage, r *routing) error {
	type peers struct {
		Seeing loose.Number `json:"ris_peers_seeing"`
		Total  loose.Number `json:"total_ris_peers"`
	}
	type moment struct{ Time loose.Time }
	var d struct {
		First      loose.Object[moment] `json:"first_seen"`
		Last       loose.Object[moment] `json:"last_seen"`
		Visibility loose.Object[struct {
			V4 loose.Object[peers] `json:"v4"`
			V6 loose.Object[peers] `json:"v6"`
		}]
	}
	if json.Unmarshal(data, &d) != nil || !d.Visibility.Has {
		return pipeline.Fail(pipeline.Malformed, "ripestat does not say by how many it is seen")
	}
	seen := d.Visibility.Of.V4.Of
	if six := d.Visibility.Of.V6.Of; six.Seeing.Value > seen.Seeing.Value {
		seen = six
	}
	if !seen.Seeing.Is || !seen.Total.Is || seen.Total.Value <= 0 || seen.Seeing.Value < 0 || seen.Seeing.Value > seen.Total.Value {
		return nil // it is not announced, or its peers were not counted
	}
	v := map[string]any{"seen": seen.Seeing.Value, "of": seen.Total.Value}
	for key, t := range map[string]loose.Time{"first": d.First.Of.Time, "last": d.Last.Of.Time} {
		if text := t.RFC3339(); text != "" {
			v[key] = text
		}
	}
	r.say(pipeline.Observation{Predicate: "route-visibility", Value: v})
	return nil
}

func statAbuse(data json.RawMessage, r *routing) error {
	var d struct {
		Contacts loose.List[loose.Text] `json:"abuse_contacts"`
	}
	if json.Unmarshal(data, &d) != nil {
		return pipeline.Fail(pipeline.Malformed, "ripestat names no list of contacts")
	}
	for _, c := range d.Contacts[:min(len(d.Contacts), 10)] {
		if e, err := pipeline.NewEntity(pipeline.KindEmail, c.String()); err == nil {
			r.say(pipeline.Observation{Predicate: "has-contact", Object: &e, Value: "abuse"})
		}
	}
	return nil
}
