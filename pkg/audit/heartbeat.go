package audit

import (
	"context"
	"time"
)

// pulse is how old the newest heartbeat may be before another is due: a day,
// less what a daily job may come early.
const pulse = 23 * time.Hour

// Pulse records a heartbeat if there was none for a day, and reports whether it
// did. Whoever has copies of the ledger can tell by them that it is not written,
// from that nothing happened.
func (l *Ledger) Pulse(ctx context.Context) (bool, error) {
	s, err := l.Spool()
	if err != nil {
		return false, err
	}
	defer s.Close()
	now := l.o.Now()
	last, found, err := s.Newest(ctx, Heartbeat, now.Add(-pulse))
	if err != nil || found && !last.Time.After(now) { // one of a clock that was wrong counts for nothing
		return false, err
	}
	_, err = l.Append(Act{Type: Heartbeat, Body: Body{"tool": l.o.Tool}})
	return err == nil, err
}
