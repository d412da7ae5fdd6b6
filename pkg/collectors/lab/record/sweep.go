package record

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
)

// sweep adds the records of the names that a sweep found and of the wildcards
// that it met. A name without an address gets a text, so that it exists.
func (w *writer) sweep(raw []byte) error {
	var s collectors.Swept
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("recorded sweep: %w", err)
	}
	for _, n := range s.Found {
		w.swept(n, n.Name)
	}
	for _, p := range s.Probes {
		_, below, _ := strings.Cut(p.Name, ".")
		if p.Outcome == "answered" || p.Outcome == "nodata" {
			w.swept(collectors.SweptName{Name: p.Name, Records: p.Records}, "*."+below)
		}
	}
	return nil
}

// swept adds what a name was answered with, under an owner in its place.
func (w *writer) swept(n collectors.SweptName, owner string) {
	rrs := n.RRs()
	if len(rrs) == 0 {
		w.records[w.r.text(owner)+`. TXT "is there"`] = true
	}
	for _, rr := range rrs {
		if strings.TrimSuffix(rr.Header().Name, ".") == n.Name {
			rr = dns.Copy(rr)
			rr.Header().Name = owner + "."
		}
		w.records[w.record(rr)] = true
	}
}

// record writes a record as a zone has it.
func (w *writer) record(rr dns.RR) string {
	if soa, ok := dns.Copy(rr).(*dns.SOA); ok { // whose contact is a mailbox, its @ a dot
		if labels := dns.SplitDomainName(soa.Mbox); len(labels) > 1 {
			domain := strings.Join(labels[1:], ".")
			mailbox := w.r.mail(strings.ReplaceAll(labels[0], `\.`, ".") + "@" + domain)
			soa.Mbox = strings.ReplaceAll(mailbox[:strings.LastIndexByte(mailbox, '@')], ".", `\.`) + "." + domain + "."
			rr = soa
		}
	}
	return literal(w.r.text(strings.ReplaceAll(rr.String(), "\t", " ")))
}
