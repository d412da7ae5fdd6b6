package lab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// zone is a DNS zone in master-file syntax.
type zone struct {
	origin string // fully qualified, lower case
	text   text
	file   file
}

func (w *World) zoneFile(f file, origin string) error {
	t, err := compile(f.data)
	if err != nil {
		return err
	}
	origin = dns.CanonicalName(origin)
	if _, ok := dns.IsDomainName(origin); !ok {
		return fmt.Errorf("%q is no zone", origin)
	}
	for _, z := range w.zones {
		if z.origin == origin {
			return fmt.Errorf("the zone %s is there already, at line %d", origin, z.file.line)
		}
	}
	w.zones = append(w.zones, zone{origin, t, f})
	return nil
}

// tree is all names of a world. Names are fully qualified and lower case.
type tree struct {
	records map[string]map[uint16][]dns.RR
	exists  map[string]bool // with records, or with a name below that has some
	starts  map[string]dns.RR
	signed  map[string]*signedZone // nil before [tree.sign]

	delegated map[string][]dns.RR // NS records that a zone states of one below it
}

// above is the name server of the root, where nothing else is said, and its
// address: every zone has a parent that can be asked for its delegation.
const above, aboveAddr = "ns.lab.test.", "203.0.113.253"

// nowhere starts every zone that states no SOA, the root among them.
const nowhere = "%s 300 IN SOA ns.lab.test. hostmaster.lab.test. 1 7200 900 1209600 300"

// plant parses the zones as they are on a day.
func (w *World) plant(day time.Time) (*tree, error) {
	t := &tree{records: map[string]map[uint16][]dns.RR{}, exists: map[string]bool{}, starts: map[string]dns.RR{}, delegated: map[string][]dns.RR{}}
	for _, z := range w.zones {
		if err := t.zone(z, day); err != nil {
			return nil, z.file.error(err)
		}
	}
	if t.starts["."] == nil {
		if err := t.start("."); err != nil {
			return nil, err
		}
	}
	t.delegate()
	return t, t.root()
}

// delegate lets the resolver have the delegation of a zone that does not name
// its servers itself.
func (t *tree) delegate() {
	for name, rrs := range t.delegated {
		set := t.records[name]
		if set == nil {
			set = map[uint16][]dns.RR{}
			t.records[name] = set
		}
		if set[dns.TypeNS] == nil && set[dns.TypeCNAME] == nil {
			set[dns.TypeNS] = rrs
		}
		t.exist(name)
	}
}

// root gives the root a name server and its SOA, where the world has none.
func (t *tree) root() error {
	var lack []string
	if len(t.records["."][dns.TypeSOA]) == 0 {
		lack = append(lack, t.starts["."].String())
	}
	if len(t.records["."][dns.TypeNS]) == 0 {
		lack = append(lack, ". 300 IN NS "+above, above+" 300 IN A "+aboveAddr)
	}
	for _, s := range lack {
		rr, err := dns.NewRR(s)
		if err == nil {
			err = t.add(".", rr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) start(origin string) (err error) {
	t.exist(origin)
	t.starts[origin], err = dns.NewRR(fmt.Sprintf(nowhere, origin))
	return err
}

func (t *tree) zone(z zone, day time.Time) error {
	zp := dns.NewZoneParser(strings.NewReader(string(z.text.render(day))), z.origin, "")
	zp.SetDefaultTTL(300)
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		if err := t.add(z.origin, rr); err != nil {
			return err
		}
	}
	if err := zp.Err(); err != nil {
		return placed(err)
	}
	if t.starts[z.origin] == nil {
		return t.start(z.origin)
	}
	return nil
}

func (t *tree) add(origin string, rr dns.RR) error {
	h := rr.Header()
	name := dns.CanonicalName(h.Name)
	switch {
	case !dns.IsSubDomain(origin, name):
		return fmt.Errorf("%s lies outside the zone %s: mind the final dot", name, origin)
	case h.Rrtype == dns.TypeDNAME:
		return errors.New("DNAME is not known here: write the CNAME records that it would make")
	case h.Rrtype == dns.TypeSOA && name != origin:
		return fmt.Errorf("an SOA record at %s, which is not the zone's own name", name)
	case h.Rrtype == dns.TypeSOA:
		t.starts[name] = rr
	case h.Rrtype == dns.TypeNS && name != origin: // a delegation: the resolver goes by what the zone says of itself
		t.delegated[name] = append(t.delegated[name], rr)
		return nil
	}
	set := t.records[name]
	if set == nil {
		set = map[uint16][]dns.RR{}
		t.records[name] = set
	}
	if !slices.ContainsFunc(set[h.Rrtype], func(old dns.RR) bool { return dns.IsDuplicate(old, rr) }) { // glue repeats what the zone below says
		set[h.Rrtype] = append(set[h.Rrtype], rr)
	}
	if len(set[dns.TypeCNAME]) > 0 && len(set) > 1 || len(set[dns.TypeCNAME]) > 1 {
		return fmt.Errorf("%s has a CNAME record and others beside it", name)
	}
	t.exist(name)
	return nil
}

// exist notes that there is a name, and so all above it.
func (t *tree) exist(name string) {
	for !t.exists[name] {
		t.exists[name] = true
		name = parent(name)
	}
}

// parent returns the name without its first label; the root's parent is the
// root.
func parent(name string) string {
	if next, end := dns.NextLabel(name, 0); !end {
		return name[next:]
	}
	return "."
}

// placed takes the line out of a master-file error.
func placed(err error) error {
	what, where, ok := strings.Cut(err.Error(), " at line: ")
	line := 0
	if _, e := fmt.Sscanf(where, "%d:", &line); !ok || e != nil {
		return err
	}
	return &lineError{line, strings.TrimPrefix(what, "dns: ")}
}
