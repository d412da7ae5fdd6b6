package resolver

import (
	"encoding/binary"
	"strings"

	"github.com/miekg/dns"
)

// briefly unpacks an answer's header, question and answer section: a sweep
// asks for no more, and most of its names do not exist. It changes the bytes,
// as [settle] would change a copy. Both results are nil for an answer that has
// to be read whole to be understood.
func briefly(b []byte, q Question, question []byte) (*dns.Msg, error) {
	rc := rcode(b)
	if rc != dns.RcodeSuccess && rc != dns.RcodeNameError || !wholeCode(b) || truncated(b) || binary.BigEndian.Uint16(b[4:]) != 1 {
		return nil, nil
	}
	m := &dns.Msg{Question: []dns.Question{{Name: dns.Fqdn(strings.ToLower(q.Name)), Qtype: q.Type, Qclass: dns.ClassINET}}}
	m.Response, m.Rcode = true, rc
	m.Authoritative, m.RecursionDesired = b[2]&0x04 != 0, b[2]&0x01 != 0
	m.RecursionAvailable, m.AuthenticatedData, m.CheckingDisabled = b[3]&0x80 != 0, b[3]&0x20 != 0, b[3]&0x10 != 0
	count := int(binary.BigEndian.Uint16(b[6:]))
	if count == 0 {
		return m, nil
	}
	settleIn(b, question)
	at := headerSize + len(question)
	for range count {
		rr, next, err := dns.UnpackRR(b, at)
		if err != nil {
			return nil, err
		}
		if next == at { // the header promised more than there is
			break
		}
		m.Answer, at = append(m.Answer, rr), next
	}
	return m, nil
}

// wholeCode reports whether the header has the whole code of an answer: an OPT
// record, which servers put last, may hold upper bits of it (RFC 6891, 6.1.3).
func wholeCode(b []byte) bool {
	if binary.BigEndian.Uint16(b[10:]) == 0 {
		return true
	}
	opt := b[max(0, len(b)-11):]
	return len(opt) == 11 && opt[0] == 0 && binary.BigEndian.Uint16(opt[1:]) == dns.TypeOPT && opt[5] == 0 && binary.BigEndian.Uint16(opt[9:]) == 0
}
