package lab

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/miekg/dns"
)

// send sends an answer, spoiled.
func (x malice) send(w dns.ResponseWriter, m *dns.Msg, room int) {
	if x.id {
		m.Id++
	}
	if x.question != "" {
		m.Question[0].Name = x.question
	}
	if x.oversize {
		fill(m)
	}
	if x.truncate {
		if !overUDP(w) {
			_, _ = w.Write([]byte{byte(m.Id >> 8), byte(m.Id), 0x84})
			_ = w.Close()
			return
		}
		m.Truncated, m.Answer, m.Ns, m.Extra = true, nil, nil, nil
	}
	m.Truncate(room)
	b, err := m.Pack()
	if err != nil {
		return
	}
	switch {
	case x.garbage:
		b = append(b[:2], bytes.Repeat([]byte{0xde, 0xad}, 40)...)
	case x.pointers:
		b = circular(b, m)
	case x.cut > 0:
		b = b[:min(x.cut, len(b))]
	}
	_, _ = w.Write(b)
	if x.cut > 0 && !overUDP(w) {
		_ = w.Close()
	}
}

// fill adds texts until a message holds no more: thousands of records.
func fill(m *dns.Msg) {
	owner := m.Question[0].Name
	for size := m.Len(); size < dns.MaxMsgSize-100; size += 28 {
		m.Extra = append(m.Extra, &dns.TXT{Hdr: dns.RR_Header{Name: owner, Rrtype: dns.TypeTXT, Class: dns.ClassINET, Ttl: 300}, Txt: []string{strings.Repeat("x", 15)}})
	}
}

// circular returns a packed answer whose one record has a name that points at
// itself.
func circular(b []byte, m *dns.Msg) []byte {
	q := new(dns.Msg)
	q.MsgHdr, q.Question = m.MsgHdr, m.Question
	b, err := q.Pack()
	if err != nil {
		return nil
	}
	binary.BigEndian.PutUint16(b[6:], 1) // one answer
	b = binary.BigEndian.AppendUint16(b, 0xc000|uint16(len(b)))
	return append(b, 0, byte(dns.TypeA), 0, dns.ClassINET, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1)
}

// perMessage is how many records one message of a transfer has.
const perMessage = 100

// handOut sends a whole zone, as far as the server's manner lets it.
func (s *nameServer) handOut(w dns.ResponseWriter, q *dns.Msg, zone string, settings serverSettings) {
	how := settings.transfer
	if how.other != "" {
		zone = how.other
	}
	soa := settings.start(s.lab.tree.starts[zone])
	rrs := append([]dns.RR{soa}, s.lab.tree.contents(zone)...)
	if !how.torn && !how.endless {
		rrs = append(rrs, soa)
	}
	send := func(rrs []dns.RR) bool {
		m := new(dns.Msg).SetReply(q)
		m.Authoritative, m.Answer = true, rrs
		if settings.malice != (malice{}) { // spoils the first message, and is content
			settings.malice.send(w, m, dns.MaxMsgSize)
			return false
		}
		return w.WriteMsg(m) == nil && s.lab.ctx.Err() == nil
	}
	for from := 0; from < len(rrs); from += perMessage {
		if !send(rrs[from:min(from+perMessage, len(rrs))]) {
			return
		}
	}
	for how.endless && send(rrs[len(rrs)-min(len(rrs)-1, perMessage):]) {
	}
	if how.torn {
		_ = w.Close()
	}
}
