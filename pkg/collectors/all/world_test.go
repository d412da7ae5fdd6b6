package all

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// serve serves a world and returns a Net that reaches nothing else.
func serve(t testing.TB, w *lab.World, latency time.Duration) *collectors.Net {
	t.Helper()
	n, _ := serveFor(t, w, latency)
	return n
}

// serveFor also returns the options that led there.
func serveFor(t testing.TB, w *lab.World, latency time.Duration) (*collectors.Net, collectors.Options) {
	t.Helper()
	_, n, o := serveLab(t, w, latency)
	return n, o
}

// serveLab also returns the lab, which knows what it was asked.
func serveLab(t testing.TB, w *lab.World, latency time.Duration) (*lab.Lab, *collectors.Net, collectors.Options) {
	t.Helper()
	l, err := w.Serve(context.Background(), lab.Options{Latency: latency})
	if err != nil {
		t.Fatal(err)
	}
	o := collectors.Options{Resolvers: []netip.AddrPort{l.Resolver()}, Roots: x509.NewCertPool()}
	o.Keys = func(_ context.Context, name string) ([]string, error) { return []string{keyOf(name)}, nil }
	o.Bases = map[string]string{}
	for _, e := range Entries() {
		if s := e.Spec.Source; s.BaseFrom != "" && s.Base == "" {
			o.Bases[s.Name] = keyOf(s.BaseFrom)
		}
	}
	o.Roots.AppendCertsFromPEM(l.CA())
	if o.TrustAnchors, err = dnssec.ParseAnchors("lab", l.TrustAnchor()); err != nil {
		t.Fatal(err)
	}
	for _, s := range l.ConnectTo() {
		c, err := collectors.ParseConnectTo(s)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	n, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l, n, o
}

// keyOf is the value that a credential has in these tests: where its source lies,
// or a word that must stand in no record.
func keyOf(name string) string {
	if strings.HasSuffix(name, "_URL") || strings.HasSuffix(name, "_HOST") {
		return "https://" + strings.ToLower(strings.NewReplacer("_URL", "", "_HOST", "").Replace(name)) + ".brindleford.example"
	}
	return "credential-" + strings.ToLower(name)
}

// A trial is one task, and what came of it. It is the task's [pipeline.Out].
type trial struct {
	spec    pipeline.Spec
	subject pipeline.Entity
	answers map[string][]kept // of an earlier trial, to be read back

	mu     sync.Mutex
	kept   []kept
	said   []pipeline.Observation
	times  map[string]int
	err    error
	panics any
}

// kept is an exchange and its bytes.
type kept struct {
	pipeline.Exchange
	body []byte
}

func (r *trial) key() pipeline.TaskKey {
	return pipeline.TaskKey{Collector: r.spec.Name, Subject: r.subject}
}

// Exchanged implements [pipeline.Out].
func (r *trial) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.Task, x.Bytes, x.ID = r.key(), len(body), pipeline.NewExchangeID(r.key(), x.Question, r.times[x.Question])
	r.times[x.Question]++
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		x.Kept, x.SHA256 = pipeline.KeepRaw, hex.EncodeToString(sum[:])
	}
	r.kept = append(r.kept, kept{x, slices.Clone(body)})
	return x, nil
}

// Observed implements [pipeline.Out].
func (r *trial) Observed(o pipeline.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, o)
}

// answered reads back what the earlier trial was answered.
func (r *trial) answered(question string) (pipeline.Exchange, []byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.times[question]
	if n >= len(r.answers[question]) || !r.answers[question][n].Readable() {
		return pipeline.Exchange{}, nil, false
	}
	r.times[question]++
	k := r.answers[question][n]
	return k.Exchange, k.body, true
}

// try runs one task, for at most so long.
func try(n *collectors.Net, e collectors.Entry, subject pipeline.Entity, most time.Duration, earlier *trial) *trial {
	r := &trial{spec: e.Spec, subject: subject, times: map[string]int{}}
	task := pipeline.Task{Key: r.key(), Attempt: 1, Subject: subject, Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Keep: pipeline.KeepRaw}, Digest: digest}
	if earlier != nil {
		r.answers = map[string][]kept{}
		for _, k := range earlier.kept {
			r.answers[k.Question] = append(r.answers[k.Question], k)
		}
		task.Attempt, task.Answered = 2, r.answered
	}
	ctx, stop := contextFor(min(most, cmp.Or(e.Spec.Timeout, 30*time.Second)))
	defer stop()
	defer func() { r.panics = recover() }()
	r.err = collectors.Bind(n, e).Collect(ctx, task, r)
	return r
}

func contextFor(most time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), most)
}

func consumes(s pipeline.Spec, k pipeline.Kind) bool { return slices.Contains(s.Consumes, k) }

func digest(question string) string {
	sum := sha256.Sum256([]byte(question))
	return hex.EncodeToString(sum[:16])
}

// explore puts every collector to the seeds and to all that is found within so
// many steps of them, context and all, and returns what came of it.
func explore(t testing.TB, n *collectors.Net, w *lab.World, steps int, most time.Duration) []*trial {
	t.Helper()
	met := map[pipeline.Entity]bool{}
	var next []pipeline.Entity
	meet := func(e pipeline.Entity) {
		if !met[e] {
			met[e] = true
			next = append(next, e)
		}
	}
	for _, s := range append(w.Seeds(), w.Asks()...) {
		e, err := pipeline.ParseEntity(s)
		if err != nil {
			t.Fatal(err)
		}
		meet(e)
	}
	var all []*trial
	for range steps + 1 {
		wave := tryEach(n, next, most)
		next = nil
		for _, r := range wave {
			for _, o := range r.said {
				if o.Object != nil {
					meet(*o.Object)
				}
			}
		}
		all = append(all, wave...)
	}
	return all
}

// tryEach puts every collector to each subject that it consumes, many at
// once, and returns the trials in a settled order.
func tryEach(n *collectors.Net, subjects []pipeline.Entity, most time.Duration) []*trial {
	var mu sync.Mutex
	var done []*trial
	var wg sync.WaitGroup
	workers := make(chan struct{}, 48)
	for _, s := range subjects {
		for _, e := range Entries() {
			if !consumes(e.Spec, s.Kind) {
				continue
			}
			wg.Go(func() {
				workers <- struct{}{}
				r := try(n, e, s, most, nil)
				<-workers
				mu.Lock()
				defer mu.Unlock()
				done = append(done, r)
			})
		}
	}
	wg.Wait()
	slices.SortFunc(done, func(a, b *trial) int { return cmp.Compare(a.key().String(), b.key().String()) })
	return done
}

func (r *trial) String() string { return fmt.Sprintf("%s (%v)", r.key(), r.err) }
