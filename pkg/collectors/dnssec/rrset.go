package dnssec

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

const (
	maxSignatures = 8   // of one set that are tried
	maxChecks     = 512 // signatures that one Validator checks: an answer may be made to cost (CVE-2023-50387)
)

// A set is all records of one name and type, and the signatures over them.
type set struct {
	name    string
	kind    uint16
	records []dns.RR
	sigs    []*dns.RRSIG
}

// set gathers a name's records of one type from the answer section.
func (a *Answer) set(name string, kind uint16) set { return gather(a.Answer, name, kind) }

func gather(rrs []dns.RR, name string, kind uint16) set {
	s := set{name: name, kind: kind}
	for _, rr := range rrs {
		h := rr.Header()
		if h.Class != dns.ClassINET || !strings.EqualFold(h.Name, name) {
			continue
		}
		if h.Name != name { // a set is of one spelling
			rr = dns.Copy(rr)
			rr.Header().Name = name
		}
		if h.Rrtype == kind && !slices.ContainsFunc(s.records, func(x dns.RR) bool { return dns.IsDuplicate(x, rr) }) {
			s.records = append(s.records, rr)
		}
		if sig, ok := rr.(*dns.RRSIG); ok && sig.TypeCovered == kind {
			s.sigs = append(s.sigs, sig)
		}
	}
	return s
}

// sets splits a section into its sets, in the order of their first records.
func sets(rrs []dns.RR) (all []set) {
	for _, rr := range rrs {
		h := rr.Header()
		known := func(s set) bool { return s.kind == h.Rrtype && strings.EqualFold(s.name, h.Name) }
		if h.Rrtype != dns.TypeRRSIG && h.Class == dns.ClassINET && !slices.ContainsFunc(all, known) {
			all = append(all, gather(rrs, dns.CanonicalName(h.Name), h.Rrtype))
		}
	}
	return all
}

// signed judges a set of a secure zone.
func (v *Validator) signed(z *Zone, s set) Verdict { return v.verify(z.Name, z.Keys, s) }

// verify looks for one good signature over a set (RFC 4035, 5.3). Its verdict
// is Secure or Bogus, the latter with the reason of the signature that came
// nearest.
func (v *Validator) verify(zone string, keys []*dns.DNSKEY, s set) Verdict {
	what := dns.Type(s.kind).String() + " of " + s.name
	if len(s.sigs) == 0 || !dns.IsSubDomain(zone, s.name) {
		return bogus(zone, "%s is not signed", what)
	}
	best, reason := 0, "no key of the zone made the signature of "+what
	nearer := func(rank int, why string) {
		if rank > best {
			best, reason = rank, why
		}
	}
	for _, sig := range s.sigs[:min(len(s.sigs), maxSignatures)] {
		if dns.CanonicalName(sig.SignerName) != zone || int(sig.Labels) > dns.CountLabel(s.name) {
			continue
		}
		for _, k := range keys {
			if k.Algorithm != sig.Algorithm || k.KeyTag() != sig.KeyTag {
				continue
			}
			if !sig.ValidityPeriod(v.Now) {
				nearer(2, "the signature of "+what+" "+v.untimely(sig))
				continue
			}
			if v.spent++; v.spent > maxChecks {
				return unseen(zone, "there are more signatures than are checked")
			}
			if err := sig.Verify(k, s.records); err == nil {
				return secure(zone)
			}
			nearer(1, "the signature of "+what+" is not of its data")
		}
	}
	return bogus(zone, "%s", reason)
}

func (v *Validator) untimely(sig *dns.RRSIG) string {
	if at := Expires(sig); !at.After(v.Now) {
		return "expired at " + at.Format("2006-01-02 15:04 UTC")
	}
	return "is not valid yet"
}
