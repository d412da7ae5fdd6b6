package collectors

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// A Trial is what one collector did with one entity, outside of any case.
type Trial struct {
	Observations []pipeline.Observation
	Exchanges    []pipeline.Exchange
	Bytes        map[pipeline.ExchangeID][]byte // of the exchanges that have some
	Err          error                          // as the collector returned it
}

// Outcome is how the collector ended, as a run would record it.
func (t *Trial) Outcome() pipeline.Outcome {
	var f *pipeline.Failure
	switch {
	case errors.As(t.Err, &f):
		return f.Outcome
	case t.Err != nil:
		return pipeline.Malformed
	case len(t.Observations) == 0:
		return pipeline.Empty
	}
	return pipeline.OK
}

// Predicates counts what was said.
func (t *Trial) Predicates() map[pipeline.Predicate]int {
	n := map[pipeline.Predicate]int{}
	for _, o := range t.Observations {
		n[o.Predicate]++
	}
	return n
}

// ReadAnswer reads an answer over HTTP or WHOIS back from its bytes.
func ReadAnswer(x pipeline.Exchange, body []byte) (*Answer, error) {
	return readBack(x, body, x.Locator)
}

// ReadHandshake reads a TLS connection back from its bytes.
func ReadHandshake(x pipeline.Exchange, body []byte) (*Handshake, error) { return handshake(x, body) }

// Try puts one entity to one collector, and keeps what comes of it in memory.
// No gate is asked, no slot is taken and nothing is recorded: it is for looking
// at collectors, not for investigating.
func Try(ctx context.Context, n *Net, e Entry, subject pipeline.Entity) *Trial {
	limit := e.Spec.Timeout
	if limit == 0 {
		limit = 30 * time.Second
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	key := pipeline.TaskKey{Collector: e.Spec.Name, Subject: subject}
	out := &trialOut{key: key, times: map[string]int{}, trial: Trial{Bytes: map[pipeline.ExchangeID][]byte{}}}
	err := Bind(n, e).Collect(ctx, pipeline.Task{Key: key, Attempt: 1, Subject: subject,
		Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Keep: pipeline.KeepRaw}}, out)
	out.mu.Lock()
	defer out.mu.Unlock()
	t := out.trial
	t.Err = err
	return &t
}

type trialOut struct {
	key   pipeline.TaskKey
	mu    sync.Mutex
	times map[string]int
	trial Trial
}

// Exchanged implements [pipeline.Out].
func (o *trialOut) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x.Task, x.ID = o.key, pipeline.NewExchangeID(o.key, x.Question, o.times[x.Question])
	o.times[x.Question]++
	x.Bytes, x.Kept = len(body), pipeline.KeepNone
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		x.Kept, x.SHA256 = pipeline.KeepRaw, hex.EncodeToString(sum[:])
		o.trial.Bytes[x.ID] = bytes.Clone(body)
	}
	o.trial.Exchanges = append(o.trial.Exchanges, x)
	return x, nil
}

// Observed implements [pipeline.Out].
func (o *trialOut) Observed(x pipeline.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.trial.Observations = append(o.trial.Observations, x)
}
