package resolver

import (
	"bytes"
	"fmt"
	"time"
)

// A flight is a question on its way, from when it is taken up to its result.
type flight struct {
	q     Question
	name  []byte // packed, lower case
	job   *job
	slot  int       // its place among the job's results
	began time.Time // first sending
	index int       // in Resolver.flights; -1 while it waits for room

	server   *server    // where it holds a place in the window
	attempts []*attempt // all of them may still be answered
	first    attempt    // most flights have one, so it lies here
	one      [1]*attempt
	last     *attempt  // the one being waited for; nil if it has failed
	due      time.Time // when to do something about it
	tries    int
	limit    int

	tcp     bool    // ask over TCP: an answer was truncated or its case was lost
	bare    bool    // ask without EDNS0: a server did not know it
	second  bool    // a failure was answered, and another server asked
	mangled int     // answers with other case
	kept    *Result // the failure, in case the other server stays silent
	busy    bool    // an answer is being read
	err     error   // why the last attempt failed
	result  Result
}

// newFlight returns the flight of a question, or says why it is none.
func (r *Resolver) newFlight(q Question, j *job) (*flight, error) {
	var buf [256]byte
	name, err := packName(buf[:0], q.Name)
	if err != nil {
		return nil, err
	}
	if hidden(q.Name) {
		return nil, ErrHidden
	}
	f := &flight{q: q, name: bytes.Clone(name), job: j, index: -1, limit: r.o.Tries, tcp: r.o.TCP}
	f.attempts = f.one[:0]
	return f, nil
}

// An attempt is one sending of a flight.
type attempt struct {
	f     *flight
	port  *port
	id    uint16
	query query
	at    time.Time
}

// A job is one call of Ask or Each.
type job struct {
	results chan *flight // with room for all its flights
	brief   bool         // of answers, only what stands in their answer section is read
}

// send puts f to s. The bytes go into the outbox.
func (r *Resolver) send(f *flight, s *server, now time.Time) {
	if f.server != s {
		r.release(f)
		f.server = s
		s.busy++
		s.full = s.full || !s.room()
	}
	if f.began.IsZero() {
		f.began = now
	}
	if s.heard.IsZero() {
		s.heard = now
	}
	f.tries++
	f.last = nil
	p, err := r.port(s, f.tcp, now)
	if err != nil {
		r.failed(f, err, now)
		return
	}
	a := &f.first
	if len(f.attempts) > 0 {
		a = new(attempt)
	}
	*a = attempt{f: f, port: p, id: freeID(p), at: now}
	a.query = newQuery(f.name, f.q.Type, a.id, !f.tcp && !s.plain, !f.bare)
	if r.o.Iterative {
		a.query.iterate()
	}
	if f.q.DO || f.q.CD {
		a.query.mark(f.q, !f.bare)
	}
	p.live[a.id] = a
	p.count++
	f.attempts = append(f.attempts, a)
	f.last = a
	f.due = now.Add(s.wait(f.tries, r.o.Timeout, r.known))
	if p.conn == nil { // still connecting
		p.pending = append(p.pending, a.query.framed)
	} else {
		r.outbox = append(r.outbox, a)
	}
}

// failed notes that f's latest attempt can't be answered. The clock puts it
// again: at once where another server answers, else after a pause.
func (r *Resolver) failed(f *flight, err error, now time.Time) {
	f.last, f.err, f.due = nil, err, now
	f.server.failed(now)
	if !r.others(f.server) {
		f.due = now.Add(100 * time.Millisecond << min(f.tries, 4))
	}
}

// overdue does what is due for f: put it again or give it up.
func (r *Resolver) overdue(f *flight, now time.Time) {
	if f.last != nil {
		f.server.lost(f.last.at, now)
		f.err = ErrTimeout
		f.last = nil
	}
	limit := f.limit
	if r.allDead(now) {
		limit = min(limit, 2)
	}
	if f.tries < limit {
		r.send(f, r.pick(f, now), now)
		return
	}
	if f.kept != nil {
		r.finish(f, *f.kept)
		return
	}
	r.finish(f, Result{Server: f.server.addr, TCP: f.tcp, Elapsed: now.Sub(f.began),
		Err: fmt.Errorf("%s asked %d times, last %s: %w", f.q, f.tries, f.server.addr, f.err)})
}

func (r *Resolver) allDead(now time.Time) bool {
	for _, s := range r.servers {
		if !s.dead(now, r.o.Timeout) {
			return false
		}
	}
	return true
}

// finish hands f's result to its job and frees what it held.
func (r *Resolver) finish(f *flight, res Result) {
	for _, a := range f.attempts {
		if a.port.live[a.id] == a {
			delete(a.port.live, a.id)
		}
		a.port.closeIfDone()
	}
	r.release(f)
	if f.index >= 0 {
		end := len(r.flights) - 1
		r.flights[f.index] = r.flights[end]
		r.flights[f.index].index = f.index
		r.flights[end] = nil
		r.flights = r.flights[:end]
		f.index = -1
	}
	res.Tries = f.tries
	f.result, f.attempts, f.last, f.kept = res, nil, nil, nil
	f.job.results <- f
}

// release gives back f's place in its server's window.
func (r *Resolver) release(f *flight) {
	if f.server != nil {
		f.server.busy--
		f.server = nil
	}
}

// feed sends waiting flights while there is room.
func (r *Resolver) feed(now time.Time) {
	for len(r.queue) > 0 && r.begin(r.queue[0], now) {
		r.queue[0] = nil
		r.queue = r.queue[1:]
	}
	if len(r.queue) == 0 {
		r.queue = nil
	}
}

// begin sends f for the first time, if there is room.
func (r *Resolver) begin(f *flight, now time.Time) bool {
	s := r.pick(f, now)
	if s == nil {
		return false
	}
	f.index = len(r.flights)
	r.flights = append(r.flights, f)
	r.send(f, s, now)
	if !r.ticking {
		r.ticking = true
		r.wg.Add(1)
		go r.clock()
	}
	return true
}
