package resolver

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/miekg/dns"
)

// take reads one datagram or message that came by p. What answers nothing
// that was asked is ignored.
func (r *Resolver) take(p *port, b []byte) {
	if len(b) < headerSize {
		return
	}
	now := time.Now()
	a := r.match(p, b, now)
	if a == nil {
		r.flush()
		return
	}
	msg, wire, err := a.read(b)
	r.mu.Lock()
	a.f.busy = false
	if r.closed || a.f.index < 0 {
		r.mu.Unlock()
		return
	}
	if err != nil {
		delete(p.live, a.id)
		r.failed(a.f, fmt.Errorf("%w: %w", ErrUnreadable, err), now)
	} else {
		r.judge(a, Result{Msg: msg, Wire: wire, Server: p.server.addr, TCP: p.tcp, Elapsed: now.Sub(a.f.began)}, now)
	}
	r.feed(now)
	r.mu.Unlock()
	r.flush()
}

// read unpacks an answer as the attempt's job wants it: whole and with its
// bytes, or in brief.
func (a *attempt) read(b []byte) (msg *dns.Msg, wire []byte, err error) {
	if a.f.job.brief {
		if msg, err = briefly(b, a.f.q, a.query.question); msg != nil || err != nil {
			return msg, nil, err
		}
	}
	msg, wire = new(dns.Msg), settle(b, a.query.question)
	if err = msg.Unpack(wire); err == nil && a.f.job.brief {
		msg.Ns, msg.Extra, wire = nil, nil, nil
	}
	return msg, wire, err
}

// match finds the attempt that b answers and marks its flight busy. One with
// the case of its letters changed is put again.
func (r *Resolver) match(p *port, b []byte, now time.Time) *attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := p.live[binary.BigEndian.Uint16(b)]
	if a == nil || a.f.busy {
		return nil
	}
	s := p.server
	switch like := compare(b, a.query.question); {
	case like == same:
		if a.query.mixed {
			s.exact++
		}
	case like == headed && !a.f.bare:
	case like == folded && !a.query.mixed:
	case like == folded:
		r.mangled(a, now)
		return nil
	default:
		return nil
	}
	p.told = true
	r.known = true
	s.answered(now.Sub(a.at), now)
	a.f.busy = true
	return a
}

// mangled puts a question again whose answer came with the case of letters
// changed. A server that never kept it is asked in lower case from the third
// time on; one that sometimes does, over TCP, where nobody else can answer.
func (r *Resolver) mangled(a *attempt, now time.Time) {
	s, f := a.port.server, a.f
	s.mangled++
	f.mangled++
	if s.mangled > 2 && s.exact == 0 {
		s.plain = true
	}
	f.tcp = f.tcp || f.mangled > 1 && s.exact > 0
	delete(a.port.live, a.id)
	if f.last != a || f.mangled > 3 {
		return
	}
	f.limit++
	f.err = fmt.Errorf("answer with the case of the name changed")
	s.answered(now.Sub(a.at), now)
	r.send(f, s, now)
}

// judge decides whether an answer is the result or another must be sought.
func (r *Resolver) judge(a *attempt, res Result, now time.Time) {
	f, s := a.f, a.port.server
	delete(a.port.live, a.id)
	switch rc := res.Msg.Rcode; {
	case res.Msg.Truncated && !res.TCP:
		f.tcp = true
		f.limit++
		f.err = fmt.Errorf("answer cut short, and none over TCP")
		r.send(f, s, now)
	case (rc == dns.RcodeFormatError || rc == dns.RcodeNotImplemented) && !f.bare && res.Msg.IsEdns0() == nil:
		f.bare = true
		f.limit++
		r.send(f, s, now)
	case rc != dns.RcodeSuccess && rc != dns.RcodeNameError && !f.second && r.others(s):
		kept := res // a copy: few results are
		f.second, f.kept = true, &kept
		f.limit++
		r.send(f, r.pick(f, now), now)
	case len(res.Msg.Question) == 0:
		r.failed(f, fmt.Errorf("answer without its question (%s)", dns.RcodeToString[rc]), now)
	default:
		r.finish(f, res)
	}
}

// clock wakes what is overdue, and ends when nothing is on its way.
func (r *Resolver) clock() {
	defer r.wg.Done()
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-r.ctx.Done():
			return
		}
		r.mu.Lock()
		now := time.Now()
		for i := len(r.flights) - 1; i >= 0; i-- { // finish moves the last one into a gap
			if f := r.flights[i]; !f.busy && !now.Before(f.due) {
				r.overdue(f, now)
			}
		}
		r.feed(now)
		if len(r.flights) == 0 {
			r.ticking = false
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		r.flush()
	}
}
