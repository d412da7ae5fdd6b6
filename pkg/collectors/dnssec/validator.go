package dnssec

import (
	"time"

	"github.com/miekg/dns"
)

// An Answer is what was answered to one question put with the DO and CD bits.
type Answer struct {
	Name   string
	Type   uint16
	Rcode  int
	Answer []dns.RR
	Ns     []dns.RR
}

// A Validator judges answers. It is for one goroutine.
type Validator struct {
	Anchors Anchors
	Now     time.Time // by which signatures are valid
	// Get returns the answer to a question about a name with its trailing dot,
	// or nil if none was had. It may be called again for the same.
	Get func(name string, t uint16) *Answer

	zones map[string]*Zone
	spent int // signatures checked
}

// A Zone is a zone of the chain and what was found of it.
type Zone struct {
	Verdict
	Name string
	DS   []*dns.DS     // of its parent, signed there; none for the root
	Keys []*dns.DNSKEY // that may sign in it; only those of a secure zone are to be believed
}

// Questions returns what must be asked, with the DO and CD bits, to judge the
// zone that a name lies in.
func Questions(name string) (qs []dns.Question) {
	for _, n := range Path(name) {
		qs = append(qs, dns.Question{Name: n, Qtype: dns.TypeDNSKEY, Qclass: dns.ClassINET})
		if n != "." {
			qs = append(qs, dns.Question{Name: n, Qtype: dns.TypeDS, Qclass: dns.ClassINET})
		}
	}
	return qs
}

// Zone returns the zone that a name lies in, as far down as it can be seen:
// below one that is not secure nothing can be proven.
func (v *Validator) Zone(name string) *Zone {
	zone := v.root()
	for _, n := range Path(name)[1:] {
		if zone.State != Secure {
			break
		}
		zone = v.step(zone, n)
	}
	return zone
}

// root judges the root's keys by the trust anchors.
func (v *Validator) root() *Zone {
	if v.zones == nil {
		v.zones = map[string]*Zone{}
	}
	if v.zones["."] == nil {
		z := &Zone{Name: "."}
		v.zones["."] = z
		z.Verdict = v.keys(z, v.Anchors)
	}
	return v.zones["."]
}

// step returns the zone that the next name on the way down lies in: one of
// its own if it is delegated, else the one above.
func (v *Validator) step(above *Zone, name string) *Zone {
	if z := v.zones[name]; z != nil {
		return z
	}
	z := v.delegation(above, name)
	v.zones[name] = z
	return z
}

func (v *Validator) delegation(above *Zone, name string) *Zone {
	a := v.Get(name, dns.TypeDS)
	if a == nil {
		return &Zone{Name: name, Verdict: unseen(name, "nobody answered for its DS record")}
	}
	if a.failed() {
		return &Zone{Name: name, Verdict: unseen(name, "its DS record was refused: %s", dns.RcodeToString[a.Rcode])}
	}
	set := a.set(name, dns.TypeDS)
	if len(set.records) == 0 {
		return v.undelegated(above, a)
	}
	if bad := v.signed(above, set); bad.State != Secure {
		return &Zone{Name: name, Verdict: bad}
	}
	z := &Zone{Name: name}
	anchors := make(Anchors, 0, len(set.records))
	for _, rr := range set.records {
		ds := rr.(*dns.DS)
		z.DS = append(z.DS, ds)
		if knownAlgorithm(ds.Algorithm) && knownDigest(ds) {
			anchors = append(anchors, ds)
		}
	}
	if len(anchors) == 0 { // RFC 4035, 5.2
		z.Verdict = insecure(name, "its DS records are all of algorithms or digests that are not known here")
		return z
	}
	z.Verdict = v.keys(z, anchors)
	return z
}

// undelegated judges the answer that a name has no DS record: it is no zone of
// its own, or one that need not be signed.
func (v *Validator) undelegated(above *Zone, a *Answer) *Zone {
	if cname := a.set(a.Name, dns.TypeCNAME); len(cname.records) > 0 { // no delegation stands beside an alias
		if bad := v.signed(above, cname); bad.State != Secure {
			return &Zone{Name: a.Name, Verdict: bad}
		}
		return above
	}
	p, bad := v.proof(above, a)
	if bad.State != Secure {
		return &Zone{Name: a.Name, Verdict: bad}
	}
	switch cut, why := p.cut(a.Name); cut {
	case noCut:
		return above
	case unsigned:
		return &Zone{Name: a.Name, Verdict: insecure(a.Name, "%s %s", above.Name, why)}
	default:
		return &Zone{Name: a.Name, Verdict: bogus(above.Name, "it does not prove that %s has no DS record: %s", a.Name, why)}
	}
}

// keys judges a zone's DNSKEY records: one that an anchor names must sign
// them all (RFC 4035, 5.2). All its keys that may sign are then its own.
func (v *Validator) keys(z *Zone, anchors Anchors) Verdict {
	a := v.Get(z.Name, dns.TypeDNSKEY)
	switch {
	case a == nil:
		return unseen(z.Name, "nobody answered for its keys")
	case a.failed():
		return unseen(z.Name, "its keys were refused: %s", dns.RcodeToString[a.Rcode])
	}
	set := a.set(z.Name, dns.TypeDNSKEY)
	if z.Name == "." && (len(set.records) == 0 || len(set.sigs) == 0) {
		return unseen(z.Name, "the resolver does not hand over the root's keys with their signatures: name one that does with --resolver")
	}
	if len(set.records) == 0 {
		return bogus(z.Name, "it has a DS record and no keys")
	}
	var entry []*dns.DNSKEY
	for _, rr := range set.records {
		k := rr.(*dns.DNSKEY)
		if !signsZones(k) {
			continue
		}
		z.Keys = append(z.Keys, k)
		for _, anchor := range anchors {
			if matches(anchor, k) {
				entry = append(entry, k)
				break
			}
		}
	}
	if len(entry) == 0 && z.Name == "." {
		return bogus(z.Name, "none of its keys is a trust anchor")
	}
	if len(entry) == 0 {
		return bogus(z.Name, "none of its keys is the one that its DS records name")
	}
	return v.verify(z.Name, entry, set)
}

func (a *Answer) failed() bool {
	return a.Rcode != dns.RcodeSuccess && a.Rcode != dns.RcodeNameError
}
