package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Options say whom to ask and how hard.
type Options struct {
	// Servers are asked in turn. At least one is needed; see [System].
	Servers []netip.AddrPort

	// Dial opens a socket; network is "udp" or "tcp". Nil is a net.Dialer. A
	// UDP socket must hand over its peer's datagrams only, as connected ones
	// do. Dial must not call the Resolver.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	Sockets int           // UDP sockets for each server; zero means 2
	Window  int           // at most this many questions on their way to one server; zero means 2048
	Timeout time.Duration // longest wait for one try; zero means 2 s
	Tries   int           // how often a question is put at most; zero means 4

	Iterative bool // ask without RD: for what the server itself knows
	TCP       bool // ask over TCP alone
}

// A Question is a name, with or without a trailing dot, and a type.
type Question struct {
	Name string
	Type uint16
	DO   bool // signatures and proofs are wanted too (RFC 3225)
	CD   bool // the resolver is not to judge them (RFC 4035, 3.2.2)
}

// String returns "name TYPE".
func (q Question) String() string { return q.Name + " " + dns.Type(q.Type).String() }

// A Result is what became of one question: Msg, or Err.
//
// NXDOMAIN, SERVFAIL and REFUSED are answers and no errors. Err wraps
// [ErrTimeout] if there was silence, the socket's error if a server could not
// be reached, or the context's error.
type Result struct {
	Msg     *dns.Msg
	Wire    []byte         // the answer as received, but its id is zero and its question in lower case
	Server  netip.AddrPort // who answered; who was asked last, if nobody did
	Tries   int            // how often it was put
	TCP     bool           // the answer came over TCP
	Elapsed time.Duration  // from the first sending to the answer
	Err     error
}

// ErrTimeout is wrapped by the error of a question that met silence.
var ErrTimeout = errors.New("no answer in time")

// ErrHidden is the error of a question about a hidden service of Tor, which is
// put to no server: DNS does not know it, and is not to hear of it (RFC 7686).
var ErrHidden = errors.New("a hidden service of Tor is not asked for in DNS")

// hidden reports whether a name is that of a hidden service, below one, or the
// domain of them all.
func hidden(name string) bool {
	name = strings.TrimSuffix(name, ".")
	const onion = "onion"
	at := len(name) - len(onion)
	return at >= 0 && strings.EqualFold(name[at:], onion) && (at == 0 || name[at-1] == '.')
}

// ErrUnreadable is wrapped by the error of a question whose answers could not
// be read.
var ErrUnreadable = errors.New("answer that can't be read")

// ErrClosed is the error of questions that [Resolver.Close] cut off.
var ErrClosed = errors.New("resolver is closed")

// A Resolver asks questions. It may be used from many goroutines.
type Resolver struct {
	o      Options
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // sockets' readers and the clock

	mu      sync.Mutex // guards everything below, and servers, ports and flights
	servers []*server
	turn    int        // which server is next
	known   bool       // some server has answered
	flights []*flight  // on their way, in no order
	queue   []*flight  // waiting for room, in order
	outbox  []*attempt // to be written once the mutex is free
	spare   []*attempt // an outbox that was written, to be filled again
	ticking bool       // the clock runs
	closed  bool
}

// New returns a resolver. Nothing is opened before the first question.
func New(o Options) (*Resolver, error) {
	if len(o.Servers) == 0 {
		return nil, errors.New("no resolver to ask: name one with --resolver HOST:PORT")
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Sockets <= 0 {
		o.Sockets = 2
	}
	if o.Window <= 0 {
		o.Window = 2048
	}
	if o.Timeout <= 0 {
		o.Timeout = 2 * time.Second
	}
	if o.Tries <= 0 {
		o.Tries = 4
	}
	r := &Resolver{o: o}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	for _, a := range o.Servers {
		if !a.IsValid() || a.Port() == 0 {
			return nil, fmt.Errorf("resolver %q is not ip:port", a)
		}
		r.servers = append(r.servers, newServer(a, o.Window))
	}
	return r, nil
}

// Ask puts questions all at once and returns their results in the same order
// when the last is there. It is meant for a handful: it holds all of them.
func (r *Resolver) Ask(ctx context.Context, qs []Question) []Result {
	j := &job{results: make(chan *flight, len(qs))}
	out := make([]Result, len(qs))
	if err := ctx.Err(); err != nil {
		for i := range out {
			out[i].Err = err
		}
		return out
	}
	flights := make([]*flight, 0, len(qs))
	for i, q := range qs {
		f, err := r.newFlight(q, j)
		if err != nil {
			out[i].Err = err
			continue
		}
		f.slot = i
		flights = append(flights, f)
	}
	r.launch(flights...)
	stop := ctx.Done()
	for range flights {
		select {
		case f := <-j.results:
			out[f.slot] = f.result
		case <-stop:
			stop = nil
			r.drop(j, ctx.Err())
			f := <-j.results
			out[f.slot] = f.result
		}
	}
	return out
}

// Each puts the questions that next yields until it returns false, and calls
// done once for each, in the order of the answers. It calls next and done on
// the caller's goroutine, and next only when a question can go out at once; it
// never holds more than Options.Window questions for each server. Its error is
// the context's, or nil.
//
// It is meant for many. Of an answer it hands over the header, the question
// and the answer section, which is what tells whether there is such a name:
// Result.Wire is nil, and Msg has no authority and no additional section.
func (r *Resolver) Each(ctx context.Context, next func() (Question, bool), done func(Question, Result)) error {
	most := r.o.Window * len(r.servers)
	j := &job{results: make(chan *flight, most), brief: true}
	out, more := 0, true
	stop := ctx.Done()
	var fresh []*flight
	for more || out > 0 {
		fresh = fresh[:0]
		room := min(r.room(), most-out)
		if out == 0 { // nothing that is on its way would make room: wait in the queue
			room = max(room, 1)
		}
		for more && len(fresh) < room {
			q, ok := next()
			if !ok || ctx.Err() != nil {
				more = false
				if ok {
					done(q, Result{Err: ctx.Err()})
				}
				break
			}
			f, err := r.newFlight(q, j)
			if err != nil {
				done(q, Result{Err: err})
				continue
			}
			fresh = append(fresh, f)
		}
		r.launch(fresh...)
		if out += len(fresh); out == 0 {
			continue
		}
		select {
		case f := <-j.results:
			out--
			done(f.q, f.result)
			for range len(j.results) { // what else has come
				f := <-j.results
				out--
				done(f.q, f.result)
			}
		case <-stop:
			stop, more = nil, false
			r.drop(j, ctx.Err())
		}
	}
	return ctx.Err()
}

// launch sends flights, or queues them where there is no room.
func (r *Resolver) launch(fs ...*flight) {
	r.mu.Lock()
	now := time.Now()
	for _, f := range fs {
		switch {
		case r.closed:
			r.finish(f, Result{Err: ErrClosed})
		case len(r.queue) > 0 || !r.begin(f, now):
			r.queue = append(r.queue, f)
		}
	}
	r.mu.Unlock()
	r.flush()
}

// room returns how many more questions could be sent at once.
func (r *Resolver) room() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.queue) > 0 {
		return 0
	}
	for _, s := range r.servers {
		n += max(0, s.window-s.busy)
	}
	return n
}

// drop finishes what is left of a job with an error.
func (r *Resolver) drop(j *job, err error) {
	r.mu.Lock()
	r.abandon(func(f *flight) bool { return f.job == j }, err)
	r.feed(time.Now())
	r.mu.Unlock()
	r.flush()
}

func (r *Resolver) abandon(which func(*flight) bool, err error) {
	for i := len(r.flights) - 1; i >= 0; i-- {
		if f := r.flights[i]; which(f) {
			r.finish(f, Result{Server: f.server.addr, Err: err, Elapsed: time.Since(f.began)})
		}
	}
	var keep []*flight
	for _, f := range r.queue {
		if which(f) {
			r.finish(f, Result{Err: err})
		} else {
			keep = append(keep, f)
		}
	}
	r.queue = keep
}

// Close ends what is on its way with [ErrClosed], closes all sockets and
// waits until they are. A second Close does nothing.
func (r *Resolver) Close() error {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		r.cancel()
		r.abandon(func(*flight) bool { return true }, ErrClosed)
		for _, s := range r.servers {
			if s.tcp != nil {
				s.tcp.retire()
			}
			for len(s.ports) > 0 {
				s.ports[0].retire()
			}
		}
	}
	r.mu.Unlock()
	r.wg.Wait()
	return nil
}
