package infrastructure

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
)

// The keys under which servers write what is read of a domain.
var (
	keysRegistrar   = []string{"registrar", "sponsoring registrar", "registrar name", "registrar organization"}
	keysRegistrarID = []string{"registrar iana id", "sponsoring registrar iana id"}
	keysHandle      = []string{"registry domain id", "domain id", "roid"}
	keysRegistered  = []string{"creation date", "created", "created on", "created date", "domain registration date", "registered on", "registered", "registration time", "registration date", "registered date", "domain created", "domain create date"}
	keysExpires     = []string{"registry expiry date", "registrar registration expiration date", "expiry date", "expiration date", "expires", "expires on", "paid-till", "expiration time", "renewal date", "valid until", "expire", "expire date", "domain expiration date"}
	keysChanged     = []string{"updated date", "last updated", "last modified", "changed", "modified", "last update", "last updated on", "last-update", "domain last updated date"}
	keysStatus      = []string{"domain status", "status", "state", "eppstatus"}
	keysServers     = []string{"name server", "nserver", "nameserver", "name servers", "nameservers", "domain nameservers", "domain servers in listed order"}
	keysAbuseMail   = []string{"registrar abuse contact email", "abuse contact email"}
	keysAbusePhone  = []string{"registrar abuse contact phone", "abuse contact phone"}
)

// whoisRoles are the beginnings of a contact's keys, and the role in RDAP's
// words.
var whoisRoles = [][2]string{{"registrant", "registrant"}, {"admin", "administrative"}, {"tech", "technical"}, {"billing", "billing"}}

// whoisRecord is a WHOIS answer's fields by key.
type whoisRecord map[string][]string

func newWhoisRecord(fields []whoisField) whoisRecord {
	r := whoisRecord{}
	for _, f := range fields {
		r[f.key] = append(r[f.key], f.value)
	}
	return r
}

// all returns what stands under the first of some keys that is there.
func (r whoisRecord) all(keys []string) []string {
	for _, k := range keys {
		if len(r[k]) > 0 {
			return r[k]
		}
	}
	return nil
}

func (r whoisRecord) one(keys ...string) string {
	if all := r.all(keys); len(all) > 0 {
		return all[0]
	}
	return ""
}

func (r whoisRecord) time(keys []string) time.Time {
	for _, v := range r.all(keys) {
		if t := whoisTime(v); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// parseWhoisDomain reads what an answer says of a domain. It is worth
// something only if it is evident, and about the domain asked: see
// [whoisRecord.names].
func parseWhoisDomain(r whoisRecord) *registration {
	d := &registration{
		handle: r.one(keysHandle...), registrar: whoisRegistrar(r.one(keysRegistrar...)), registrarID: r.one(keysRegistrarID...),
		registered: r.time(keysRegistered), expires: r.time(keysExpires), changed: r.time(keysChanged),
		signed: whoisSigned(r.one("dnssec")),
	}
	if withheld(d.handle) {
		d.handle = ""
	}
	for _, s := range r.all(keysStatus) {
		if s = whoisStatus(s); s != "" && !slices.Contains(d.status, s) {
			d.status = append(d.status, s)
		}
	}
	for _, s := range r.all(keysServers) {
		if name, _, _ := strings.Cut(s, " "); strings.Contains(bare(name), ".") {
			d.servers = append(d.servers, bare(name))
		}
	}
	d.contacts = r.contacts()
	return d
}

func (r whoisRecord) contacts() []contact {
	var list []contact
	for _, role := range whoisRoles {
		c := contact{role: role[1], person: r.one(role[0]+" name", role[0]+" contact name"),
			organization: r.one(role[0]+" organization", role[0]+" organisation"),
			emails:       r.all([]string{role[0] + " email", role[0] + " contact email"}), phones: r.all([]string{role[0] + " phone"}),
			country: country(r.one(role[0] + " country"))}
		if c.person == "" && c.organization == "" && role[0] == "registrant" {
			c.person = r.one("registrant")
		}
		list = append(list, c)
	}
	return append(list, contact{role: "abuse", emails: r.all(keysAbuseMail), phones: r.all(keysAbusePhone)})
}

// names reports whether an answer is about a domain: that it names another is
// as good as no answer.
func (r whoisRecord) names(domain string) bool {
	said := r.one("domain name", "domain")
	if said == "" {
		return true
	}
	name, _, _ := strings.Cut(said, " ")
	return bare(name) == domain || !ascii(name)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

// whoisRegistrar takes the tag off "Example Registrar Ltd [Tag = EXAMPLE]".
func whoisRegistrar(s string) string {
	name, _, _ := strings.Cut(s, " [Tag")
	return strings.TrimSpace(name)
}

// whoisSigned reads the DNSSEC field; nil if it does not say.
func whoisSigned(s string) *bool {
	switch s = strings.ToLower(strings.ReplaceAll(s, " ", "")); s {
	case "signeddelegation", "signed", "yes", "active":
		return new(true)
	case "unsigned", "no", "inactive", "unsigneddelegation":
		return new(false)
	}
	return nil
}

// whoisStatus returns a status in RDAP's words (RFC 8056): the URL behind it
// taken off, "clientHold" as "client hold", "ok" as "active". "" if it says
// that there is no registration.
func whoisStatus(s string) string {
	if at := strings.Index(s, "http"); at >= 0 {
		s = s[:at]
	}
	s = strings.Trim(strings.TrimSpace(s), "(),.")
	var b strings.Builder
	for i, r := range s {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(s[i-1])) {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	switch words := strings.Join(strings.Fields(b.String()), " "); words {
	case "free", "available", "invalid", "no object found", "not registered":
		return ""
	case "ok", "connect", "registered":
		return "active"
	default:
		return words
	}
}

// parseWhoisNetwork reads what an answer says of the networks around an
// address, and returns the smallest; false if none holds the address.
func parseWhoisNetwork(text string, fields []whoisField, addr netip.Addr) (*allocation, bool) {
	var best, now *allocation
	for _, f := range fields {
		switch f.key {
		case "netrange", "inetnum", "inet6num":
			now = nil
			if block, ok := whoisBlock(f.value, addr); ok {
				now = &allocation{block: block}
				if best == nil || block.Bits() >= best.block.Bits() {
					best = now
				}
			}
		case "route", "route6":
			now = nil
		}
		if now != nil {
			now.field(f)
		}
	}
	if best == nil {
		return nil, false
	}
	if mail := abuseLine(text); mail != "" {
		best.contacts = append(best.contacts, contact{role: "abuse", emails: []string{mail}})
	}
	return best, true
}

func (a *allocation) field(f whoisField) {
	set := func(to *string, v string) {
		if *to == "" {
			*to = v
		}
	}
	switch f.key {
	case "nethandle":
		set(&a.handle, f.value)
	case "netname":
		set(&a.name, f.value)
	case "country":
		set(&a.country, f.value)
	case "orgname", "org-name", "organization", "owner", "organisation":
		name, _, _ := strings.Cut(f.value, " (") // ARIN puts the handle behind it
		if !slices.ContainsFunc(a.contacts, func(c contact) bool { return c.role == "registrant" }) && !strings.HasPrefix(name, "ORG-") {
			a.contacts = append(a.contacts, contact{role: "registrant", organization: name})
		}
	case "orgabuseemail", "abuse-mailbox":
		a.contacts = append(a.contacts, contact{role: "abuse", emails: []string{f.value}})
	}
}

// whoisBlock reads "192.0.2.0 - 192.0.2.255" or "192.0.2/24", and returns
// the block of it that holds an address.
func whoisBlock(s string, addr netip.Addr) (netip.Prefix, bool) {
	if from, to, isRange := strings.Cut(s, "-"); isRange {
		first, err := netip.ParseAddr(strings.TrimSpace(from))
		last, err2 := netip.ParseAddr(strings.TrimSpace(to))
		if err != nil || err2 != nil {
			return netip.Prefix{}, false
		}
		return blockAround(addr, first, last)
	}
	host, bits, ok := strings.Cut(strings.TrimSpace(s), "/")
	if ok && !strings.Contains(host, ":") {
		host += strings.Repeat(".0", max(0, 3-strings.Count(host, ".")))
	}
	p, err := netip.ParsePrefix(host + "/" + bits)
	if err != nil || !p.Contains(addr) {
		return netip.Prefix{}, false
	}
	return p.Masked(), true
}

// abuseLine reads the comment "% Abuse contact for '...' is 'abuse@...'".
func abuseLine(text string) string {
	_, rest, ok := strings.Cut(text, "% Abuse contact for '")
	if !ok {
		return ""
	}
	line, _, _ := strings.Cut(rest, "\n")
	_, mail, _ := strings.Cut(line, "' is '")
	mail, _, _ = strings.Cut(mail, "'")
	return mail
}
