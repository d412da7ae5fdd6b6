package infrastructure

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// rdapType is the media type of a record.
const rdapType = "application/rdap+json"

// rdap asks the registry of a domain, address or AS number for its record,
// and the domain's registrar for its own. IANA says which registry that is.
// Three round trips, and a redirect at most.
func rdap() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "rdap", Title: "Registration of a domain, address or network (RDAP)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP, pipeline.KindASN},
			Produces: []pipeline.Predicate{"registration", "registered-at", "expires-at", "changed-at", "registry-status",
				"delegation-signed", "delegated-to", "registered-by", "registered-to", "registrant-country", "has-contact",
				"part-of", "network-name", "registered-in", "held-by"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Registration, pipeline.Contact, pipeline.Identity},
			Mode:  pipeline.Passive, Origin: "registry", Grade: "A2",
			Source: pipeline.Source{
				Name: "rdap", Family: "registration", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Terms: "https://data.iana.org/rdap/", Slots: 8, TTL: time.Hour, Class: pipeline.PublicRegister,
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP, pipeline.KindASN},
			Ceiling: pipeline.Ceiling{Requests: 12},
			Timeout: 30 * time.Second,
			Derive:  derived(deriveRDAP),
		},
		Collect: readRDAP,
	}
}

func readRDAP(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	q, err := rdapQuestion(subject)
	if err != nil {
		return err
	}
	base, err := q.base(ctx, net)
	if err != nil {
		return err
	}
	a, o, err := rdapRecord(ctx, net, base+q.path, subject)
	if err != nil {
		return err
	}
	t := newTelling(emit)
	switch {
	case o == nil:
		emit(pipeline.Observation{Predicate: "registration", Denies: true, Exchanges: []pipeline.ExchangeID{a.Exchange}})
		return nil
	case subject.Kind != pipeline.KindDomain:
		t.allocation(o.allocation(subject), a.Exchange)
		return nil
	}
	t.domain(o.registration(), subject.Value, a.Exchange)
	link := o.related()
	if link == "" || strings.EqualFold(link, a.URL) {
		return nil
	}
	second, own, err := rdapRecord(ctx, net, link, subject)
	if err != nil {
		return partly(err, "the registrar's record")
	}
	if own != nil {
		t.domain(own.registration(), subject.Value, second.Exchange)
	}
	return nil
}

// rdapRecord gets one record; nil if the server says that there is none.
func rdapRecord(ctx context.Context, net *collectors.View, url string, subject pipeline.Entity) (*collectors.Answer, *rdapObject, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "record", URL: url, Accept: rdapType, MaxBytes: 2 << 20})
	if err != nil {
		return nil, nil, err
	}
	if a.Status == http.StatusNotFound {
		return a, nil, nil
	}
	if a.Status != http.StatusOK {
		return nil, nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("the RDAP server answered %d and no record", a.Status))
	}
	o, err := parseRDAP(a.Body, subject)
	switch {
	case err != nil:
		return nil, nil, pipeline.Fail(pipeline.Malformed, err.Error())
	case o.ErrorCode == "404":
		return a, nil, nil
	case o.ErrorCode == "429":
		return nil, nil, pipeline.Fail(pipeline.RateLimited, "the RDAP server sent error 429")
	case o.ErrorCode != "":
		code := string(o.ErrorCode)
		if !digits(code) || len(code) > 4 {
			code = "that has no number"
		}
		return nil, nil, pipeline.Fail(pipeline.Malformed, "the RDAP server sent error "+code)
	}
	return a, o, nil
}

// An rdapQuery is what is asked, and how its server is found.
type rdapQuery struct {
	path   string // below the server's base
	list   string // of IANA's lists of servers
	server func(bootstrap) string
	none   string // what to say if no server answers for it
}

func rdapQuestion(subject pipeline.Entity) (*rdapQuery, error) {
	switch v := subject.Value; subject.Kind {
	case pipeline.KindDomain:
		tld := v[strings.LastIndexByte(v, '.'):]
		return &rdapQuery{"domain/" + v, "dns", func(b bootstrap) string { return b.domain(v) }, tld}, registeredName(v)
	case pipeline.KindIP:
		addr, err := netip.ParseAddr(v)
		if err != nil {
			return nil, err
		}
		list := "ipv6"
		if addr.Is4() {
			list = "ipv4"
		}
		return &rdapQuery{"ip/" + v, list, func(b bootstrap) string { return b.address(addr) }, v}, registeredAddress(addr)
	default:
		n, err := strconv.ParseUint(strings.TrimPrefix(v, "AS"), 10, 32)
		return &rdapQuery{fmt.Sprintf("autnum/%d", n), "asn", func(b bootstrap) string { return b.network(uint32(n)) }, v}, err
	}
}

// base returns the URL that the question's path is put behind.
func (q *rdapQuery) base(ctx context.Context, net *collectors.View) (string, error) {
	if e := net.Endpoint(); e != "" {
		return strings.TrimSuffix(e, "/") + "/", nil
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "bootstrap", URL: "https://data.iana.org/rdap/" + q.list + ".json", Accept: "json", Public: true})
	if err != nil {
		return "", err
	}
	if a.Status != http.StatusOK {
		return "", pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("IANA answered %d for its list of RDAP servers", a.Status))
	}
	b, err := parseBootstrap(a.Body)
	if err != nil {
		return "", pipeline.Fail(pipeline.Malformed, err.Error())
	}
	base := q.server(b)
	if base == "" {
		return "", pipeline.Fail(pipeline.Unreachable, "no RDAP server for "+q.none)
	}
	return base, nil
}
