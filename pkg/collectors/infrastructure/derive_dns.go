package infrastructure

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// deriveDNS reads a message, or the messages of a transfer, each with its
// length before it.
func deriveDNS(s *sheet, answer []byte) error {
	if all := cutMessages(answer); all != nil {
		for _, m := range all {
			if err := s.message(m); err != nil {
				return err
			}
		}
		return nil
	}
	return s.message(answer)
}

// cutMessages takes a transfer apart; nil if it is none.
func cutMessages(stream []byte) (all [][]byte) {
	for len(stream) > 0 {
		if len(stream) < 2 {
			return nil
		}
		n := int(binary.BigEndian.Uint16(stream))
		if n < 12 || len(stream) < 2+n {
			return nil
		}
		all, stream = append(all, stream[2:2+n]), stream[2+n:]
	}
	return all
}

func (s *sheet) message(wire []byte) error {
	m := new(dns.Msg)
	if m.Unpack(wire) != nil {
		return errUnread
	}
	s.word("rcode", dns.RcodeToString[m.Rcode&0xf], []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"})
	for _, q := range m.Question {
		s.name("asked "+typeWord(q.Qtype), q.Name)
	}
	for _, rr := range append(append(m.Answer, m.Ns...), m.Extra...) {
		s.resource(rr)
	}
	return nil
}

// typeWord returns the name of a type that has one.
func typeWord(t uint16) string {
	if w := dns.TypeToString[t]; w != "" {
		return w
	}
	return "other"
}

// plainTypes are those whose data are names, addresses, numbers, digests and
// keys alone.
var plainTypes = map[uint16]bool{dns.TypeA: true, dns.TypeAAAA: true, dns.TypeCNAME: true, dns.TypeDNAME: true, dns.TypeNS: true, dns.TypeMX: true, dns.TypePTR: true,
	dns.TypeSRV: true, dns.TypeDS: true, dns.TypeDNSKEY: true, dns.TypeCDS: true, dns.TypeCDNSKEY: true, dns.TypeRRSIG: true, dns.TypeNSEC: true,
	dns.TypeNSEC3: true, dns.TypeNSEC3PARAM: true, dns.TypeTLSA: true}

var plainData = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_.*:/+= -]*$`) })

// resource tells one record: of a zone's head all but its contact, of a text
// what mail policy it states, of a type that may hold anything that it was there.
func (s *sheet) resource(rr dns.RR) {
	h := rr.Header()
	owner := bare(h.Name)
	if h.Rrtype == dns.TypeOPT {
		return
	}
	if !dnsForm().MatchString(owner) {
		owner = "…"
	}
	data := ""
	switch rr := rr.(type) {
	case *dns.SOA:
		data = fmt.Sprintf("serial %d, refresh %d, retry %d, expire %d, minimum %d; its contact left out", rr.Serial, rr.Refresh, rr.Retry, rr.Expire, rr.Minttl)
	case *dns.TXT:
		data = textData(unescape(strings.Join(rr.Txt, "")))
	case *dns.CAA:
		if tag := strings.ToLower(rr.Tag); tag == "issue" || tag == "issuewild" {
			if ca, _, _ := strings.Cut(rr.Value, ";"); dnsForm().MatchString(bare(strings.TrimSpace(ca))) {
				data = tag + " " + bare(strings.TrimSpace(ca))
			}
		}
	default:
		if plainTypes[h.Rrtype] {
			data = strings.TrimPrefix(rr.String(), h.String())
		}
		if !plainData().MatchString(data) {
			data = "…"
		}
	}
	s.line("record", strings.TrimSpace(owner+" "+typeWord(h.Rrtype)+" "+data))
}

// textData returns what a text states of mail policy, in our words.
func textData(text string) string {
	if d, ok := parseDMARC(text); ok {
		return fmt.Sprintf("DMARC1 p=%s sp=%s np=%s adkim=%s aspf=%s psd=%s rua=%d ruf=%d", d.p, d.sp, d.np, d.adkim, d.aspf, d.psd, len(d.rua), len(d.ruf))
	}
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 || words[0] != "v=spf1" {
		return fmt.Sprintf("of %d bytes", len(text))
	}
	terms := []string{"spf1"}
	for _, w := range words[1:] {
		terms = append(terms, spfWord(w))
	}
	return strings.Join(terms, " ")
}

// spfWord returns a term of SPF, if its argument is a name or an address or
// there is none; else what it is.
func spfWord(w string) string {
	sign := ""
	if strings.ContainsRune("+-~?", rune(w[0])) {
		sign, w = w[:1], w[1:]
	}
	term, arg, _ := strings.Cut(strings.Replace(w, "=", ":", 1), ":")
	switch term {
	case "all", "a", "mx", "ptr", "include", "redirect", "exists", "ip4", "ip6":
	default:
		return "other"
	}
	_, err := netip.ParsePrefix(arg)
	addr, err2 := netip.ParseAddr(arg)
	switch {
	case arg == "":
		return sign + term
	case dnsForm().MatchString(arg), err == nil, err2 == nil && addr.Zone() == "":
		return sign + term + ":" + arg
	}
	return sign + term + ":…"
}
