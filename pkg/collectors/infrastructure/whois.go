package infrastructure

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// whoisRecords asks by WHOIS what [rdap] failed to answer: IANA whom to ask,
// the registry, and the registrar or the holder's own server that it refers
// to. Three round trips.
func whoisRecords() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "whois", Title: "Registration of a domain or address (WHOIS)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Produces: []pipeline.Predicate{"registration", "registered-at", "expires-at", "changed-at", "registry-status",
				"delegation-signed", "delegated-to", "registered-by", "registered-to", "registrant-country", "has-contact",
				"part-of", "network-name", "registered-in", "held-by"},
			Emits: []pipeline.Category{pipeline.Technical, pipeline.Registration, pipeline.Contact, pipeline.Identity},
			Mode:  pipeline.Passive, Origin: "registry", Grade: "A2",
			Source: pipeline.Source{
				Name: "whois", Family: "registration", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
				Terms: "https://www.iana.org/whois", Slots: 4, Class: pipeline.PublicRegister,
			},
			Sends:       []pipeline.Kind{pipeline.KindDomain, pipeline.KindIP},
			Ceiling:     pipeline.Ceiling{Requests: whoisHops, Bytes: 1 << 20},
			Timeout:     60 * time.Second,
			StandsInFor: "rdap",
			Derive:      derived(deriveWhois),
		},
		Collect: readWhois,
	}
}

const (
	whoisHops = 3 // servers asked about one subject
	whoisIANA = "whois.iana.org"
)

// A whoisReply is what one server answered.
type whoisReply struct {
	text     string
	fields   []whoisField
	record   whoisRecord
	exchange pipeline.ExchangeID
}

func readWhois(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	addr, err := whoisSubject(subject)
	if err != nil {
		return err
	}
	replies, failed := whoisChain(ctx, net, subject)
	if len(replies) == 0 {
		return failed
	}
	told, err := false, error(nil)
	if addr.IsValid() {
		told = tellNetwork(replies, addr, emit)
	} else {
		told, err = tellDomain(replies, subject.Value, emit)
	}
	last := replies[len(replies)-1]
	switch {
	case told && failed != nil:
		return partly(failed, "a server that the registry refers to")
	case told || err != nil:
		return err
	case failed != nil:
		return failed
	case whoisDenies(last.text, subject.Value):
		emit(pipeline.Observation{Predicate: "registration", Denies: true, Exchanges: []pipeline.ExchangeID{last.exchange}})
		return nil
	}
	return pipeline.Fail(pipeline.Malformed, "a WHOIS answer that shows neither a registration nor that there is none")
}

// whoisSubject returns the address that a subject is, if it is one, or why
// there is nothing to ask.
func whoisSubject(subject pipeline.Entity) (netip.Addr, error) {
	if subject.Kind == pipeline.KindDomain {
		return netip.Addr{}, registeredName(subject.Value)
	}
	addr, err := netip.ParseAddr(subject.Value)
	if err != nil {
		return addr, err
	}
	return addr, registeredAddress(addr)
}

// tellDomain reports the replies that show a registration, the registry's
// first.
func tellDomain(replies []whoisReply, domain string, emit collectors.Emit) (told bool, err error) {
	t := newTelling(emit)
	for _, r := range replies {
		d := parseWhoisDomain(r.record)
		if !d.evident() {
			continue
		}
		if !r.record.names(domain) {
			err = pipeline.Fail(pipeline.Malformed, "a WHOIS answer that is not about "+domain)
			continue
		}
		t.domain(d, domain, r.exchange)
		told = true
	}
	if told && err != nil {
		err = partly(err, "a server that the registry refers to")
	}
	return told, err
}

// tellNetwork reports the last reply that knows a network around the address:
// each server knows the part that it was given better than the one before.
func tellNetwork(replies []whoisReply, addr netip.Addr, emit collectors.Emit) bool {
	for i := len(replies) - 1; i >= 0; i-- {
		if a, ok := parseWhoisNetwork(replies[i].text, replies[i].fields, addr); ok {
			newTelling(emit).allocation(a, replies[i].exchange)
			return true
		}
	}
	return false
}

// whoisChain asks one server after another, and returns what those behind
// IANA's said. An --endpoint is the only one that is asked.
func whoisChain(ctx context.Context, net *collectors.View, subject pipeline.Entity) ([]whoisReply, error) {
	if e := net.Endpoint(); e != "" {
		r, err := askWhois(ctx, net, e, subject.Value, subject.Value)
		if err != nil {
			return nil, err
		}
		return []whoisReply{r}, nil
	}
	var replies []whoisReply
	asked := map[string]bool{}
	for server := whoisIANA; server != "" && !asked[server] && len(asked) < whoisHops; {
		asked[server] = true
		r, err := askWhois(ctx, net, server, whoisQuery(server, subject.Value), subject.Value)
		if err != nil {
			return replies, err
		}
		if server != whoisIANA {
			replies = append(replies, r)
		}
		server = referral(r.record)
	}
	if len(replies) == 0 {
		tld := subject.Value[strings.LastIndexByte(subject.Value, '.')+1:]
		if subject.Kind == pipeline.KindDomain {
			return nil, pipeline.Fail(pipeline.Unreachable, "no WHOIS server for ."+tld)
		}
		return nil, pipeline.Fail(pipeline.Unreachable, "no WHOIS server for "+subject.Value)
	}
	return replies, nil
}

// askWhois puts one question. A refusal to answer, and nothing at all, are
// Failures.
func askWhois(ctx context.Context, net *collectors.View, server, query, subject string) (whoisReply, error) {
	a, err := net.Whois(ctx, server, query)
	if err != nil {
		return whoisReply{}, err
	}
	r := newWhoisReply(string(a.Body), a.Exchange)
	if f := whoisRefuses(r.text, subject); f != nil && !r.records() {
		return r, pipeline.Fail(f.Outcome, fmt.Sprintf("%s %s", server, f.Reason))
	}
	return r, nil
}

func newWhoisReply(text string, x pipeline.ExchangeID) whoisReply {
	fields := whoisFields(text)
	return whoisReply{text, fields, newWhoisRecord(fields), x}
}

// records reports whether a reply holds anything that only a record holds.
func (r whoisReply) records() bool {
	return parseWhoisDomain(r.record).evident() || r.record.one("netrange", "inetnum", "inet6num", "refer", "whois") != ""
}

// whoisQuery returns the question in the form that a server wants it in.
// IANA need not know more of a domain than whose it is; RIPE's servers are
// told to leave out people, of which they count how many one asks for. ARIN's
// "n + " is put before an address by [collectors.View.Whois].
func whoisQuery(server, subject string) string {
	switch host, _, _ := strings.Cut(server, ":"); host {
	case whoisIANA:
		if _, err := netip.ParseAddr(subject); err != nil {
			return subject[strings.LastIndexByte(subject, '.')+1:]
		}
	case "whois.denic.de":
		return "-T dn,ace " + subject
	case "whois.jprs.jp":
		return subject + "/e"
	case "whois.verisign-grs.com":
		return "domain " + subject
	case "whois.ripe.net", "whois.apnic.net", "whois.afrinic.net":
		return "-r " + subject
	}
	return subject
}

// referral returns the server that a reply refers to, "host" or "host:port";
// "" if there is none.
func referral(r whoisRecord) string {
	s := strings.ToLower(r.one("refer", "whois", "registrar whois server", "whois server", "referralserver"))
	port := ""
	for _, scheme := range []string{"whois://", "rwhois://", "https://", "http://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			s = rest
			if scheme == "rwhois://" {
				port = "4321"
			}
			break
		}
	}
	s, _, _ = strings.Cut(s, "/")
	host, own, ok := strings.Cut(s, ":")
	if ok {
		port = own
	}
	name, err := pipeline.NewName(host)
	if err != nil || ok && (!digits(port) || len(port) > 5) {
		return ""
	}
	if port == "" || port == "43" {
		return name.Value
	}
	return name.Value + ":" + port
}
