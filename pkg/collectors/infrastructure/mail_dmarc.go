package infrastructure

import (
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

const (
	dmarcQueries = 8  // of a tree walk: RFC 9989, 4.10
	reportHosts  = 10 // other domains asked whether they want a domain's reports
)

// A dmarc is what a DMARC record says (RFC 9989). The tags pct, rf and ri of
// earlier days mean nothing any more.
type dmarc struct {
	p, sp, np   string // none, quarantine or reject; sp and np "" if not given
	adkim, aspf string // r or s
	psd         string // y, n or u
	t           bool   // testing: receivers apply the next milder policy
	rua, ruf    []string
	err         string // what is wrong, if receivers must read it as p=none
}

// parseDMARC reads a TXT record; ok is false if it is no DMARC record.
func parseDMARC(text string) (d dmarc, ok bool) {
	order, v := tags(text)
	if len(order) == 0 || order[0] != "v" || v["v"] != "DMARC1" {
		return d, false
	}
	d = dmarc{p: strings.ToLower(v["p"]), sp: strings.ToLower(v["sp"]), np: strings.ToLower(v["np"]),
		adkim: choice(v["adkim"], "r", "s"), aspf: choice(v["aspf"], "r", "s"), psd: choice(v["psd"], "u", "y", "n"),
		t: strings.EqualFold(v["t"], "y"), rua: addresses(v["rua"]), ruf: addresses(v["ruf"])}
	for _, tag := range []string{"p", "sp", "np"} {
		if value, given := v[tag]; given && !slices.Contains([]string{"none", "quarantine", "reject"}, strings.ToLower(value)) {
			d.err = tag + " has a value that is no policy"
		}
	}
	switch {
	case d.err != "":
		d.p, d.sp, d.np = "none", "", ""
	case d.p == "":
		d.p = "none"
	}
	return d, true
}

// choice returns the value among the allowed ones; else the first.
func choice(v string, allowed ...string) string {
	if v = strings.ToLower(v); slices.Contains(allowed, v) {
		return v
	}
	return allowed[0]
}

// addresses reads the mail addresses of a list of URIs. A size behind an
// exclamation mark is no part of one.
func addresses(list string) []string {
	var out []string
	for uri := range strings.SplitSeq(list, ",") {
		uri, _, _ = strings.Cut(strings.TrimSpace(uri), "!")
		scheme, addr, ok := strings.Cut(uri, ":")
		addr, _, _ = strings.Cut(addr, "?")
		if ok && strings.EqualFold(scheme, "mailto") && strings.Contains(addr, "@") {
			out = append(out, strings.ToLower(addr))
		}
	}
	return out
}

// subdomain returns the policy for names below the record's.
func (d dmarc) subdomain() string {
	if d.sp != "" {
		return d.sp
	}
	return d.p
}

// absent returns the policy for names below it that don't exist.
func (d dmarc) absent() string {
	if d.np != "" {
		return d.np
	}
	return d.subdomain()
}

// dmarcWalk returns the names whose records decide for a name, nearest first:
// itself, then from seven labels upwards.
func dmarcWalk(name string) []string {
	walk := []string{name}
	labels := strings.Split(name, ".")
	labels = labels[max(1, len(labels)-dmarcQueries+1):]
	for ; len(labels) > 0; labels = labels[1:] {
		walk = append(walk, strings.Join(labels, "."))
	}
	return walk
}

// A found is the DMARC record that applies to a domain.
type found struct {
	dmarc
	from string              // name it stands at
	own  bool                // that is the domain itself
	at   *collectors.Reply   // that held it
	used []*collectors.Reply // that show that it applies
}

// dmarc tells the records on the tree walk, and returns the one that applies
// (nil if there is none or it can't be known) with the questions whether
// others want its reports.
func (m mail) dmarc() (*found, []collectors.Question) {
	walk := dmarcWalk(m.domain)
	var used []*collectors.Reply
	records := make([]*dmarc, len(walk)) // nil where there is none, or not just one
	several := false                     // at the domain itself
	for i, name := range walk {
		reply := m.get("_dmarc."+name, dns.TypeTXT)
		if reply == nil {
			return nil, nil
		}
		used = append(used, reply)
		n := 0
		for _, text := range texts(reply) {
			d, ok := parseDMARC(text)
			if !ok {
				continue
			}
			records[i] = &d
			n++
			if i == 0 {
				m.emit(pipeline.Observation{Predicate: "dmarc-record", Value: text, Exchanges: proof(reply)})
			}
		}
		if n > 1 {
			records[i] = nil
			several = several || i == 0
		}
		if i == 0 && n > 0 {
			break
		}
	}
	if i := applies(records); i >= 0 {
		f := &found{*records[i], walk[i], i == 0, used[i], used}
		return f, f.external()
	}
	if several {
		ignored := dmarc{p: "none", adkim: "r", aspf: "r", psd: "u", err: "more than one record: receivers ignore them all"}
		return &found{ignored, walk[0], true, used[0], used}, nil
	}
	m.emit(pipeline.Observation{Predicate: "dmarc-record", Denies: true, Exchanges: proof(used...)})
	return nil, nil
}

// applies returns which record of a tree walk applies, or -1: the name's own,
// else that of its organizational domain, else that of the public suffix
// above it (RFC 9989, 4.10).
func applies(records []*dmarc) int {
	if records[0] != nil {
		return 0
	}
	best := -1
	for i, d := range records {
		if d == nil {
			continue
		}
		best = i
		if d.psd == "n" || d.psd == "y" {
			if d.psd == "y" && records[i-1] != nil {
				return i - 1
			}
			return i
		}
	}
	return best
}

// reportHost returns the domain of a report address that must agree to get
// reports, or "" if none need: it belongs to another organisation.
func (f *found) reportHost(addr string) string {
	_, host, _ := strings.Cut(addr, "@")
	to, err := pipeline.NewName(host)
	from, err2 := pipeline.NewName(f.from)
	if err != nil || err2 == nil && to.Registrable() == from.Registrable() {
		return ""
	}
	return to.Value
}

// external returns the questions whether other domains want the reports.
func (f *found) external() []collectors.Question {
	var qs []collectors.Question
	for _, addr := range f.rua {
		if h := f.reportHost(addr); h != "" && len(qs) < reportHosts {
			qs = append(qs, at(f.from+"._report._dmarc."+h, dns.TypeTXT)...)
		}
	}
	return qs
}

// dmarcPolicy tells what the record comes to for the domain.
func (m mail) dmarcPolicy(f *found) {
	if f == nil {
		return
	}
	used, refused := f.used, []any{}
	for _, addr := range f.rua {
		host := f.reportHost(addr)
		reply := m.get(f.from+"._report._dmarc."+host, dns.TypeTXT)
		if host == "" || reply == nil || slices.Contains(used, reply) {
			continue
		}
		used = append(used, reply)
		if !slices.ContainsFunc(texts(reply), func(t string) bool { _, ok := parseDMARC(t); return ok }) {
			refused = append(refused, host)
		}
	}
	p := f.p
	if !f.own {
		p = f.subdomain()
	}
	m.emit(pipeline.Observation{Predicate: "dmarc-policy", Exchanges: proof(used...), Value: map[string]any{
		"p": p, "sp": f.subdomain(), "np": f.absent(), "t": f.t, "adkim": f.adkim, "aspf": f.aspf, "psd": f.psd,
		"from": f.from, "rua": float64(len(f.rua)), "refused": refused, "error": f.err}})
	for _, addr := range append(slices.Clone(f.rua), f.ruf...) {
		if e, err := pipeline.NewEntity(pipeline.KindEmail, addr); err == nil {
			m.emit(pipeline.Observation{Predicate: "dmarc-reports-to", Object: &e, Exchanges: proof(f.at)})
		}
	}
}
