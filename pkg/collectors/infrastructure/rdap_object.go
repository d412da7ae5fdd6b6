package infrastructure

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// An rdapObject is a record as RDAP sends it (RFC 9083), as far as it is read.
type rdapObject struct {
	Class    loose.Text  `json:"objectClassName"`
	Handle   loose.Text  `json:"handle"`
	LDH      loose.Text  `json:"ldhName"`
	Status   loose.Texts `json:"status"`
	Events   []rdapEvent
	Servers  []rdapServer `json:"nameservers"`
	Secure   *rdapSecure  `json:"secureDNS"`
	Entities []rdapEntity
	Links    []rdapLink
	Redacted []rdapRedacted

	Start   loose.Text `json:"startAddress"`
	End     loose.Text `json:"endAddress"`
	First   loose.Text `json:"startAutnum"`
	Last    loose.Text `json:"endAutnum"`
	Name    loose.Text
	Country loose.Text

	ErrorCode loose.Text
}

type (
	rdapEvent struct {
		Action loose.Text `json:"eventAction"`
		Date   loose.Text `json:"eventDate"`
	}
	rdapServer struct {
		LDH loose.Text `json:"ldhName"`
	}
	rdapSecure struct {
		Signed loose.Text        `json:"delegationSigned"`
		DS     []json.RawMessage `json:"dsData"`
	}
	rdapLink struct {
		Rel, Href, Type loose.Text
	}
	rdapEntity struct {
		Handle   loose.Text
		Roles    loose.Texts
		Card     json.RawMessage `json:"vcardArray"`
		IDs      []rdapID        `json:"publicIds"`
		Entities []rdapEntity
	}
	rdapID struct {
		Type       loose.Text
		Identifier loose.Text
	}
	rdapRedacted struct { // RFC 9537
		Name   struct{ Type, Description loose.Text }
		Method loose.Text
	}
)

// parseRDAP reads a record and sees to it that it is about the subject: a
// server may answer for something larger, or else.
func parseRDAP(body []byte, subject pipeline.Entity) (*rdapObject, error) {
	o := new(rdapObject)
	if err := json.Unmarshal(body, o); err != nil {
		return nil, fmt.Errorf("not an RDAP record: %w", err)
	}
	if o.ErrorCode != "" {
		return o, nil
	}
	var want loose.Text
	about := true
	switch subject.Kind {
	case pipeline.KindDomain:
		want = "domain"
		if name, err := pipeline.NewName(string(o.LDH)); o.LDH != "" {
			about = err == nil && name.Value == subject.Value
		}
	case pipeline.KindIP:
		want = "ip network"
		_, about = o.block(subject)
	case pipeline.KindASN:
		want = "autnum"
		about = o.holdsNumber(subject)
	}
	if o.Class != want {
		return nil, fmt.Errorf("a record of another class where %q is due", want)
	}
	if !about {
		return nil, errors.New("a record that is not about " + subject.Value)
	}
	return o, nil
}

func (o *rdapObject) block(subject pipeline.Entity) (netip.Prefix, bool) {
	addr, err := netip.ParseAddr(subject.Value)
	first, err2 := netip.ParseAddr(string(o.Start))
	last, err3 := netip.ParseAddr(string(o.End))
	if err != nil || err2 != nil || err3 != nil {
		return netip.Prefix{}, false
	}
	return blockAround(addr, first.Unmap(), last.Unmap())
}

func (o *rdapObject) holdsNumber(subject pipeline.Entity) bool {
	n, err := strconv.ParseUint(strings.TrimPrefix(subject.Value, "AS"), 10, 32)
	first, err2 := strconv.ParseUint(string(o.First), 10, 32)
	last, err3 := strconv.ParseUint(cmp.Or(string(o.Last), string(o.First)), 10, 32)
	return err == nil && (o.First == "" || err2 == nil && err3 == nil && first <= n && n <= last)
}

// registration returns what the record says of its domain.
func (o *rdapObject) registration() *registration {
	r := &registration{handle: string(o.Handle), status: lower(o.Status)}
	for _, e := range o.Events {
		at := rfcTime(string(e.Date))
		switch strings.ToLower(string(e.Action)) {
		case "registration":
			r.registered = at
		case "expiration":
			r.expires = at
		case "last changed":
			r.changed = at
		}
	}
	for _, s := range o.Servers {
		if s.LDH != "" {
			r.servers = append(r.servers, string(s.LDH))
		}
	}
	if s := o.Secure; s != nil && (s.Signed != "" || len(s.DS) > 0) {
		signed := s.Signed == "true" || s.Signed == "" || len(s.DS) > 0
		r.signed = &signed
	}
	for _, e := range o.Entities {
		if e.has("registrar") {
			r.registrar, r.registrarID = e.registrar()
		}
		r.contacts = append(r.contacts, o.contactsOf(e, false)...)
	}
	return r
}

// allocation returns what the record says of its network or AS number.
func (o *rdapObject) allocation(subject pipeline.Entity) *allocation {
	a := &allocation{handle: string(o.Handle), name: string(o.Name), country: string(o.Country), status: lower(o.Status)}
	a.block, _ = o.block(subject)
	for _, e := range o.Entities {
		a.contacts = append(a.contacts, o.contactsOf(e, true)...)
	}
	return a
}

// contactsOf returns an entity and those below it, once for each role. Of a
// registrar only the desk for abuse is the domain's contact.
func (o *rdapObject) contactsOf(e rdapEntity, all bool) []contact {
	var list []contact
	card := parseCard(e.Card)
	for _, role := range e.Roles {
		role = strings.ToLower(role)
		if role == "registrar" || role == "sponsor" || role == "reseller" {
			continue
		}
		role = roleOf(role) // it stands beside a person, in clear
		c := card.contact(role)
		if o.replaced(role) {
			c.emails = nil
		}
		list = append(list, c)
	}
	for _, below := range e.Entities {
		below.Entities = nil
		if all || below.has("abuse") {
			if !all {
				below.Roles = loose.Texts{"abuse"}
			}
			list = append(list, o.contactsOf(below, all)...)
		}
	}
	return list
}

// replaced reports whether the record says that the e-mail address of a role
// is not the holder's own.
func (o *rdapObject) replaced(role string) bool {
	for _, r := range o.Redacted {
		what := strings.ToLower(string(r.Name.Type + " " + r.Name.Description))
		if strings.Contains(what, "email") && strings.Contains(what, role[:min(len(role), 4)]) && r.Method == "replacementValue" {
			return true
		}
	}
	return false
}

func (e rdapEntity) has(role string) bool {
	for _, r := range e.Roles {
		if strings.EqualFold(r, role) {
			return true
		}
	}
	return false
}

// registrar returns an entity's name and IANA id.
func (e rdapEntity) registrar() (name, id string) {
	for _, p := range e.IDs {
		if strings.Contains(strings.ToLower(string(p.Type)), "registrar id") {
			id = string(p.Identifier)
		}
	}
	c := parseCard(e.Card)
	return cmp.Or(c.name, c.organization, string(e.Handle)), id
}

// related returns the URL of the registrar's record; "" if there is none.
func (o *rdapObject) related() string {
	for _, l := range o.Links {
		if l.Rel == "related" && (l.Type == "" || strings.HasPrefix(string(l.Type), rdapType)) && strings.Contains(strings.ToLower(string(l.Href)), "/domain/") {
			return string(l.Href)
		}
	}
	return ""
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(strings.TrimSpace(s))
	}
	return out
}
