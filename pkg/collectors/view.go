package collectors

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline"
)

// A View is one task's sight of the Net. Every method that asks makes one
// exchange for each question sent, hands it with its bytes to the task, and
// returns a *[pipeline.Failure] as its error when there is no usable answer.
//
// A question that an earlier attempt of the task has had answered is read
// back from the case, and nothing is sent. Methods may be called from several
// goroutines of the task.
type View struct {
	net  *Net
	spec pipeline.Spec
	task pipeline.Task
	out  pipeline.Out
	list *WordList // nil is the built-in one

	mu       sync.Mutex
	requests int
	bytes    int64
	cost     float64
	turn     time.Time // that the task came with
	turned   bool      // it is not used yet
	had      map[pipeline.ExchangeID]time.Time
	with     map[string]string // the credential that it asks with, by name
}

func (n *Net) view(s pipeline.Spec, t pipeline.Task, out pipeline.Out) *View {
	s.Source = n.paced(s.Source)
	v := &View{net: n, spec: s, task: t, out: out, had: map[pipeline.ExchangeID]time.Time{}}
	v.turn, v.turned = n.pace.claim(s.Source)
	return v
}

// close gives back the turn of a task that asked nothing.
func (v *View) close() {
	if v.useTurn() {
		v.net.pace.giveBack(v.spec.Source, v.turn)
	}
}

// useTurn takes, once, the turn that the task came with.
func (v *View) useTurn() (turned bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	turned, v.turned = v.turned, false
	return turned
}

// Endpoint returns what --endpoint, or else the operator, says of the task's
// source; "" if neither does.
func (v *View) Endpoint() string {
	name := v.spec.Source.Name
	return cmp.Or(v.net.o.Endpoints[name], v.net.o.Bases[name])
}

// Roots returns the certificate authorities to judge the target by; nil is
// the system's.
func (v *View) Roots() *x509.CertPool { return v.net.o.Roots }

// TrustAnchors returns what DNSSEC is judged by.
func (v *View) TrustAnchors() dnssec.Anchors {
	if anchors := v.net.o.TrustAnchors; len(anchors) > 0 {
		return anchors
	}
	return dnssec.RootAnchors()
}

// Now returns the time of the run's clock, in UTC.
func (v *View) Now() time.Time { return v.net.now().UTC() }

// target reports whether it is the subject's own servers that are asked.
func (v *View) target() bool { return v.spec.Source.Family == "target" }

// digest is what the record keeps of a question. Without a case it is a plain
// one.
func (v *View) digest(parts ...string) string {
	q := strings.Join(parts, "\x00")
	if v.task.Digest != nil {
		return v.task.Digest(q)
	}
	sum := sha256.Sum256([]byte(q))
	return hex.EncodeToString(sum[:16])
}

// everybody is the prefix of answers that serve every case.
const everybody = "all\x00"

// shelf says where an answer may be kept to serve again: for everybody, and on
// disk, if its bytes are kept raw and the subject is no person; else in
// memory, for this case alone. ok is false for a case without a name.
func (v *View) shelf() (prefix string, disk, ok bool) {
	if v.task.Ruling.Keep == pipeline.KeepRaw && !v.task.Subject.Personal() {
		return everybody, true, true
	}
	return casePrefix(v.task.Case), false, v.task.Case != ""
}

// casePrefix is that of answers that serve one case.
func casePrefix(id string) string { return "case " + id + "\x00" }

// recall returns the answer of an earlier attempt, if it can be read back. It
// counts as it did when it was had.
func (v *View) recall(question string) (pipeline.Exchange, []byte, bool) {
	if v.task.Answered == nil {
		return pipeline.Exchange{}, nil, false
	}
	x, body, ok := v.task.Answered(question)
	if ok {
		v.note(x)
		v.mu.Lock()
		defer v.mu.Unlock()
		v.requests++
		v.cost += x.Cost
		v.bytes += int64(len(body))
	}
	return x, body, ok
}

// take meters one request to a server before it is sent: against the Spec's
// ceiling, the budget of all runs, and the source's pace.
func (v *View) take(ctx context.Context, host string) error {
	price, c := v.spec.Source.PriceUSD, v.spec.Ceiling
	v.mu.Lock()
	var over string
	switch {
	case c.Requests > 0 && v.requests >= c.Requests:
		over = fmt.Sprintf("%d requests", c.Requests)
	case v.room() <= 0:
		over = fmt.Sprintf("%d bytes", v.bytes)
	case c.CostUSD > 0 && v.cost+price > c.CostUSD+1e-9:
		over = fmt.Sprintf("%.4f USD", c.CostUSD)
	default:
		v.requests++
		v.cost += price
	}
	v.mu.Unlock()
	if over != "" {
		return pipeline.Fail(pipeline.Partial, "its ceiling of "+over+" is reached")
	}
	if err := v.net.charge(v.spec.Source, price); err != nil {
		return err
	}
	if err := v.net.pace.next(ctx, v.spec.Source, host, v.useTurn()); err != nil {
		v.net.refund(v.spec.Source, price)
		return err
	}
	return nil
}

// room is how many bytes the task's answers may still have. v.mu is held.
func (v *View) room() int64 {
	limit := v.spec.Ceiling.Bytes
	if limit == 0 {
		limit = 32 << 20
	}
	return limit - v.bytes
}

// bound returns a limit of bytes that the task has room for.
func (v *View) bound(limit int64) int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	return max(min(limit, v.room()), 1)
}

// full reports whether the task's answers may have no more bytes.
func (v *View) full() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.room() <= 0
}

// weigh meters an answer's bytes.
func (v *View) weigh(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bytes += int64(n)
}

// record hands one exchange and its bytes to the task. A request that never
// left costs nothing. Its error means that the record is broken.
func (v *View) record(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	x.Source, x.At, x.Excess = v.spec.Source.Name, x.At.UTC(), v.excess(body)
	switch price := v.spec.Source.PriceUSD; {
	case x.Cached:
	case x.Detail == "" && x.Status == 0 && x.Outcome != pipeline.OK: // no connection
		v.net.refund(v.spec.Source, price)
	default:
		x.Cost = price
	}
	x, err := v.out.Exchanged(x, body)
	if err == nil {
		v.note(x)
	}
	return x, err
}

func (v *View) note(x pipeline.Exchange) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.had == nil {
		v.had = map[pipeline.ExchangeID]time.Time{}
	}
	v.had[x.ID] = x.At
}

const maxRequest = 60 * time.Second

// within bounds one request: it may take three quarters of the time that its
// task has left, so that the task can still tell what it knows.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	d := maxRequest
	if deadline, ok := ctx.Deadline(); ok {
		d = min(d, time.Until(deadline)*3/4)
	}
	return context.WithTimeout(ctx, d)
}
