package social_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/collectors/social"
	"osint/pkg/pipeline"
)

// told is what a collector said in a small world, one line for each
// observation: "subject predicate object value".
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
func (o *told) Exchanged(x pipeline.Exchange, _ []byte) (pipeline.Exchange, error) {
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
	if b.Object != nil {
		parts = append(parts, b.Object.String())
	}
	if b.Value != nil {
		parts = append(parts, fmt.Sprint(b.Value))
	}
	if err := pipeline.CheckRelation(&b); err != nil {
		parts = append(parts, err.Error())
	}
	o.lines = append(o.lines, strings.Join(parts, " "))
}

// tell puts a collector to a subject in a world that the text describes,
// without its head.
func tell(t *testing.T, collector, subject, world string, lead ...func(*collectors.Options)) *told {
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
	o := collectors.Options{Roots: x509.NewCertPool()}
	o.Resolvers = append(o.Resolvers, l.Resolver())
	o.Roots.AppendCertsFromPEM(l.CA())
	for _, s := range l.ConnectTo() {
		c, err := collectors.ParseConnectTo(s)
		if err != nil {
			t.Fatal(err)
		}
		o.ConnectTo = append(o.ConnectTo, c)
	}
	for _, f := range lead {
		f(&o)
	}
	n, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	all := social.All()
	i := slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == collector })
	e, err := pipeline.ParseEntity(subject)
	if i < 0 || err != nil {
		t.Fatalf("no collector %s, or no subject %s: %v", collector, subject, err)
	}
	out := &told{key: pipeline.TaskKey{Collector: collector, Subject: e}, times: map[string]int{}, lab: l}
	task := pipeline.Task{Key: out.key, Attempt: 1, Subject: e, Digest: func(s string) string { return s }}
	task.Ruling.Keep = pipeline.KeepSealed
	out.err = collectors.Bind(n, all[i]).Collect(t.Context(), task, out)
	return out
}

// says checks that these lines and no others were said.
func (o *told) says(t *testing.T, want ...string) {
	t.Helper()
	got := slices.Sorted(slices.Values(o.lines))
	got = slices.Compact(got) // one page may be named in two answers
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// ends checks the outcome, and what the reason holds.
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
	_, name, _ := strings.Cut(o.key.Subject.Value, "/")
	if name != "" && strings.Contains(why, name) {
		t.Errorf("the reason names the account: %s", why)
	}
}

// asked returns what a host was asked over HTTPS.
func (o *told) asked(host string) (questions []string) {
	for _, r := range o.lab.Log() {
		if r.Service == "https" && r.Host == host {
			questions = append(questions, r.Question)
		}
	}
	return questions
}
