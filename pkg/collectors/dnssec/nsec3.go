package dnssec

import (
	"strings"

	"github.com/miekg/dns"
)

// maxIterations bounds what a name's hash may cost. Zones should have none
// (RFC 9276, 3.1); above this a zone counts as unsigned (3.2).
const maxIterations = 500

// nsec3s are the NSEC3 records of one zone that are alike in hash, salt and
// iterations (RFC 5155).
type nsec3s struct {
	zone    string
	records []*dns.NSEC3
	hashes  map[string]string // of names
	strange bool              // there were some that can't be used
}

// add takes a record that can be used. Others than the first one's kind can't:
// a zone has one.
func (p *nsec3s) add(n *dns.NSEC3) {
	if n.Hash != dns.SHA1 || n.Flags&^1 != 0 || n.Iterations > maxIterations { // 8.1, 8.2
		p.strange = true
		return
	}
	if len(p.records) > 0 && (n.Iterations != p.records[0].Iterations || !strings.EqualFold(n.Salt, p.records[0].Salt)) {
		return
	}
	if dns.CanonicalName(parent(n.Hdr.Name)) == p.zone {
		p.records = append(p.records, n)
	}
}

// hash returns a name's hash, once computed for all records.
func (p *nsec3s) hash(name string) string {
	if h, ok := p.hashes[name]; ok {
		return h
	}
	if p.hashes == nil {
		p.hashes = map[string]string{}
	}
	n := p.records[0]
	p.hashes[name] = dns.HashName(name, n.Hash, n.Iterations, n.Salt)
	return p.hashes[name]
}

// owner is the hash that a record belongs to.
func owner(n *dns.NSEC3) string {
	label, _, _ := strings.Cut(n.Hdr.Name, ".")
	return strings.ToUpper(label)
}

// at returns the record of a name, or nil.
func (p *nsec3s) at(name string) *dns.NSEC3 {
	for h, i := p.hash(name), 0; i < len(p.records); i++ {
		if h != "" && owner(p.records[i]) == h {
			return p.records[i]
		}
	}
	return nil
}

// gap returns the record that shows that there is no such name, or nil.
func (p *nsec3s) gap(name string) *dns.NSEC3 {
	h := p.hash(name)
	for _, n := range p.records {
		from, to := owner(n), strings.ToUpper(n.NextDomain)
		after, before := from < h, h < to
		if h != "" && (from < to && after && before || from >= to && (after || before)) {
			return n
		}
	}
	return nil
}

// encloser returns the nearest name above one that exists, the next below it
// on the way, and the record that shows that the latter does not (8.3).
func (p *nsec3s) encloser(name string) (encloser, next string, gap *dns.NSEC3) {
	next = name
	for up := parent(name); dns.IsSubDomain(p.zone, up); next, up = up, parent(up) {
		if n := p.at(up); n != nil {
			if delegates(n.TypeBitMap) { // what is below is another's
				return "", "", nil
			}
			return up, next, p.gap(next)
		}
		if up == "." {
			break
		}
	}
	return "", "", nil
}

func (p *nsec3s) covers(name string) bool { return p.at(name) == nil && p.gap(name) != nil }

func (p *nsec3s) cut(name string) (cut, string) {
	if n := p.at(name); n != nil {
		return at(n.TypeBitMap, name)
	}
	switch _, _, gap := p.encloser(name); {
	case gap == nil:
		return unproven, "no NSEC3 record is of it or spans it"
	case gap.Flags&1 != 0: // 6
		return unsigned, "leaves unsigned delegations out of its chain (opt-out), and it may be one"
	}
	return noCut, ""
}

func (p *nsec3s) noData(name string, t uint16) bool {
	if n := p.at(name); n != nil {
		return lacks(n.TypeBitMap, t)
	}
	up, _, gap := p.encloser(name)
	if gap == nil {
		return false
	}
	if t == dns.TypeDS && gap.Flags&1 != 0 { // 8.6
		return true
	}
	wild := p.at(wildcard(up))
	return wild != nil && lacks(wild.TypeBitMap, t)
}

func (p *nsec3s) noName(name string) bool {
	up, _, gap := p.encloser(name)
	return gap != nil && p.at(name) == nil && p.gap(wildcard(up)) != nil
}
