package dnssec_test

import (
	"crypto/ecdsa"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/dnssec"
)

// An attack is made of what the zones really signed, put where it does not
// belong, or of what the attacker signs himself. None is believed.
func TestAttacksAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	fetch := func(name string, kind uint16) *dnssec.Answer { return read(name, kind, s.ask(name, kind)) }
	// denied is the answer that there is no such record, with the proofs of
	// other questions.
	denied := func(name string, kind uint16, rcode int, proofs ...*dnssec.Answer) *dnssec.Answer {
		a := &dnssec.Answer{Name: name, Type: kind, Rcode: rcode}
		for _, p := range proofs {
			a.Ns = append(a.Ns, p.Ns...)
		}
		return a
	}
	const noError, noName = dns.RcodeSuccess, dns.RcodeNameError
	for _, c := range []struct {
		name   string
		answer *dnssec.Answer
	}{
		{"an alias is hidden by its own NSEC", denied("www.corp.example.", dns.TypeA, noError, pick(fetch("wwx.corp.example.", dns.TypeA), "www.corp.example."))},
		{"a DS record is denied by the NSEC that lists it", denied("corp.example.", dns.TypeDS, noError, pick(fetch("corp0.example.", dns.TypeA), "corp.example."))},
		{"a name without records of its own is denied", denied("c.corp.example.", dns.TypeA, noName, fetch("c.corp.example.", dns.TypeA), fetch("0.corp.example.", dns.TypeA))},
		{"a wildcard is left out of a denial", denied("x.dev.corp.example.", dns.TypeA, noName, only(fetch("x.dev.corp.example.", dns.TypeA)))},
		{"a wildcard is left out of a hashed denial", denied("x.dev.hashed.example.", dns.TypeA, noName, only(fetch("x.dev.hashed.example.", dns.TypeA)), fetch("none.dev.hashed.example.", dns.TypeTXT))},
		{"a wildcard's NSEC is passed off for a name's", denied("x.dev.corp.example.", dns.TypeMX, noError, moved(fetch("*.dev.corp.example.", dns.TypeMX), "*.dev.corp.example.", "x.dev.corp.example."))},
		{"the denial of another name", denied("corp.example.", dns.TypeA, noError, fetch("ns.corp.example.", dns.TypeMX))},
		{"the denial of another type", denied("ns.corp.example.", dns.TypeA, noError, fetch("ns.corp.example.", dns.TypeMX))},
		{"the hashed denial of another type", denied("ns.hashed.example.", dns.TypeA, noError, fetch("ns.hashed.example.", dns.TypeMX))},
		{"the denial of another zone", denied("corp.example.", dns.TypeA, noError, fetch("hashed.example.", dns.TypeMX))},
		{"a name that is there is denied", denied("ns.corp.example.", dns.TypeA, noName, fetch("none.corp.example.", dns.TypeA))},
		{"a hashed name that is there is denied", denied("ns.hashed.example.", dns.TypeA, noName, fetch("none.hashed.example.", dns.TypeA))},
		{"a wildcard's answer for a name that is there", func() *dnssec.Answer {
			a := fetch("x.dev.corp.example.", dns.TypeA)
			return &dnssec.Answer{Name: "fixed.dev.corp.example.", Type: dns.TypeA, Answer: moved(a, "x.dev.corp.example.", "fixed.dev.corp.example.").Answer, Ns: a.Ns}
		}()},
	} {
		if v := s.validator().Judge(c.answer); v.State != dnssec.Bogus {
			t.Errorf("%s: %+v\n%v", c.name, v, c.answer.Ns)
		}
	}
}

// pick keeps the proofs that belong to one name.
func pick(a *dnssec.Answer, owner string) *dnssec.Answer {
	a.Ns = slices.DeleteFunc(a.Ns, func(rr dns.RR) bool { return rr.Header().Name != owner })
	return a
}

// only keeps the proofs of an answer made from a wildcard, with no SOA.
func only(a *dnssec.Answer) *dnssec.Answer {
	a.Ns = slices.DeleteFunc(a.Ns, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeSOA })
	return a
}

// moved gives records of one owner another.
func moved(a *dnssec.Answer, from, to string) *dnssec.Answer {
	for _, rr := range slices.Concat(a.Answer, a.Ns) {
		if rr.Header().Name == from {
			rr.Header().Name = to
		}
	}
	return a
}

// A chain that the attacker makes himself, with keys of his own, ends where
// the zone above did not sign.
func TestForeignKeysAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	key := &dns.DNSKEY{Hdr: dns.RR_Header{Name: "corp.example.", Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 60}, Flags: 257, Protocol: 3, Algorithm: dns.ECDSAP256SHA256}
	secret, err := key.Generate(256)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(rr dns.RR) []dns.RR {
		sig := &dns.RRSIG{Algorithm: key.Algorithm, KeyTag: key.KeyTag(), SignerName: "corp.example.",
			Inception: uint32(time.Now().Add(-time.Hour).Unix()), Expiration: uint32(time.Now().Add(time.Hour).Unix())}
		if err := sig.Sign(secret.(*ecdsa.PrivateKey), []dns.RR{rr}); err != nil {
			t.Fatal(err)
		}
		return []dns.RR{rr, sig}
	}
	a, _ := dns.NewRR("corp.example. 60 A 192.0.2.66")
	ds := key.ToDS(dns.SHA256)
	for _, name := range []string{"unsigned", "signed by himself", "with the signature of the real one"} {
		v := s.validator()
		get := v.Get
		v.Get = func(owner string, kind uint16) *dnssec.Answer {
			answer := &dnssec.Answer{Name: owner, Type: kind}
			switch {
			case owner == "corp.example." && kind == dns.TypeDNSKEY:
				answer.Answer = sign(key)
			case owner == "corp.example." && kind == dns.TypeDS && name == "unsigned":
				answer.Answer = []dns.RR{ds}
			case owner == "corp.example." && kind == dns.TypeDS && name == "signed by himself":
				answer.Answer = sign(ds)
			case owner == "corp.example." && kind == dns.TypeDS:
				answer.Answer = append([]dns.RR{ds}, get(owner, kind).Answer[1])
			default:
				return get(owner, kind)
			}
			return answer
		}
		got := v.Judge(&dnssec.Answer{Name: "corp.example.", Type: dns.TypeA, Answer: sign(a)})
		if got.State != dnssec.Bogus || got.Zone != "example." || !strings.Contains(got.Reason, "DS of corp.example.") {
			t.Errorf("a DS record %s: %+v", name, got)
		}
	}
}

// A signed zone can't be made an unsigned one: neither by proofs that nobody
// signed, nor by what the zone above says of it or of others.
func TestDowngradesAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	forged := func(text string) []dns.RR {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		return append(read("none.example.", dns.TypeA, s.ask("none.example.", dns.TypeA)).Ns, rr)
	}
	for name, proof := range map[string][]dns.RR{
		"its own NSEC":           pick(read("corp0.example.", dns.TypeA, s.ask("corp0.example.", dns.TypeA)), "corp.example.").Ns,
		"another's NSEC":         read("plain.example.", dns.TypeDS, s.ask("plain.example.", dns.TypeDS)).Ns,
		"an NSEC of its own":     read("corp.example.", dns.TypeAAAA, s.ask("corp.example.", dns.TypeAAAA)).Ns,
		"a forged NSEC":          forged("corp.example. 60 NSEC example. NS RRSIG NSEC"),
		"a gap that is forged":   forged("example. 60 NSEC zzz.example. NS SOA RRSIG NSEC DNSKEY"),
		"nothing":                nil,
		"the gap of other names": read("none.example.", dns.TypeA, s.ask("none.example.", dns.TypeA)).Ns,
	} {
		v := s.validator()
		get := v.Get
		v.Get = func(owner string, kind uint16) *dnssec.Answer {
			if owner == "corp.example." && kind == dns.TypeDS {
				return &dnssec.Answer{Name: owner, Type: kind, Ns: proof}
			}
			return get(owner, kind)
		}
		if got := v.Zone("corp.example."); got.State != dnssec.Bogus && (len(proof) > 0 || got.State != dnssec.Indeterminate) {
			t.Errorf("%s: %+v", name, got.Verdict)
		}
	}
}
