package pipeline

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"
)

// Entity is one thing that can be asked about. It is comparable, and
// canonical: the same thing is always ==. Past the gate, a personal entity's
// Value is a token ("sealed:<key id>:<digest>"), comparable like any other.
type Entity struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
}

// String returns "kind:value", which [ParseEntity] reads back.
func (e Entity) String() string { return string(e.Kind) + ":" + e.Value }

// IsZero reports whether e is no entity.
func (e Entity) IsZero() bool { return e == Entity{} }

// Sealed reports whether e's value is a token.
func (e Entity) Sealed() bool { return strings.HasPrefix(e.Value, sealPrefix) }

// NewEntity returns the canonical entity of a kind, or an error that says
// what is wrong with the value. It is the only way a collector makes one.
func NewEntity(k Kind, value string) (Entity, error) {
	canon, ok := canonical[k]
	if !ok {
		return Entity{}, fmt.Errorf("unknown kind %q", k)
	}
	value = strings.TrimSpace(value)
	if len(value) > maxValue {
		return Entity{}, fmt.Errorf("%s of %d bytes is longer than %d", k, len(value), maxValue)
	}
	if !utf8.ValidString(value) {
		return Entity{}, fmt.Errorf("%s %q: is not UTF-8", k, clip(value))
	}
	v, err := canon(value)
	if err != nil {
		if k == KindURL { // it may carry a password
			value = withoutUser(value)
		}
		return Entity{}, fmt.Errorf("%s %q: %w", k, clip(value), err)
	}
	return Entity{k, v}, nil
}

// maxValue bounds a value, in bytes.
const maxValue = 2048

// NewName returns the domain or host that a DNS name is: a domain if it is
// registrable or a public suffix, a host if it lies below.
func NewName(name string) (Entity, error) {
	n, err := dnsName(strings.TrimSpace(name))
	if err != nil {
		return Entity{}, fmt.Errorf("name %q: %w", clip(name), err)
	}
	if registrable(n) == n {
		return Entity{KindDomain, n}, nil
	}
	return Entity{KindHost, n}, nil
}

// Registrable returns the registrable domain that e is or lies below, of a
// domain, host, URL or e-mail address; else the zero Entity.
func (e Entity) Registrable() Entity {
	if h := e.Hostname(); h != "" {
		if d := registrable(h); d != "" {
			return Entity{KindDomain, d}
		}
	}
	return Entity{}
}

// Hostname returns the DNS name in e, or "".
func (e Entity) Hostname() string {
	if e.Sealed() {
		return ""
	}
	switch e.Kind {
	case KindDomain, KindHost:
		return e.Value
	case KindEmail:
		_, d, _ := strings.Cut(e.Value, "@")
		return d
	case KindURL:
		if h := urlHost(e.Value); strings.ContainsAny(h, "abcdefghijklmnopqrstuvwxyz") && !strings.Contains(h, ":") {
			return h
		}
	}
	return ""
}

// Site returns the domain, host or address that a URL lies at; of anything else
// the zero Entity.
func (e Entity) Site() Entity {
	if e.Kind != KindURL || e.Sealed() {
		return Entity{}
	}
	host := urlHost(e.Value)
	if ip, err := NewEntity(KindIP, host); err == nil {
		return ip
	}
	name, _ := NewName(host)
	return name
}

// Personal reports whether e is about a living person: a person, a telephone
// number, an account, and an e-mail address unless it is a role's mailbox. It
// depends on e alone, so a case never holds one person as two entities.
func (e Entity) Personal() bool {
	switch e.Kind {
	case KindPerson, KindPhone, KindAccount:
		return true
	case KindEmail:
		return !e.Sealed() && !roleMailbox(e.Value) || e.Sealed()
	}
	return false
}

// Category returns the data category that e itself has.
func (e Entity) Category() Category {
	switch e.Kind {
	case KindPerson:
		return Identity
	case KindPhone:
		return Contact
	case KindAccount:
		return OnlineID
	case KindOrganization, KindFiling:
		return Registration
	case KindBreach:
		return BreachFact
	case KindEmail:
		if e.Personal() {
			return Contact
		}
	}
	return Technical
}

// roles returns the local parts of mailboxes that belong to a function, not
// to a person (RFC 2142 and common use).
var roles = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, r := range strings.Fields(`abuse accounts admin administrator billing careers cert
		compliance contact csirt customerservice dmarc dns dnsadmin domain domains dpo enquiries
		feedback finance ftp gdpr hello help helpdesk hostmaster hr info inquiries it jobs legal
		list mail mailer-daemon marketing media news newsletter noc no-reply nobody noreply office
		orders postmaster press privacy psirt recruitment registrar root sales security service
		soc spam staff subscribe support sysadmin team tech tls-reports tlsrpt trouble usenet
		uucp webmaster www`) {
		m[r] = true
	}
	return m
})

func roleMailbox(addr string) bool {
	local, _, _ := strings.Cut(addr, "@")
	local, _, _ = strings.Cut(local, "+")
	if roles()[local] {
		return true
	}
	head, _, found := strings.Cut(local, "-")
	return found && roles()[head]
}

// withoutUser returns a URL without what stands before its host's @.
func withoutUser(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

func compareEntity(a, b Entity) int {
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c
	}
	return strings.Compare(a.Value, b.Value)
}
