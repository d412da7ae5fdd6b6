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
			return &dnssec.Answer{Name: "a.b.c.corp.example.", Type: dns.TypeA, Answer: moved(a, "x.dev.corp.example.", "a.b.c.corp.example.").Answer, Ns: a.Ns}
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

// Proofs that nobody signed prove nothing.
func TestForgedProofsAreNotBelieved(t *testing.T) {
	s := serve(t, zones)
	for _, c := range []struct{ name, proof string }{
		{"corp.example.", "corp.example. 60 NSEC example. NS RRSIG NSEC"},
		{"corp.example.", "example. 60 NSEC zzz.example. NS SOA RRSIG NSEC DNSKEY"},
	} {
		a := read("none.example.", dns.TypeA, s.ask("none.example.", dns.TypeA))
		forged, err := dns.NewRR(c.proof)
		if err != nil {
			t.Fatal(err)
		}
		a = &dnssec.Answer{Name: c.name, Type: dns.TypeDS, Ns: append(a.Ns, forged)}
		v := s.validator()
		get := v.Get
		v.Get = func(name string, kind uint16) *dnssec.Answer {
			if name == c.name && kind == dns.TypeDS {
				return a
			}
			return get(name, kind)
		}
		if got := v.Zone(c.name); got.State != dnssec.Bogus {
			t.Errorf("%s: %+v", c.proof, got.Verdict)
		}
	}
}
