package collectors

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"osint/pkg/pipeline"
)

// A View is one task's sight of the Net. Every method that asks makes one
// exchange for each question sent, hands it with its bytes to the task, and
// returns a *[pipeline.Failure] as its error when there is no usable answer.
//
// A question that an earlier attempt of the task has had answered is read
// back from the case, and nothing is sent.
type View struct {
	net   *Net
	spec  pipeline.Spec
	task  pipeline.Task
	out   pipeline.Out
	local *memory // answers that may be reused within this case only

	mu       sync.Mutex
	requests int
	bytes    int64
	first    time.Time // of the first exchange's At
	paced    bool      // the turn that the task was started with is used
}

// Endpoint returns what --endpoint says of the task's source, or "".
func (v *View) Endpoint() string { return v.net.o.Endpoints[v.spec.Source.Name] }

// Roots returns the certificate authorities to judge the target by; nil is
// the system's.
func (v *View) Roots() *x509.CertPool { return v.net.o.Roots }

// Now returns the time of the run's clock, in UTC.
func (v *View) Now() time.Time { return v.net.now().UTC() }

// question is what the record keeps of what is asked: its digest, and a
// locator that a person reads.
func (v *View) digest(parts ...string) string { return v.task.Digest(strings.Join(parts, "\x00")) }

// recall returns the answer of an earlier attempt, if it can be read back.
func (v *View) recall(question string) (pipeline.Exchange, []byte, bool) {
	if v.task.Answered == nil {
		return pipeline.Exchange{}, nil, false
	}
	x, body, ok := v.task.Answered(question)
	if ok {
		v.note(x.At)
	}
	return x, body, ok
}

// take meters one request before it is sent: against the Spec's ceiling, the
// budget of all runs, and the source's pace.
func (v *View) take(ctx context.Context) error {
	v.mu.Lock()
	v.requests++
	over, paced := v.requests > v.spec.Ceiling.Requests && v.spec.Ceiling.Requests > 0, v.paced
	v.paced = true
	v.mu.Unlock()
	if over {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("its ceiling of %d requests is reached", v.spec.Ceiling.Requests))
	}
	if !v.net.charge(v.spec.Source.PriceUSD) {
		return pipeline.Fail(pipeline.Skipped, "the budget of all runs is used up")
	}
	if !paced {
		return nil
	}
	return v.net.pace.next(ctx, v.spec.Source)
}

// weigh meters an answer's bytes.
func (v *View) weigh(n int) error {
	limit := v.spec.Ceiling.Bytes
	if limit == 0 {
		limit = 32 << 20
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.bytes += int64(n); v.bytes > limit {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("its ceiling of %d bytes is reached", limit))
	}
	return nil
}

// record hands one exchange and its bytes to the task.
func (v *View) record(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	x.Source, x.Cost = v.spec.Source.Name, v.spec.Source.PriceUSD
	if x.Cached {
		x.Cost = 0
	}
	v.note(x.At)
	return v.out.Exchanged(x, body)
}

func (v *View) note(at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.first.IsZero() || at.Before(v.first) {
		v.first = at
	}
}

// outcome is what an exchange says of an error.
func outcome(err error) (pipeline.Outcome, string) {
	if err == nil {
		return pipeline.OK, ""
	}
	var f *pipeline.Failure
	errors.As(failure(context.Background(), err), &f)
	return f.Outcome, f.Reason
}
