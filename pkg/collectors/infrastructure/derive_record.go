package infrastructure

import (
	"encoding/json"
	"net/netip"
	"strings"
)

// contactRoles are the roles of RDAP (RFC 9083, 10.2.4), as far as they are a
// contact's.
var contactRoles = []string{"registrant", "technical", "administrative", "abuse", "billing", "reseller", "sponsor", "proxy", "notifications", "noc"}

// roleOf returns a role as RDAP has it; "other" for what a server made up.
func roleOf(s string) string {
	for _, r := range contactRoles {
		if strings.EqualFold(s, r) {
			return r
		}
	}
	return "other"
}

// eppStatus are the words that registries have for a status, as RDAP writes
// them (RFC 8056, RFC 9083).
var eppStatus = strings.Split("active,inactive,locked,reserved,removed,obscured,associated,validated,private,proxy,administrative,"+
	"add period,auto renew period,redemption period,renew period,transfer period,client delete prohibited,client hold,client renew prohibited,"+
	"client transfer prohibited,client update prohibited,pending create,pending delete,pending renew,pending restore,pending transfer,pending update,"+
	"server delete prohibited,server renew prohibited,server transfer prohibited,server update prohibited,server hold", ",")

// deriveRDAP reads a record, or one of IANA's lists, of which there is nothing
// to keep.
func deriveRDAP(s *sheet, answer []byte) error {
	_, body, err := s.web(answer)
	if err != nil {
		return err
	}
	o := new(rdapObject)
	if json.Unmarshal(body, o) != nil || o.Class == "" && o.ErrorCode == "" {
		return errUnread
	}
	if digits(string(o.ErrorCode)) && len(o.ErrorCode) < 5 {
		s.line("error", string(o.ErrorCode))
	}
	s.word("record", string(o.Class), []string{"domain", "ip network", "autnum"})
	first, err := netip.ParseAddr(string(o.Start))
	last, err2 := netip.ParseAddr(string(o.End))
	if err == nil && err2 == nil && first.Zone() == "" && last.Zone() == "" {
		s.line("from", first.String())
		s.line("to", last.String())
	}
	for _, n := range [][2]string{{"from", string(o.First)}, {"to", string(o.Last)}} {
		if digits(n[1]) && len(n[1]) < 11 {
			s.line(n[0]+" AS", n[1])
		}
	}
	s.line("country", country(string(o.Country)))
	s.name("name", string(o.LDH))
	r := o.registration()
	if o.Class != "domain" {
		r.contacts = nil
		for _, e := range o.Entities {
			r.contacts = append(r.contacts, o.contactsOf(e, true)...)
		}
	}
	s.registration(r)
	return nil
}

// deriveWhois reads a record of a domain or network, or that there is none.
func deriveWhois(s *sheet, answer []byte) error {
	r := newWhoisReply(strings.ToValidUTF8(string(answer), "\uFFFD"), "")
	for _, f := range r.fields {
		if f.key != "netrange" && f.key != "inetnum" && f.key != "inet6num" {
			continue
		}
		first, _, _ := strings.Cut(strings.ReplaceAll(f.value, "/", " "), " ")
		addr, err := netip.ParseAddr(first)
		if err != nil || addr.Zone() != "" {
			continue
		}
		if a, ok := parseWhoisNetwork(r.text, r.fields, addr); ok {
			s.line("network", a.block.String())
			s.line("country", country(a.country))
			s.registration(&registration{contacts: a.contacts})
			return nil
		}
	}
	if d := parseWhoisDomain(r.record); d.evident() {
		s.name("name", r.record.one("domain name", "domain"))
		s.registration(d)
	} else if whoisDenies(r.text, "") {
		s.line("record", "none")
	}
	s.name("referral", r.record.one("refer", "whois", "registrar whois server", "whois server"))
	return nil
}

// registration tells of a registry's record what is about no person.
func (s *sheet) registration(r *registration) {
	s.at("registered", r.registered)
	s.at("expires", r.expires)
	s.at("changed", r.changed)
	for _, status := range r.status {
		s.word("status", status, eppStatus)
	}
	for _, name := range r.servers {
		s.name("name server", name)
	}
	if r.signed != nil {
		s.line("signed", map[bool]string{true: "yes", false: "no"}[*r.signed])
	}
	var people []string
	for _, c := range r.contacts {
		if c.person != "" {
			people = append(people, c.person)
		}
	}
	s.organization("registrar", r.registrar, people)
	if digits(r.registrarID) && len(r.registrarID) < 10 {
		s.line("registrar id", r.registrarID)
	}
	for _, c := range r.contacts {
		role := roleOf(c.role)
		if role == "registrant" { // elsewhere a desk may have its clerk's name
			s.organization(role, c.organization, people)
		}
		s.line(role+", country", c.country)
		if !withheld(c.person) {
			s.count(role+", people left out", 1)
		}
		s.count(role+", e-mail addresses left out", len(c.emails))
		s.count(role+", telephone numbers left out", len(c.phones))
	}
}
