package collectors

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// frames packs messages as they go over TCP, with an id.
func frames(t testing.TB, id uint16, ms ...*dns.Msg) []byte {
	t.Helper()
	var out []byte
	for _, m := range ms {
		m.Id = id
		b, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(b))), b...)
	}
	return out
}

// zoneMessage is one message of a transfer.
func zoneMessage(t testing.TB, records ...string) *dns.Msg {
	t.Helper()
	m := new(dns.Msg).SetReply(new(dns.Msg).SetAxfr("acme.example."))
	for _, s := range records {
		r, err := dns.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, r)
	}
	return m
}

// A transfer is whole only if it begins and ends with the zone's SOA.
func TestZoneStream(t *testing.T) {
	const www, other = "www.acme.example. 300 IN A 192.0.2.1", "other.example. 300 IN SOA ns1. root. 1 2 3 4 5"
	later := strings.Replace(apex, " 7 ", " 8 ", 1)
	change := func(m *dns.Msg, f func(*dns.Msg)) *dns.Msg { f(m); return m }
	tear := func(b []byte) []byte { binary.BigEndian.PutUint16(b[2+6:], 9); return b } // count of answers
	whole := frames(t, 0, zoneMessage(t, apex, www, apex))
	for name, c := range map[string]struct {
		stream  []byte
		most    int
		want    string // "" is whole
		records int
		cut     bool
	}{
		"whole":                  {whole, 100, "", 2, false},
		"in three messages":      {frames(t, 0, zoneMessage(t, apex), zoneMessage(t, www), zoneMessage(t, apex)), 100, "", 2, false},
		"without a question":     {frames(t, 0, change(zoneMessage(t, apex, apex), func(m *dns.Msg) { m.Question = nil })), 100, "", 1, false},
		"refused":                {frames(t, 0, change(zoneMessage(t), func(m *dns.Msg) { m.Rcode = dns.RcodeRefused })), 100, "", 0, false},
		"nothing, kindly":        {frames(t, 0, zoneMessage(t)), 100, "", 0, false},
		"more than is wanted":    {frames(t, 0, zoneMessage(t, apex, www), zoneMessage(t, www)), 2, "", 2, true},
		"another id":             {frames(t, 7, zoneMessage(t, apex, www, apex)), 100, "another id", 0, false},
		"another question":       {frames(t, 0, change(zoneMessage(t, apex, apex), func(m *dns.Msg) { m.Question[0].Name = "other.example." })), 100, "another question", 0, false},
		"another zone":           {frames(t, 0, zoneMessage(t, other, other)), 100, "another zone", 0, false},
		"no SOA first":           {frames(t, 0, zoneMessage(t, www, apex)), 100, "not with an SOA", 0, false},
		"hung up":                {whole[:0], 100, "without an answer", 0, false},
		"no closing SOA":         {frames(t, 0, zoneMessage(t, apex, www)), 100, "hung up before", 2, false},
		"cut within a message":   {whole[:len(whole)-9], 100, "hung up before", 0, false},
		"a count that lies":      {tear(bytes.Clone(whole)), 100, "breaks off", 0, false},
		"broken off by the code": {frames(t, 0, zoneMessage(t, apex, www), change(zoneMessage(t), func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure })), 100, "SERVFAIL", 2, false},
		"goes on after its end":  {frames(t, 0, zoneMessage(t, apex, apex, www)), 100, "after the zone's end", 1, false},
		"changed on the way":     {frames(t, 0, zoneMessage(t, apex, www, later)), 100, "serial 7 and ends with 8", 2, false},
		"a question":             {frames(t, 0, change(zoneMessage(t, apex, apex), func(m *dns.Msg) { m.Response = false })), 100, "no answer", 0, false},
		"garbage":                {[]byte{0, 3, 1, 2, 3}, 100, "can't be read", 0, false},
		"pointers in a loop":     {[]byte{0, 16, 0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12, 0, 1}, 100, "can't be read", 0, false},
	} {
		z := &zoneStream{zone: "acme.example.", most: c.most, room: 1 << 20}
		err := z.read(bytes.NewReader(c.stream))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || len(z.records) != c.records || z.cut != c.cut {
			t.Errorf("%s: %v, %d records, cut %v", name, err, len(z.records), z.cut)
		}
		if err == nil && !bytes.Equal(z.wire.Bytes(), c.stream[:z.wire.Len()]) {
			t.Errorf("%s: not recorded as it came", name)
		}
	}
}

// A transfer without end is cut at each bound.
func TestEndlessZone(t *testing.T) {
	for name, c := range map[string]struct {
		rest *dns.Msg
		most int
		room int64
	}{
		"records":  {zoneMessage(t, "www.acme.example. 300 IN A 192.0.2.1"), 100, 1 << 30},
		"bytes":    {zoneMessage(t, "www.acme.example. 300 IN A 192.0.2.1"), 1 << 30, 10_000},
		"messages": {zoneMessage(t), 100, 1 << 30},
	} {
		z := &zoneStream{zone: "acme.example.", most: c.most, room: c.room}
		err := z.read(&chain{first: frames(t, 0, zoneMessage(t, apex)), rest: frames(t, 0, c.rest)})
		if err != nil || !z.cut || len(z.records) > c.most || int64(z.wire.Len()) > c.room || z.messages > transferMessages {
			t.Errorf("%s: %v, cut %v at %d records, %d bytes, %d messages", name, err, z.cut, len(z.records), z.wire.Len(), z.messages)
		}
	}
}

// A chain reads first, and then rest for ever.
type chain struct{ first, rest, now []byte }

func (c *chain) Read(p []byte) (int, error) {
	if len(c.now) == 0 {
		c.now, c.first = c.first, nil
		if len(c.now) == 0 {
			c.now = c.rest
		}
	}
	n := copy(p, c.now)
	c.now = c.now[n:]
	return n, nil
}

// A transfer is recorded as it came, and can be read back: whole, refused or
// cut, it comes to the same.
func TestTransfer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	answers := make(chan []*dns.Msg, 1)
	accept(l, func(c net.Conn) {
		defer c.Close()
		q, err := (&dns.Conn{Conn: c}).ReadMsg()
		if err != nil || q.Question[0].Qtype != dns.TypeAXFR || q.RecursionDesired {
			t.Errorf("asked %v, %v", q, err)
			return
		}
		c.Write(frames(t, q.Id, <-answers...))
	})
	_, port, _ := net.SplitHostPort(l.Addr().String())
	n := ledTo(t, "192.0.2.53", port, nil)
	const www, ftp = "www.acme.example. 300 IN A 192.0.2.1", "ftp.acme.example. 300 IN A 192.0.2.2"
	refusal := zoneMessage(t)
	refusal.Rcode = dns.RcodeRefused
	for name, c := range map[string]struct {
		most    int
		answer  []*dns.Msg
		records int
		cut     bool
		outcome pipeline.Outcome
	}{
		"whole":   {0, []*dns.Msg{zoneMessage(t, apex, www), zoneMessage(t, ftp, apex)}, 3, false, ""},
		"cut":     {2, []*dns.Msg{zoneMessage(t, apex, www), zoneMessage(t, ftp, apex)}, 2, true, ""},
		"refused": {0, []*dns.Msg{refusal}, 0, false, ""},
		"torn":    {0, []*dns.Msg{zoneMessage(t, apex, www)}, 0, false, pipeline.Malformed},
		"nothing": {0, nil, 0, false, pipeline.Unreachable},
	} {
		answers <- c.answer
		v, r := view(n, pipeline.Spec{})
		got, err := v.Transfer(t.Context(), ns1, "acme.example", c.most)
		if outcomeOf(err) != c.outcome || len(r.xs) != 1 || err == nil && (len(got.Records) != c.records || got.Cut != c.cut) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if name == "torn" && r.xs[0].Bytes == 0 {
			t.Error("what came of a torn zone is no evidence")
		}
		if c.outcome == pipeline.Unreachable {
			continue
		}
		again, silent := view(n, pipeline.Spec{})
		again.task.Answered = r.answered
		back, err := again.Transfer(t.Context(), ns1, "acme.example", c.most)
		if len(silent.xs) != 0 || outcomeOf(err) != c.outcome || err == nil && (len(back.Records) != c.records || back.Cut != c.cut || back.Rcode != got.Rcode) {
			t.Errorf("%s, read back: %+v, %v, asked %d", name, back, err, len(silent.xs))
		}
	}
	v, _ := view(ledTo(t, "192.0.2.53", "1", nil), pipeline.Spec{})
	if _, err := v.Transfer(t.Context(), ns1, "acme.example", 0); !Absent(err) {
		t.Errorf("nobody listens: %v", err)
	}
}

// Whatever comes over the wire, a transfer stays within its bounds, and what
// is taken for a zone begins with its SOA and comes out the same read back.
func FuzzZoneStream(f *testing.F) {
	f.Add(frames(f, 0, zoneMessage(f, apex, "www.acme.example. 300 IN A 192.0.2.1", apex)))
	f.Add(frames(f, 0, zoneMessage(f, apex), zoneMessage(f), zoneMessage(f, apex)))
	f.Add(frames(f, 0, zoneMessage(f)))
	f.Add([]byte{0, 12, 0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12})
	f.Fuzz(func(t *testing.T, b []byte) {
		z := &zoneStream{zone: "acme.example.", most: 50, room: 4096}
		err := z.read(bytes.NewReader(b))
		if z.wire.Len() > 4096 || z.messages > transferMessages {
			t.Fatalf("%d bytes, %d messages", z.wire.Len(), z.messages)
		}
		if err != nil {
			return
		}
		if len(z.records) > 0 && (z.records[0].Header().Rrtype != dns.TypeSOA || !strings.EqualFold(z.records[0].Header().Name, z.zone)) {
			t.Fatalf("begins with %v", z.records[0])
		}
		if z.cut && len(z.records) == 0 {
			t.Fatal("cut before it began")
		}
		x := pipeline.Exchange{Outcome: pipeline.OK}
		again, err := transferred(x, z.wire.Bytes(), "acme.example", 50)
		if err != nil || len(again.Records) != len(z.records) || again.Cut != z.cut || again.Rcode != z.rcode {
			t.Fatalf("read back: %+v, %v", again, err)
		}
	})
}
