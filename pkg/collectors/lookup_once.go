package collectors

import (
	"cmp"
	"context"

	"osint/pkg/collectors/resolver"
)

// lookup is one call of Lookup.
type lookup struct {
	v       *View
	qs      []Question // canonical
	replies []*Reply
	failed  error    // the first
	at      []int    // questions to put
	done    []func() // of questions that others wait for
	over    bool     // nothing more may be asked
}

func (l *lookup) fail(err error) { l.failed = cmp.Or(l.failed, err) }

// key names a question for all cases; "" if its reply serves nobody else.
func (l *lookup) key(i int) string {
	prefix, ok := l.v.dnsShelf()
	if !ok {
		return ""
	}
	return prefix + dnsKey(l.qs[i])
}

// sort answers what is known, takes a turn for what is to be asked, and
// returns, if others may be waited for, what another task is asking already.
func (l *lookup) sort(ctx context.Context, of []int, share bool) (waits []int) {
	for _, i := range of {
		if l.over {
			break
		}
		if key := l.key(i); share && key != "" {
			done, mine := l.v.net.cache.tryLead(key)
			if !mine {
				waits = append(waits, i)
				continue
			}
			l.done = append(l.done, done)
		}
		got, err := l.v.known(l.qs[i])
		if got != nil || err != nil {
			if l.replies[i] = got; err != nil {
				l.fail(err)
			}
			continue
		}
		if err := l.v.take(ctx, "resolver"); err != nil {
			l.fail(err)
			l.over = true
			break
		}
		l.at = append(l.at, i)
	}
	return waits
}

// ask puts the questions that took a turn, all at once.
func (l *lookup) ask(ctx context.Context) {
	if len(l.at) == 0 {
		return
	}
	at := l.at
	l.at = nil
	engine, err := l.v.net.resolvers()
	if err != nil {
		l.fail(err)
		return
	}
	open := make([]resolver.Question, len(at))
	for n, i := range at {
		open[n] = resolver.Question(l.qs[i])
	}
	began := l.v.net.now()
	limited, stop := within(ctx)
	defer stop()
	for n, r := range engine.Ask(limited, open) {
		got, err := l.v.answered(ctx, l.qs[at[n]], r, began)
		if err != nil {
			l.fail(err)
		}
		l.replies[at[n]] = got
	}
}

// leave lets those go on who wait for what we asked.
func (l *lookup) leave() {
	for _, done := range l.done {
		done()
	}
	l.done = nil
}
