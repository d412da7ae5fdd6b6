package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxObservations bounds what one task may report; the rest is dropped and
// the task is [Partial].
const maxObservations = 50_000

// running is one task at work, and its [Out]. The engine's goroutine owns the
// upper fields; the task's goroutines share those below mu.
type running struct {
	*pending
	e       *engine
	task    Task
	attempt int
	began   time.Time // of the engine's clock
	last    time.Time // after which it is abandoned
	stop    context.CancelFunc
	seen    int
	asked   int
	cost    float64
	faults  []string // what was wrong with its observations
	kept    map[string]*Withheld

	mu      sync.Mutex
	times   map[string]int // how often each question was put
	flooded int
}

func (e *engine) newTask(p *pending) *running {
	t := &running{pending: p, e: e, attempt: 1, stop: func() {}, times: map[string]int{}, kept: map[string]*Withheld{}}
	t.task = Task{Key: p.key, Case: e.run.Vault.Case, Subject: p.lead.Clear, Ruling: p.ruling, Digest: e.digest(p.ruling.Keep), Mark: e.mark}
	if past := e.cs.Task(p.key); past != nil && past.Attempts > 0 {
		t.attempt = past.Attempts + 1
		t.answers(past.Exchanges)
	}
	t.task.Attempt = t.attempt
	return t
}

// digest returns the function that digests a task's questions: keyed where
// bytes are not kept raw.
func (e *engine) digest(k Keep) func(string) string {
	if k != KeepRaw {
		return e.run.Vault.keys.digest
	}
	return func(question string) string {
		sum := sha256.Sum256([]byte(question))
		return hex.EncodeToString(sum[:16])
	}
}

// mark returns a text's digest under the case's own key: two cases have two, and
// nobody guesses the text from it.
func (e *engine) mark(text string) string { return e.run.Vault.keys.digest("mark\x00" + text) }

// answers lets the task read back what was answered in earlier attempts. The
// exchanges are copied: they belong to the engine.
func (t *running) answers(past []*Exchange) {
	byQuestion := map[string][]Exchange{}
	for _, x := range past {
		if x.Readable() {
			byQuestion[x.Question] = append(byQuestion[x.Question], *x)
		}
	}
	vault := t.e.run.Vault
	t.task.Answered = func(question string) (Exchange, []byte, bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		id := NewExchangeID(t.key, question, t.times[question])
		for _, x := range byQuestion[question] {
			if x.ID != id {
				continue
			}
			if body, err := vault.Body(&x); err == nil {
				t.times[question]++
				return x, body, true
			}
		}
		return Exchange{}, nil, false
	}
}

// begin starts the task's goroutine.
func (t *running) begin(ctx context.Context) {
	limit := t.spec.Timeout
	if limit == 0 {
		limit = 30 * time.Second
	}
	t.began = t.e.clock()
	t.last = t.began.Add(limit + t.e.run.Grace)
	ctx, t.stop = context.WithTimeout(ctx, limit)
	go func() {
		defer t.stop()
		err := t.collect(ctx)
		if err != nil && ctx.Err() == context.DeadlineExceeded {
			var f *Failure
			if !errors.As(err, &f) || f.Outcome != Partial {
				err = Fail(Timeout, fmt.Sprintf("no end within %s", limit))
			}
		}
		t.send(message{task: t, ended: &ending{err}})
	}()
}

// collect runs the collector; a panic is its outcome, not the run's end.
func (t *running) collect(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Fail(Malformed, fmt.Sprintf("collector panicked: %v at %s", p, caller(debug.Stack())))
		}
	}()
	return t.col.Collect(ctx, t.task, t)
}

// Exchanged implements [Out]: it keeps the bytes as the ruling says, on the
// caller's goroutine, and then sends the line.
func (t *running) Exchanged(x Exchange, body []byte) (Exchange, error) {
	t.mu.Lock()
	x.ID = NewExchangeID(t.key, x.Question, t.times[x.Question])
	t.times[x.Question]++
	t.mu.Unlock()
	x.Task, x.At, x.Bytes = t.key, x.At.UTC(), len(body)
	if err := t.keep(&x, body); err != nil {
		err = &Broken{fmt.Errorf("evidence of %s: %w", x.Task, err)}
		t.send(message{task: t, ended: &ending{err}})
		return x, err
	}
	v := t.e.run.Vault
	x.Locator, x.Error, x.Detail = v.Scrub(x.Locator), v.Scrub(x.Error), v.Scrub(x.Detail)
	t.send(message{task: t, exchange: &x})
	return x, nil
}

// keep stores an answer's bytes as the task's ruling says. What holds more than
// its collector's manifest says is in quarantine: nobody reads it without its
// key.
func (t *running) keep(x *Exchange, body []byte) (err error) {
	x.Kept, x.SHA256, x.Kid = KeepNone, "", ""
	if len(body) == 0 {
		return nil
	}
	v, keep := t.e.run.Vault, t.task.Ruling.Keep
	if keep == KeepRaw && len(x.Excess) > 0 {
		keep = KeepSealed
	}
	switch keep {
	case KeepRaw:
		x.SHA256, err = v.store.Put(body)
		x.Kept = KeepRaw
	case KeepSealed:
		x.SHA256, x.Kid, err = v.SealBody(body)
		x.Kept = KeepSealed
	case KeepDerived:
		if t.spec.Derive == nil {
			return nil
		}
		derived, failed := t.spec.Derive(body)
		if failed != nil {
			return nil // nothing that could be kept
		}
		x.SHA256, err = v.store.Put(derived)
		x.Kept = KeepDerived
	}
	return err
}

// Observed implements [Out]. What the observation points at is copied: it is
// the collector's, who may go on reading it.
func (t *running) Observed(o Observation) {
	o.Exchanges = slices.Clone(o.Exchanges)
	if o.Object != nil {
		x := *o.Object
		o.Object = &x
	}
	t.mu.Lock()
	t.flooded++
	drop := t.flooded > maxObservations
	t.mu.Unlock()
	if !drop {
		t.send(message{task: t, observed: &o})
	}
}

// send hands a message to the engine, unless the run has ended.
func (t *running) send(m message) {
	select {
	case t.e.inbox <- m:
	case <-t.e.gone:
	}
}

// caller returns the file and line of the frame that panicked.
func caller(stack []byte) string {
	_, below, _ := strings.Cut(string(stack), "\npanic(")
	for _, l := range strings.Split(below, "\n") {
		if place, ok := strings.CutPrefix(l, "\t"); ok && !strings.Contains(place, "/runtime/") {
			place, _, _ = strings.Cut(place, " ")
			return path.Base(place)
		}
	}
	return "an unknown place"
}
