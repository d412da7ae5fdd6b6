package infrastructure_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// told is what a collector said in a small world, one line for each
// observation: "subject predicate object value", "not" before what it denies.
type told struct {
	mu        sync.Mutex
	key       pipeline.TaskKey
	exchanges []pipeline.Exchange
	times     map[string]int
	lines     []string
	err       error
	lab       *lab.Lab
}

// Exchanged implements [pipeline.Out].
func (o *told) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x.Task, x.ID = o.key, pipeline.NewExchangeID(o.key, x.Question, o.times[x.Question])
	o.times[x.Question]++
	o.exchanges = append(o.exchanges, x)
	return x, nil
}

// Observed implements [pipeline.Out].
func (o *told) Observed(b pipeline.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	parts := []string{b.Subject.Value, string(b.Predicate)}
	if b.Denies {
		parts = append([]string{"not"}, parts...)
	}
	if b.Object != nil {
		parts = append(parts, b.Object.Value)
	}
	if s, ok := b.Value.(string); ok {
		parts = append(parts, s)
	} else if b.Value != nil {
		v, _ := json.Marshal(b.Value)
		parts = append(parts, string(v))
	}
	o.lines = append(o.lines, strings.Join(parts, " "))
}

// tell puts a collector to a subject in a world that the text describes; its
// head may be left out. --endpoint may be given as "source=base".
func tell(t *testing.T, collector, subject, world string, endpoints ...string) *told {
	t.Helper()
	return tellBy(t, collector, subject, world, func(o *collectors.Options) {
		for _, e := range endpoints {
			name, base, _ := strings.Cut(e, "=")
			o.Endpoints[name] = base
		}
	})
}

// tellBy does so by a way out that is led elsewhere.
func tellBy(t *testing.T, collector, subject, world string, lead func(*collectors.Options)) *told {
	t.Helper()
	w, err := lab.Parse("world", []byte("A small world\n\nseeds: "+subject+"\n\n"+strings.TrimLeft(world, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Serve(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	o := collectors.Options{Roots: x509.NewCertPool(), Endpoints: map[string]string{}}
	o.Resolvers = append(o.Resolvers, l.Resolver())
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
	lead(&o)
	n, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	all := infrastructure.All()
	i := slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == collector })
	e, err := pipeline.ParseEntity(subject)
	if i < 0 || err != nil {
		t.Fatalf("no collector %s, or no subject %s: %v", collector, subject, err)
	}
	out := &told{key: pipeline.TaskKey{Collector: collector, Subject: e}, times: map[string]int{}, lab: l}
	task := pipeline.Task{Key: out.key, Attempt: 1, Subject: e, Digest: func(s string) string { return s }}
	task.Ruling.Keep = pipeline.KeepRaw
	out.err = collectors.Bind(n, all[i]).Collect(t.Context(), task, out)
	return out
}

// says checks that lines were said, as often as they stand here; one that
// begins with "!" must not have been.
func (o *told) says(t *testing.T, want ...string) {
	t.Helper()
	before := t.Failed()
	for _, w := range want {
		unwanted, not := strings.CutPrefix(w, "!")
		if slices.ContainsFunc(o.lines, func(l string) bool { return strings.HasPrefix(l, unwanted) }) == not {
			t.Errorf("said or unsaid: %s", w)
		}
	}
	if t.Failed() && !before {
		t.Logf("said (%v):\n%s", o.err, strings.Join(o.lines, "\n"))
	}
}

// ends checks the outcome, "ok" if nothing failed, and what the reason holds.
func (o *told) ends(t *testing.T, want pipeline.Outcome, reason string) {
	t.Helper()
	got, why := pipeline.OK, ""
	var f *pipeline.Failure
	switch {
	case errors.As(o.err, &f):
		got, why = f.Outcome, f.Reason
	case o.err != nil:
		got, why = pipeline.Malformed, o.err.Error()
	case len(o.lines) == 0:
		got = pipeline.Empty
	}
	if got != want || !strings.Contains(why, reason) {
		t.Errorf("ended %s (%s), want %s (%s)", got, why, want, reason)
	}
}

// asked returns what a host was asked, without the names of the resolvers'
// questions.
func (o *told) asked(service, host string) []string {
	var out []string
	for _, r := range o.lab.Log() {
		if r.Service == service && r.Host == host {
			out = append(out, r.Question)
		}
	}
	return out
}
