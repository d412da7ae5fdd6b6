package collectors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// A zoneStream reads the messages of one zone transfer, one by one, and stops
// at the zone's end, at a refusal, or at a bound.
type zoneStream struct {
	zone string // fully qualified
	id   uint16 // that every message must have
	most int    // records to wait for
	room int64  // bytes that may come
	peer string

	messages int
	rcode    int // of the first message
	records  []dns.RR
	done     bool         // the closing SOA, or a refusal, was read
	cut      bool         // a bound was met
	wire     bytes.Buffer // what was read, ids zero
}

// errHungUp says that the stream ended before the zone did.
var errHungUp = pipeline.Fail(pipeline.Malformed, "the server hung up before the zone was whole")

// read reads until the transfer is over. Errors are Failures, or the
// connection's.
func (z *zoneStream) read(in io.Reader) error {
	var size [2]byte
	for !z.done && !z.cut {
		if _, err := io.ReadFull(in, size[:]); err != nil {
			return z.ended(err, z.messages == 0)
		}
		n := int(binary.BigEndian.Uint16(size[:]))
		if int64(z.wire.Len()+2+n) > z.room {
			z.cut = true
			break
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(in, message); err != nil {
			return z.ended(err, false)
		}
		if err := z.message(message); err != nil {
			return err
		}
		z.cut = !z.done && (len(z.records) >= z.most || z.messages >= transferMessages)
	}
	if len(z.records) == 0 && z.cut {
		return pipeline.Fail(pipeline.Malformed, "messages without end, and no zone in them")
	}
	return nil
}

// ended says what the end of the connection means; first is where an answer
// should begin.
func (z *zoneStream) ended(err error, first bool) error {
	switch {
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case first:
		return pipeline.Fail(pipeline.Unreachable, "the server hung up without an answer")
	}
	return errHungUp
}

// message takes one message of the stream.
func (z *zoneStream) message(b []byte) error {
	z.wire.Write(binary.BigEndian.AppendUint16(nil, uint16(len(b))))
	z.wire.Write(b)
	if len(b) > 1 { // the id is ours
		clear(z.wire.Bytes()[z.wire.Len()-len(b):][:2])
	}
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		return bad("message %d can't be read: %v", z.messages+1, err)
	}
	z.messages++
	switch first := z.messages == 1; {
	case m.Id != z.id:
		return bad("message %d has another id", z.messages)
	case !m.Response, m.Opcode != dns.OpcodeQuery, m.Truncated:
		return bad("message %d is no answer to a transfer", z.messages)
	case !z.asked(m.Question):
		return bad("message %d answers another question", z.messages)
	case len(m.Answer) != int(binary.BigEndian.Uint16(b[6:])): // the library forgives a count that lies
		return bad("message %d breaks off", z.messages)
	case first && (m.Rcode != dns.RcodeSuccess || len(m.Answer) == 0):
		z.rcode, z.done = m.Rcode, true
		return nil
	case m.Rcode != dns.RcodeSuccess:
		return bad("the server broke off with %s", dns.RcodeToString[m.Rcode])
	}
	for i, rr := range m.Answer {
		if z.done {
			return bad("%d records after the zone's end", len(m.Answer)-i)
		}
		if err := z.record(rr); err != nil {
			return err
		}
	}
	return nil
}

// asked reports whether a message's question is ours; it may be left out.
func (z *zoneStream) asked(qs []dns.Question) bool {
	switch len(qs) {
	case 0:
		return true
	case 1:
		return strings.EqualFold(qs[0].Name, z.zone) && qs[0].Qtype == dns.TypeAXFR && qs[0].Qclass == dns.ClassINET
	}
	return false
}

// record takes one record: the first is the zone's SOA, and so is the last.
func (z *zoneStream) record(rr dns.RR) error {
	soa, ok := rr.(*dns.SOA)
	switch {
	case !ok && len(z.records) == 0:
		return bad("begins with a record of type %s, not with an SOA", dns.Type(rr.Header().Rrtype))
	case !ok:
		z.records = append(z.records, rr)
	case !strings.EqualFold(soa.Hdr.Name, z.zone):
		return bad("is of another zone: %.80q", soa.Hdr.Name)
	case len(z.records) == 0:
		z.records = append(z.records, rr)
	case soa.Serial != z.records[0].(*dns.SOA).Serial:
		return bad("begins with serial %d and ends with %d", z.records[0].(*dns.SOA).Serial, soa.Serial)
	default:
		z.done = true
	}
	return nil
}

func bad(format string, args ...any) error {
	return pipeline.Fail(pipeline.Malformed, "zone transfer: "+fmt.Sprintf(format, args...))
}

func (z *zoneStream) detail() string {
	d := fmt.Sprintf("peer %s, over TCP, %d messages, %d records", z.peer, z.messages, len(z.records))
	if z.cut {
		d += ", cut"
	}
	return d
}

func (z *zoneStream) transfer(x pipeline.Exchange) *Transfer {
	return &Transfer{Exchange: x.ID, Rcode: z.rcode, Records: z.records, Cut: z.cut, At: x.At}
}
