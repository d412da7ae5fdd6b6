package trial

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// Told is what a collector said in a small world, one line for each
// observation: "subject predicate object value".
type Told struct {
	mu        sync.Mutex
	key       pipeline.TaskKey
	Exchanges []pipeline.Exchange
	Bodies    [][]byte // of the exchanges, as recorded
	times     map[string]int
	Lines     []string
	Err       error
	Lab       *lab.Lab
}

// Exchanged implements [pipeline.Out].
func (o *Told) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x.Task, x.ID = o.key, pipeline.NewExchangeID(o.key, x.Question, o.times[x.Question])
	o.times[x.Question]++
	o.Exchanges, o.Bodies = append(o.Exchanges, x), append(o.Bodies, bytes.Clone(body))
	return x, nil
}

// Observed implements [pipeline.Out].
func (o *Told) Observed(b pipeline.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	parts := []string{b.Subject.Value, string(b.Predicate)}
	if b.Denies {
		parts[1] = "not " + parts[1]
	}
	if b.Object != nil {
		parts = append(parts, b.Object.String())
	}
	if b.Value != nil {
		parts = append(parts, fmt.Sprint(b.Value))
	}
	if err := pipeline.CheckRelation(&b); err != nil {
		parts = append(parts, err.Error())
	}
	o.Lines = append(o.Lines, strings.Join(parts, " "))
}

// Key is the value that every credential has in a trial.
const Key = "trial-key-of-the-lab"

// Tell puts a collector, one of entries, to a subject in a world that the text
// describes, without its head. What other sources answer in every world is not
// there. Every credential is there and has the value [Key], unless lead says
// otherwise.
func Tell(t *testing.T, entries []collectors.Entry, collector, subject, world string, lead ...func(*collectors.Options)) *Told {
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
	o.Keys = func(context.Context, string) ([]string, error) { return []string{Key}, nil }
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
	i := slices.IndexFunc(entries, func(e collectors.Entry) bool { return e.Spec.Name == collector })
	e, err := pipeline.ParseEntity(subject)
	if i < 0 || err != nil {
		t.Fatalf("no collector %s, or no subject %s: %v", collector, subject, err)
	}
	out := &Told{key: pipeline.TaskKey{Collector: collector, Subject: e}, times: map[string]int{}, Lab: l}
	task := pipeline.Task{Key: out.key, Attempt: 1, Subject: e, Digest: func(s string) string { return s }, Mark: mark}
	task.Ruling.Keep = pipeline.KeepSealed
	out.Err = collectors.Bind(n, entries[i]).Collect(t.Context(), task, out)
	return out
}

// mark stands for the key of a case.
func mark(text string) string {
	sum := sha256.Sum256([]byte("trial\x00" + text))
	return hex.EncodeToString(sum[:16])
}

// Says checks that these lines and no others were said.
func (o *Told) Says(t *testing.T, want ...string) {
	t.Helper()
	got := slices.Sorted(slices.Values(o.Lines))
	got = slices.Compact(got) // one page may be named in two answers
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("said\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Ends checks the outcome, and what the reason holds.
func (o *Told) Ends(t *testing.T, want pipeline.Outcome, reason string) {
	t.Helper()
	got, why := pipeline.OK, ""
	var f *pipeline.Failure
	switch {
	case errors.As(o.Err, &f):
		got, why = f.Outcome, f.Reason
	case o.Err != nil:
		got, why = pipeline.Malformed, o.Err.Error()
	case len(o.Lines) == 0:
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

// Asked returns what a host was asked over HTTPS.
func (o *Told) Asked(host string) (questions []string) {
	for _, r := range o.Lab.Log() {
		if r.Service == "https" && r.Host == host {
			questions = append(questions, r.Question)
		}
	}
	return questions
}
