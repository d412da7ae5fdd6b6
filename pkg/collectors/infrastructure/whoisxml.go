package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// whoisXML reads a domain's registration as WhoisXML API has put it into
// fields. One round trip.
func whoisXML() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "whoisxml", Title: "Registration of a domain, as a vendor has it (WhoisXML API)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"registration", "registered-at", "expires-at", "changed-at", "registry-status",
				"delegated-to", "registered-by", "registered-to", "registrant-country", "has-contact"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Registration, pipeline.Contact, pipeline.Identity},
			Mode:  pipeline.Passive, Origin: "registry", Grade: "B2",
			Source: pipeline.Source{
				Name: "whoisxml", Family: "registration", Base: "https://www.whoisxmlapi.com", Country: "US",
				Terms: "https://www.whoisxmlapi.com/terms-of-service", Commercial: pipeline.Contract, Verified: "2026-11-23",
				Slots: 2, Interval: 200 * time.Millisecond, TTL: 24 * time.Hour, PriceUSD: 0.01, Class: pipeline.Commercial,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 4 << 20, CostUSD: 0.03},
			Keys:    []string{whoisXMLKey.Name},
			Derive:  derived(deriveWhoisXML),
		},
		Collect: readWhoisXML,
	}
}

var whoisXMLKey = collectors.Credential{Name: "WHOISXML_API_KEY", Parameter: "apiKey"}

func readWhoisXML(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := registeredName(subject.Value); err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "whois", Accept: "json", NoFollow: true, Credential: whoisXMLKey,
		URL: "/whoisserver/WhoisService?outputFormat=JSON&ignoreRawTexts=1&domainName=" + url.QueryEscape(subject.Value)})
	if err != nil {
		return spent(a, err)
	}
	var said struct {
		Record loose.Object[whoisXMLRecord]                 `json:"WhoisRecord"`
		Error  loose.Object[struct{ ErrorCode loose.Text }] `json:"ErrorMessage"`
	}
	read := json.Unmarshal(a.Body, &said) == nil
	switch code := said.Error.Of.ErrorCode.String(); {
	case strings.HasPrefix(code, "AUTHENTICATE"):
		return pipeline.Fail(pipeline.Unauthorized, "whoisxml did not take the key (AUTHENTICATE)")
	case a.Status != 200 || !read || bare(said.Record.Of.Name.String()) != subject.Value:
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a record of the domain is due", a.Status))
	}
	t := newTelling(emit)
	for _, r := range said.Record.Of.registrations() { // the registrar's first, as far as it goes
		if r.evident() {
			t.domain(r, subject.Value, a.Exchange)
		}
	}
	return nil
}

// spent says what 402 and 403 mean for a source that sells credits.
func spent(a *collectors.Answer, err error) error {
	if a != nil && (a.Status == 402 || a.Status == 403) {
		return pipeline.Fail(pipeline.QuotaExceeded, "its credits are used up, or the key is not for this product")
	}
	return err
}

// A whoisXMLRecord is a record of WHOIS in fields, with that of the registry in
// it.
type whoisXMLRecord struct {
	whoisXMLFields
	Registry loose.Object[whoisXMLFields] `json:"registryData"`
}

type whoisXMLFields struct {
	Name        loose.Text                    `json:"domainName"`
	Created     loose.Text                    `json:"createdDate"`
	CreatedUTC  loose.Time                    `json:"createdDateNormalized"`
	Updated     loose.Text                    `json:"updatedDate"`
	UpdatedUTC  loose.Time                    `json:"updatedDateNormalized"`
	Expires     loose.Text                    `json:"expiresDate"`
	ExpiresUTC  loose.Time                    `json:"expiresDateNormalized"`
	Registrar   loose.Text                    `json:"registrarName"`
	RegistrarID loose.Text                    `json:"registrarIANAID"`
	Status      loose.Text                    `json:"status"`
	Registrant  loose.Object[whoisXMLContact] `json:"registrant"`
	Admin       loose.Object[whoisXMLContact] `json:"administrativeContact"`
	Technical   loose.Object[whoisXMLContact] `json:"technicalContact"`
	Billing     loose.Object[whoisXMLContact] `json:"billingContact"`
	Servers     loose.Object[struct {
		Names loose.Texts `json:"hostNames"`
	}] `json:"nameServers"`
}

type whoisXMLContact struct {
	Name         loose.Text  `json:"name"`
	Organization loose.Text  `json:"organization"`
	Email        loose.Texts `json:"email"`
	Phone        loose.Texts `json:"telephone"`
	Country      loose.Text  `json:"countryCode"`
}

// registrations returns the record and the registry's.
func (r whoisXMLRecord) registrations() []*registration {
	return []*registration{r.registration(), r.Registry.Of.registration()}
}

func (f whoisXMLFields) registration() *registration {
	when := func(raw loose.Text, utc loose.Time) time.Time {
		if t := whoisTime(raw.String()); !t.IsZero() {
			return t
		}
		return utc.Time
	}
	r := &registration{
		registered: when(f.Created, f.CreatedUTC), changed: when(f.Updated, f.UpdatedUTC), expires: when(f.Expires, f.ExpiresUTC),
		registrar: f.Registrar.String(), registrarID: f.RegistrarID.String(), servers: f.Servers.Of.Names,
	}
	for _, word := range strings.FieldsFunc(f.Status.String(), func(c rune) bool { return strings.ContainsRune(" ,;|\n\t", c) }) {
		if s := whoisStatus(word); s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz ") == "" {
			r.status = append(r.status, s)
		}
	}
	for _, c := range []struct {
		role string
		of   loose.Object[whoisXMLContact]
	}{{"registrant", f.Registrant}, {"administrative", f.Admin}, {"technical", f.Technical}, {"billing", f.Billing}} {
		if c.of.Has {
			r.contacts = append(r.contacts, contact{role: c.role, person: c.of.Of.Name.String(), organization: c.of.Of.Organization.String(),
				emails: c.of.Of.Email, phones: c.of.Of.Phone, country: country(c.of.Of.Country.String())})
		}
	}
	return r
}

// deriveWhoisXML reads a record of a domain, and the registry's in it.
func deriveWhoisXML(s *sheet, answer []byte) error {
	_, body, err := s.web(answer)
	if err != nil {
		return err
	}
	var said struct {
		Record loose.Object[whoisXMLRecord] `json:"WhoisRecord"`
	}
	if json.Unmarshal(body, &said) != nil || !said.Record.Has {
		return errUnread
	}
	s.name("name", said.Record.Of.Name.String())
	for _, r := range said.Record.Of.registrations() {
		s.registration(r)
	}
	return nil
}
