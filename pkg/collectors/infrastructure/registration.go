package infrastructure

import (
	"cmp"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A registration is what one record of a registry or registrar says of a
// domain, whether it came by RDAP or WHOIS. What it does not say is zero.
type registration struct {
	handle                       string
	registered, expires, changed time.Time
	status                       []string // as RDAP writes them: "client transfer prohibited"
	servers                      []string // names
	signed                       *bool    // whether the parent vouches for the zone's keys
	registrar, registrarID       string   // name, IANA id
	contacts                     []contact
}

// An allocation is what a record says of a network or of an AS number.
type allocation struct {
	handle, name, country string
	block                 netip.Prefix // which network; not valid of an AS number
	status                []string
	contacts              []contact // "registrant" is the holder
}

// A contact is somebody who stands in a record in one role.
type contact struct {
	role         string // as RDAP names it: registrant, administrative, technical, billing, abuse, …
	organization string
	person       string
	emails       []string
	phones       []string
	country      string // ISO 3166-1, of the postal address
}

// evident reports whether a record shows that its domain is registered.
func (r *registration) evident() bool {
	return !r.registered.IsZero() || !r.expires.IsZero() || !r.changed.IsZero() ||
		r.registrar != "" || r.registrarID != "" || len(r.servers) > 0 || len(r.status) > 0
}

// A telling reports what one or more records say of a subject: each thing
// from the first record that says it.
type telling struct {
	emit    collectors.Emit
	subject pipeline.Entity // zero: the task's
	told    map[string]bool
}

func newTelling(emit collectors.Emit) *telling { return &telling{emit: emit, told: map[string]bool{}} }

// first reports whether nothing of this sort was told by an earlier record.
// It must be asked once for each sort and record.
func (t *telling) first(sort string, said bool) bool {
	if !said || t.told[sort] {
		return false
	}
	t.told[sort] = true
	return true
}

func (t *telling) say(p pipeline.Predicate, object *pipeline.Entity, value any, x pipeline.ExchangeID) {
	t.emit(pipeline.Observation{Subject: t.subject, Predicate: p, Object: object, Value: value, Exchanges: []pipeline.ExchangeID{x}})
}

// domain reports a domain's record; name stands in for a handle that is
// missing.
func (t *telling) domain(r *registration, name string, x pipeline.ExchangeID) {
	if t.first("registration", r.evident() || r.handle != "") {
		t.say("registration", nil, cmp.Or(r.handle, name), x)
	}
	t.date("registered-at", r.registered, x)
	t.date("expires-at", r.expires, x)
	t.date("changed-at", r.changed, x)
	t.status(r.status, x)
	if t.first("delegation-signed", r.signed != nil) {
		t.say("delegation-signed", nil, *r.signed, x)
	}
	if t.first("delegated-to", len(r.servers) > 0) {
		for _, s := range r.servers {
			if n, err := pipeline.NewName(bare(s)); err == nil {
				t.say("delegated-to", &n, nil, x)
			}
		}
	}
	if org, err := pipeline.NewEntity(pipeline.KindOrganization, r.registrar); t.first("registered-by", err == nil) {
		id := r.registrarID
		if !digits(id) {
			id = ""
		}
		t.say("registered-by", &org, text(id), x)
	}
	for _, c := range r.contacts { // before the people: whose law protects them hangs on it
		if c.role == "registrant" && t.first("registrant-country", c.country != "") {
			t.say("registrant-country", nil, c.country, x)
		}
	}
	t.contacts("registered-to", r.contacts, x)
}

// allocation reports the record of a network or AS number. What it says of
// the network is said of the block, not of the address that was asked about.
// A record of the whole address space says only that nobody holds the address.
func (t *telling) allocation(a *allocation, x pipeline.ExchangeID) {
	if a.block.IsValid() && a.block.Bits() == 0 {
		return
	}
	if a.handle != "" || a.name != "" {
		t.say("registration", nil, cmp.Or(a.handle, a.name), x)
	}
	if block, err := pipeline.NewEntity(pipeline.KindNetblock, a.block.String()); err == nil {
		t.say("part-of", &block, "registry", x)
		t.subject = block
	}
	if a.name != "" && !strings.ContainsAny(a.name, " \t@%:") { // more than a word is no such name
		t.say("network-name", nil, a.name, x)
	}
	if c := country(a.country); c != "" {
		t.say("registered-in", nil, c, x)
	}
	t.status(a.status, x)
	t.contacts("held-by", a.contacts, x)
}

func (t *telling) date(p pipeline.Predicate, at time.Time, x pipeline.ExchangeID) {
	if t.first(string(p), !at.IsZero()) {
		t.say(p, nil, moment(at), x)
	}
}

func (t *telling) status(list []string, x pipeline.ExchangeID) {
	if !t.first("registry-status", len(list) > 0) {
		return
	}
	for _, s := range list {
		t.say("registry-status", nil, s, x)
	}
}

// contacts reports who stands in a record, and who holds its object by the
// predicate given. Whoever is withheld is nobody.
func (t *telling) contacts(holds pipeline.Predicate, list []contact, x pipeline.ExchangeID) {
	known := map[string]bool{} // roles that earlier records told of
	for role := range t.told {
		known[role] = true
	}
	for _, c := range list {
		key := "contact " + c.role
		who := c.entities()
		if len(who) == 0 || known[key] {
			continue
		}
		t.told[key] = true
		if k := who[0].Kind; c.role == "registrant" && (k == pipeline.KindOrganization || k == pipeline.KindPerson) {
			t.say(holds, &who[0], nil, x)
			who = who[1:]
		}
		for _, e := range who {
			t.say("has-contact", &e, text(c.role), x)
		}
	}
}

// entities returns who and what a contact names: an organisation first, then
// a person, addresses, numbers.
func (c *contact) entities() []pipeline.Entity {
	var out []pipeline.Entity
	take := func(k pipeline.Kind, s string) {
		if withheld(s) {
			return
		}
		if e, err := pipeline.NewEntity(k, s); err == nil {
			out = append(out, e)
		}
	}
	take(pipeline.KindOrganization, c.organization)
	if !strings.EqualFold(c.person, c.organization) {
		take(pipeline.KindPerson, c.person)
	}
	for _, m := range c.emails {
		take(pipeline.KindEmail, m)
	}
	for _, p := range c.phones {
		take(pipeline.KindPhone, p)
	}
	return out
}

// text returns nil for an empty text: no value, rather than an empty one.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// registry returns the suffix that a registry keeps and a name lies below, and
// the suffix of a private party between the two, if there is one.
func registry(name string) (suffix, private string) {
	suffix, icann := publicsuffix.PublicSuffix(name)
	for !icann && strings.Contains(suffix, ".") {
		private = suffix
		_, parent, _ := strings.Cut(suffix, ".")
		suffix, icann = publicsuffix.PublicSuffix(parent)
	}
	return suffix, private
}

// registeredName returns an error for a domain that no registry has a record
// of: a suffix under which others register, or a name below a suffix that a
// private party runs, whose customers are in its books only.
func registeredName(domain string) error {
	suffix, private := registry(domain)
	rest, below := strings.CutSuffix(domain, "."+suffix)
	switch {
	case !below:
		return pipeline.Fail(pipeline.Skipped, domain+" is a suffix that others register under")
	case strings.Contains(rest, "."):
		return pipeline.Fail(pipeline.Skipped, domain+" lies below "+private+", which keeps no public register; ask about "+rest[strings.LastIndexByte(rest, '.')+1:]+"."+suffix)
	}
	return nil
}

// registeredAddress returns an error for an address that is in nobody's
// register.
func registeredAddress(addr netip.Addr) error {
	if addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.IsMulticast() || addr.IsUnspecified() {
		return pipeline.Fail(pipeline.Skipped, "no registry gives out an address of this sort")
	}
	return nil
}

// blockAround returns the largest prefix that holds an address and lies
// within a range; false if the range does not hold the address.
func blockAround(addr, first, last netip.Addr) (netip.Prefix, bool) {
	if addr.BitLen() != first.BitLen() || addr.BitLen() != last.BitLen() {
		return netip.Prefix{}, false
	}
	for bits := range addr.BitLen() + 1 {
		p, err := addr.Prefix(bits)
		if err == nil && p.Addr().Compare(first) >= 0 && lastOf(p).Compare(last) <= 0 {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

// lastOf returns a prefix's highest address.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}
