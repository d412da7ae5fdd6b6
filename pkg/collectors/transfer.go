package collectors

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// A Transfer is what a name server made of the wish for a whole zone.
type Transfer struct {
	Exchange pipeline.ExchangeID
	Rcode    int      // of the first message; with no records it is a refusal, whatever it says
	Records  []dns.RR // from the zone's SOA on; the closing one is left out
	Cut      bool     // more would have come: we hung up at a bound
	At       time.Time
}

// What one transfer may bring, how long it may take, and how long it may pause.
const (
	transferBytes    = 8 << 20
	transferRecords  = 50_000
	transferMessages = 10_000
	transferTime     = 15 * time.Second
	transferPause    = 4 * time.Second
)

// Transfer asks a name server for a whole zone over TCP (AXFR, RFC 5936). most
// bounds the records that are waited for; zero is as many as there may be. A
// refusal is an answer, and so is a zone that was cut at a bound. A stream with
// a wrong id, of another zone, or that ends before the zone does, is
// Malformed; a server that hangs up without a word is Unreachable.
//
// The exchange's bytes are the messages as they came over TCP, each with its
// length before it, their ids zero.
func (v *View) Transfer(ctx context.Context, s NameServer, zone string, most int) (*Transfer, error) {
	zone, most = bareName(zone), min(cmp.Or(most, transferRecords), transferRecords)
	x := pipeline.Exchange{Operation: "transfer", Locator: fmt.Sprintf("dns://%s/%s?type=AXFR", bracket(s.String()), zone),
		Question: v.digest("transfer", s.String(), zone, fmt.Sprint(most))}
	if old, body, ok := v.recall(x.Question); ok {
		return transferred(old, body, zone, most)
	}
	if err := v.take(ctx, s.String()); err != nil {
		return nil, err
	}
	x.At = v.net.now()
	clock := time.Now()
	r, failed := v.axfr(ctx, s, zone, most)
	x.Elapsed = time.Since(clock)
	x.Outcome, x.Error = outcome(failed)
	if r.messages > 0 {
		x.Status, x.Detail = r.rcode, r.detail()
	}
	x, err := v.record(x, r.wire.Bytes())
	if err != nil {
		return nil, err
	}
	v.weigh(r.wire.Len())
	if failed != nil {
		return nil, failed
	}
	return r.transfer(x), nil
}

// axfr opens the connection, asks, and reads within the bounds. The stream it
// returns holds what came, whatever the error.
func (v *View) axfr(ctx context.Context, s NameServer, zone string, most int) (*zoneStream, error) {
	r := &zoneStream{zone: dns.Fqdn(zone), id: dns.Id(), most: most, room: v.bound(transferBytes)}
	ctx, stop := within(ctx)
	defer stop()
	ctx, stopToo := context.WithTimeout(ctx, transferTime)
	defer stopToo()
	defer context.AfterFunc(v.net.ctx, stop)()
	meant, to, err := v.net.locate(ctx, v.spec.Source.Name, s)
	if err != nil {
		return r, err
	}
	conn, err := v.net.socket(ctx, "tcp", to)
	if err != nil {
		return r, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r.peer = meant.String()
	if err := ask(conn, r.zone, r.id); err != nil {
		return r, failure(ctx, err)
	}
	if err := r.read(impatient{conn}); err != nil {
		if ctx.Err() != nil && len(r.records) >= leastHandedOut { // it never ends: what came is proof enough
			r.cut = true
			return r, nil
		}
		return r, failure(ctx, cmp.Or(ctx.Err(), err))
	}
	return r, nil
}

// impatient is a connection that fails when nothing comes over it for a while.
type impatient struct{ net.Conn }

func (c impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(transferPause)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// leastHandedOut is how many records show that a zone is handed out: its SOA
// and one more.
const leastHandedOut = 2

// ask writes the question for a zone.
func ask(w io.Writer, zone string, id uint16) error {
	q := new(dns.Msg).SetAxfr(zone)
	q.Id = id
	b, err := q.Pack()
	if err != nil {
		return pipeline.Fail(pipeline.Malformed, err.Error())
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
	return err
}

// transferred reads a transfer back from its bytes. Where it was cut, they
// end.
func transferred(x pipeline.Exchange, body []byte, zone string, most int) (*Transfer, error) {
	if !x.Outcome.Answered() {
		return nil, pipeline.Fail(x.Outcome, x.Error)
	}
	r := &zoneStream{zone: dns.Fqdn(zone), most: most, room: int64(len(body))}
	if err := r.read(bytes.NewReader(body)); errors.Is(err, errHungUp) {
		r.cut = true
	} else if err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded transfer: "+err.Error())
	}
	return r.transfer(x), nil
}
