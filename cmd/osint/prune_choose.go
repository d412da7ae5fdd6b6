package main

import (
	"fmt"
	"slices"
	"time"
)

// choose returns the cases that go, the oldest first. Of each it notes why,
// and of those that would go and may not, why they stay.
func (p *pruning) choose(s *stock, now time.Time) (goes []*stored) {
	slices.SortStableFunc(s.cases, func(a, b *stored) int { return a.began.Compare(b.began) })
	s.rank()
	for _, x := range s.cases {
		why := ""
		switch {
		case x.newer < p.keep:
		case p.olderThan > 0 && now.Sub(x.began) > p.olderThan:
			why = "older than " + p.older
		case p.olderThan == 0 && p.maxSize == 0:
			why = fmt.Sprintf("%d newer of its target", x.newer)
		}
		if why != "" && s.free(x) {
			x.why, x.frees = why, s.drop(x)
			goes = append(goes, x)
		}
	}
	for _, x := range s.cases {
		if p.maxSize == 0 || s.size-s.freed <= p.maxSize {
			break
		}
		if x.why == "" && x.newer >= p.keep && s.free(x) {
			x.why, x.frees = "over "+p.max, s.drop(x)
			goes = append(goes, x)
		}
	}
	return goes
}

// rank counts, of each case, the newer ones of its target that ended.
func (s *stock) rank() {
	ended := map[string]int{}
	for _, x := range slices.Backward(s.cases) {
		x.newer = ended[x.target]
		if x.ended {
			ended[x.target]++
		}
	}
}

// free reports whether a case may go: nobody is at work on it, and it either
// ended or a newer one of its target did. If not, it stays, and says why.
func (s *stock) free(x *stored) bool {
	switch {
	case x.stays != "":
	case x.broken != nil:
		x.stays = "it can't be read: " + x.broken.Error() + "; osint cases rm removes it"
	case !x.ended && x.newer == 0:
		x.stays = "it did not end: osint resume goes on with it, osint cases rm removes it"
	default:
		if err := s.lock(x); err != nil {
			x.stays = err.Error()
		}
	}
	return x.stays == ""
}

// drop counts a case as removed and returns the bytes that this frees: what
// it shares goes with its last name.
func (s *stock) drop(x *stored) (frees int64) {
	frees = x.own
	for _, f := range x.shared {
		if s.names[f.id]--; s.names[f.id] == 0 {
			frees += f.size
		}
	}
	s.freed += frees
	return frees
}
