package resolver

import (
	"math/rand/v2"
	"net/netip"
	"time"
)

const (
	firstWindow = 256                    // questions on their way before anything is known of a server
	leastWindow = 8                      //
	leastWait   = 500 * time.Millisecond // before a question is put again
	evenWait    = 100 * time.Millisecond // the same, of a server whose answers all came much sooner
	evenAfter   = 1000                   // answers, before that is said of one
	firstWait   = time.Second            // the same, while no server has answered yet
	growEvery   = 100 * time.Millisecond // the window grows at most this often once it met its measure
	restFirst   = time.Second            // a silent server is left alone this long, then twice as long, …
	restLongest = time.Minute
)

// A server is one resolver and what is known of its health. The Resolver's
// mutex guards it.
type server struct {
	addr  netip.AddrPort
	ports []*port // UDP
	tcp   *port
	busy  int // flights that hold a place in the window

	window    int
	most      int       // Options.Window
	quick     bool      // the window doubles with each round trip
	full      bool      // it was used to the brim since it last changed
	grown     time.Time // when the window last grew
	cut       time.Time // when it was last narrowed: what was sent before is not counted again
	answers   int       // since the window last changed
	losses    int
	srtt, dev time.Duration
	best      time.Duration // shortest round trip
	worst     time.Duration // longest round trip of late: it fades with each answer
	heardOf   int           // answers, up to evenAfter

	silent int           // losses and refusals since the last answer
	heard  time.Time     // last answer; first sending if there was none
	again  time.Time     // when a silent server may be tried again
	rest   time.Duration // how long it was last left alone

	plain   bool // does not keep the case of letters: asked in lower case
	exact   int  // answers that kept it
	mangled int  // answers that did not
}

func newServer(a netip.AddrPort, most int) *server {
	return &server{addr: a, window: min(firstWindow, most), most: most, quick: true}
}

func (s *server) room() bool { return s.busy < s.window }

// wait returns how long the nth try (from 1) is waited for. A resolver that
// answers some questions by itself and has others answered elsewhere is slow
// now and then without having lost anything; one that never is, is told apart
// by its worst round trip.
func (s *server) wait(n int, longest time.Duration, known bool) time.Duration {
	least := leastWait
	if s.heardOf >= evenAfter {
		least = min(leastWait, max(evenWait, 4*s.worst))
	}
	w := max(least, 2*s.srtt+4*s.dev)
	if s.srtt == 0 && !known {
		w = firstWait
	}
	return min(w<<min(n-1, 6), longest)
}

// answered takes note of an answer that took rtt.
func (s *server) answered(rtt time.Duration, now time.Time) {
	s.silent, s.heard = 0, now
	if s.answers++; s.answers > 4*s.most { // what is long past says little of now
		s.answers, s.losses = s.answers/2, s.losses/2
	}
	if s.srtt == 0 {
		s.srtt, s.dev, s.best = rtt, rtt/2, rtt
	} else {
		s.dev += ((s.srtt - rtt).Abs() - s.dev) / 4
		s.srtt += (rtt - s.srtt) / 8
		s.best = min(s.best, rtt)
	}
	s.worst = max(s.worst-s.worst/4096, rtt)
	s.heardOf = min(s.heardOf+1, evenAfter)
	s.grow(now)
}

// grow widens the window if it was used and little was lost: twice as wide
// with each round trip until answers begin to queue, then by an eighth.
func (s *server) grow(now time.Time) {
	if !s.full || s.answers < s.window/2 || s.window >= s.most {
		return
	}
	if s.quick && s.srtt > 2*s.best+time.Millisecond {
		s.quick = false
	}
	pause, by := max(growEvery, s.srtt), max(1, s.window/8)
	if s.quick {
		pause, by = s.srtt, s.window
	}
	if now.Sub(s.grown) < pause {
		return
	}
	s.window = min(s.most, s.window+by)
	s.grown, s.answers, s.losses, s.full = now, 0, 0, false
}

// lost takes note of a question sent at a time and not answered. More than
// one loss in thirty halves the window: chance losses do not.
func (s *server) lost(sent, now time.Time) {
	s.failed(now)
	if sent.Before(s.cut) {
		return
	}
	s.losses++
	if s.losses < 4 || s.losses*30 < s.answers+s.losses {
		return
	}
	s.window = max(leastWindow, s.window/2)
	s.quick, s.cut, s.grown = false, now, now
	s.answers, s.losses, s.full = 0, 0, false
}

// failed takes note of a loss or refusal. The first one after an answer lets
// the server rest.
func (s *server) failed(now time.Time) {
	s.silent++
	if s.silent == 1 {
		s.rest, s.again = restFirst, now.Add(restFirst)
	}
}

// dead reports whether nothing came back for so long that a question is
// better given up early.
func (s *server) dead(now time.Time, longest time.Duration) bool {
	return s.silent > 2 && now.Sub(s.heard) > 2*longest
}

// pick chooses the server for a flight: one that has answered lately, with
// room unless the flight already had a place, and not the one that failed it
// if there is another. A silent server gets one question now and then, to see
// whether it is back.
func (r *Resolver) pick(f *flight, now time.Time) *server {
	var best *server
	score := -1
	for i := range r.servers {
		s := r.servers[(r.turn+i)%len(r.servers)]
		if f.server == nil && !s.room() {
			continue
		}
		n := 0
		if s.silent == 0 || s.busy == 0 && now.After(s.again) {
			n += 2
		}
		if s != f.server {
			n++
		}
		if n > score {
			best, score = s, n
		}
	}
	r.turn++
	if best != nil && best.silent > 0 && now.After(best.again) {
		best.rest = min(2*best.rest, restLongest)
		best.again = now.Add(best.rest)
	}
	return best
}

// others reports whether there is a server beside s that answers.
func (r *Resolver) others(s *server) bool {
	for _, o := range r.servers {
		if o != s && o.silent == 0 {
			return true
		}
	}
	return false
}

// freeID returns an id that no question on its way by p has.
func freeID(p *port) uint16 {
	for {
		id := uint16(rand.Uint32())
		if p.live[id] == nil {
			return id
		}
	}
}
