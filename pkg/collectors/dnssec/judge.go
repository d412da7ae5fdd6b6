package dnssec

import (
	"strings"

	"github.com/miekg/dns"
)

// Judge says whether an answer may be believed: every set on the way from the
// name that was asked, aliases included, or the denial at its end. Answers for
// [Questions] of each name in [Owners] must be there to be got.
func (v *Validator) Judge(a *Answer) Verdict {
	if a.failed() {
		return unseen(a.Name, "it was refused: %s", dns.RcodeToString[a.Rcode])
	}
	verdict, end := secure("."), a.Name
	for _, name := range Owners(a) {
		end = name
		for _, s := range sets(a.Answer) {
			if s.name == name && (s.kind == a.Type || s.kind == dns.TypeCNAME) {
				verdict = Worse(verdict, v.set(a, s))
			}
		}
	}
	if verdict.State == Bogus || len(a.set(end, a.Type).records) > 0 {
		return verdict
	}
	return Worse(verdict, v.denial(a, end))
}

// Owners returns the names that an answer's records belong to, from the name
// asked along its aliases.
func Owners(a *Answer) []string {
	names := []string{dns.CanonicalName(a.Name)}
	for range a.Answer {
		last := names[len(names)-1]
		alias := a.set(last, dns.TypeCNAME)
		if len(alias.records) == 0 || a.Type == dns.TypeCNAME {
			break
		}
		names = append(names, dns.CanonicalName(alias.records[0].(*dns.CNAME).Target))
	}
	return names
}

// set judges one set of an answer: by its zone's keys, and if it was made from
// a wildcard by the proof that nothing nearer is there (RFC 4035, 5.3.4).
func (v *Validator) set(a *Answer, s set) Verdict {
	z := v.Zone(s.name)
	if s.kind == dns.TypeDS && s.name != "." {
		z = v.Zone(parent(s.name))
	}
	if z.State != Secure {
		return z.Verdict
	}
	verdict := v.signed(z, s)
	if verdict.State != Secure {
		return verdict
	}
	written := int(s.sigs[0].Labels)
	for _, sig := range s.sigs {
		written = min(written, int(sig.Labels))
	}
	if own := dns.CountLabel(strings.TrimPrefix(s.name, "*.")); written >= own {
		return verdict
	}
	p, bad := v.proof(z, a)
	if bad.State != Secure {
		return bad
	}
	if nearer := suffix(s.name, written+1); !p.covers(nearer) {
		return bogus(z.Name, "%s of %s is made from a wildcard, and nothing proves that there is no %s", dns.Type(s.kind), s.name, nearer)
	}
	return verdict
}

// denial judges the word that a name has no record of the type asked.
func (v *Validator) denial(a *Answer, name string) Verdict {
	z := v.Zone(name)
	if a.Type == dns.TypeDS && name != "." {
		z = v.Zone(parent(name))
	}
	if z.State != Secure {
		return z.Verdict
	}
	p, bad := v.proof(z, a)
	if bad.State != Secure {
		return bad
	}
	ok := p.noData(name, a.Type)
	if a.Rcode == dns.RcodeNameError {
		ok = p.noName(name)
	}
	if !ok {
		return bogus(z.Name, "it does not prove that there is no %s of %s", dns.Type(a.Type), name)
	}
	return secure(z.Name)
}

// suffix returns the last n labels of a name.
func suffix(name string, n int) string {
	for dns.CountLabel(name) > n {
		name = parent(name)
	}
	return name
}
