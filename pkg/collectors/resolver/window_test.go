package resolver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"
	"pgregory.net/rapid"
)

// link drives a server's window without a network: each round trip takes rtt,
// and of what is sent one question in lost is lost, or all beyond room.
func link(s *server, trips int, rtt time.Duration, lost, room int) (widest int) {
	now := time.Unix(0, 0)
	for range trips {
		sent := now
		now = now.Add(rtt)
		n := s.window
		s.busy, s.full = n, true
		for i := range n {
			s.busy--
			if i >= room || lost > 0 && rand.IntN(lost) == 0 {
				s.lost(sent, now)
			} else {
				s.answered(rtt, now)
			}
		}
		widest = max(widest, s.window)
	}
	return widest
}

func TestWindowWidensWhileNothingIsLost(t *testing.T) {
	s := newServer(netip.AddrPort{}, 2048)
	if s.window != firstWindow {
		t.Errorf("begins with %d", s.window)
	}
	if link(s, 20, 20*time.Millisecond, 0, 1<<20); s.window != 2048 {
		t.Errorf("window %d after 20 round trips, want the widest allowed", s.window)
	}
}

func TestChanceLossDoesNotNarrowTheWindow(t *testing.T) {
	s := newServer(netip.AddrPort{}, 1024)
	link(s, 200, 20*time.Millisecond, 500, 1<<20)
	if s.window != 1024 {
		t.Errorf("window %d with two losses in a thousand", s.window)
	}
}

func TestWindowFindsItsRoom(t *testing.T) {
	s := newServer(netip.AddrPort{}, 2048)
	link(s, 300, 20*time.Millisecond, 0, 100)
	if s.window < 40 || s.window > 200 {
		t.Errorf("window %d where there is room for 100", s.window)
	}
}

func TestWindowStopsDoublingWhenAnswersQueue(t *testing.T) {
	s := newServer(netip.AddrPort{}, 2048)
	now := time.Unix(0, 0)
	for _, rtt := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond} {
		now = now.Add(rtt)
		s.full = true
		for range s.window {
			s.answered(rtt, now)
		}
	}
	if s.quick {
		t.Error("round trips ten times as long as the best are a queue")
	}
}

func TestEvenServerIsWaitedForLess(t *testing.T) {
	s := newServer(netip.AddrPort{}, 2048)
	now := time.Unix(0, 0)
	hear := func(n int, rtt time.Duration) {
		for range n {
			s.answered(rtt, now)
		}
	}
	hear(evenAfter-1, 20*time.Millisecond)
	if w := s.wait(1, time.Minute, true); w != leastWait {
		t.Errorf("waits %s before much is known", w)
	}
	hear(1, 20*time.Millisecond)
	if w := s.wait(1, time.Minute, true); w != evenWait {
		t.Errorf("waits %s for answers that always took 20 ms", w)
	}
	hear(1, 300*time.Millisecond)
	hear(500, 20*time.Millisecond)
	if w := s.wait(1, time.Minute, true); w != leastWait {
		t.Errorf("waits %s though one in 500 took 300 ms", w)
	}
	hear(20_000, 20*time.Millisecond)
	if w := s.wait(1, time.Minute, true); w != evenWait {
		t.Errorf("waits %s long after the last slow answer", w)
	}
}

func TestWindowStaysInItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(leastWindow, 4096).Draw(t, "most")
		s := newServer(netip.AddrPort{}, most)
		for range rapid.IntRange(1, 20).Draw(t, "spells") {
			widest := link(s, 5, time.Duration(rapid.IntRange(1, 300).Draw(t, "ms"))*time.Millisecond,
				rapid.IntRange(0, 50).Draw(t, "lost"), rapid.IntRange(0, 5000).Draw(t, "room"))
			if widest > most || s.window < leastWindow {
				t.Fatalf("window %d, widest %d, allowed %d to %d", s.window, widest, leastWindow, most)
			}
		}
	})
}

func TestEachTellsOfEveryNameOnceInSpiteOfLoss(t *testing.T) {
	r := open(t, Options{Timeout: quick, Tries: 8, Window: 64, Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		if rand.IntN(20) > 0 {
			w.WriteMsg(reply(q))
		}
	})}})
	sweep(t, r, 1500, 1500)
}

func TestEachTakesNoMoreThanTheWindow(t *testing.T) {
	r := open(t, Options{Timeout: 50 * time.Millisecond, Tries: 1, Servers: []netip.AddrPort{serve(t, func(dns.ResponseWriter, *dns.Msg) {})}})
	taken, first := 0, 0
	r.Each(t.Context(), func() (Question, bool) {
		taken++
		return Question{Name: fmt.Sprintf("h%d.corp.example", taken), Type: dns.TypeA}, taken < firstWindow+20
	}, func(Question, Result) {
		if first == 0 {
			first = taken
		}
	})
	if first != firstWindow {
		t.Errorf("took %d questions before the first was done, want %d", first, firstWindow)
	}
}

func TestEachSkipsWhatIsNoName(t *testing.T) {
	r := open(t, Options{Servers: []netip.AddrPort{serve(t, address)}})
	names := []string{"a.corp.example", "b..corp.example", "", "c.corp.example"}
	ok, bad := 0, 0
	err := r.Each(t.Context(), func() (Question, bool) {
		if len(names) == 0 {
			return Question{}, false
		}
		n := names[0]
		names = names[1:]
		return Question{Name: n, Type: dns.TypeA}, true
	}, func(_ Question, res Result) {
		if res.Err != nil {
			bad++
		} else {
			ok++
		}
	})
	if err != nil || ok != 2 || bad != 2 {
		t.Errorf("%v: %d answered, %d refused; want 2 and 2", err, ok, bad)
	}
}

// Where others fill the window, Each waits in the queue like anybody.
func TestEachWaitsItsTurn(t *testing.T) {
	free := make(chan struct{})
	full := make(chan struct{}, 100)
	r := open(t, Options{Window: 8, Timeout: time.Minute, Servers: []netip.AddrPort{serve(t, func(w dns.ResponseWriter, q *dns.Msg) {
		full <- struct{}{}
		<-free
		w.WriteMsg(reply(q))
	})}})
	var others []Question
	for i := range 8 {
		others = append(others, Question{Name: fmt.Sprintf("o%d.corp.example", i), Type: dns.TypeA})
	}
	asked := make(chan []Result)
	go func() { asked <- r.Ask(context.Background(), others) }()
	for range 8 {
		<-full
	}
	taken := 0
	err := r.Each(t.Context(), func() (Question, bool) {
		if taken++; taken == 1 {
			close(free) // the window is full, and a question is taken all the same
		}
		return Question{Name: fmt.Sprintf("h%d.corp.example", taken), Type: dns.TypeA}, taken <= 20
	}, func(q Question, res Result) {
		if res.Err != nil {
			t.Errorf("%s: %v", q, res.Err)
		}
	})
	for _, res := range <-asked {
		mustAnswer(t, res)
	}
	if err != nil || taken != 21 {
		t.Errorf("%v after %d questions", err, taken)
	}
}
