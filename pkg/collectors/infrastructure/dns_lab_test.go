package infrastructure_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// A ledger is the Out of one task.
type ledger struct {
	mu    sync.Mutex
	task  pipeline.TaskKey
	asked []pipeline.Exchange
	lines []string
}

func (l *ledger) Exchanged(x pipeline.Exchange, body []byte) (pipeline.Exchange, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := sha256.Sum256(body)
	x.Task, x.SHA256 = l.task, hex.EncodeToString(sum[:])
	x.ID = pipeline.NewExchangeID(l.task, x.Question, 0)
	l.asked = append(l.asked, x)
	return x, nil
}

func (l *ledger) Observed(o pipeline.Observation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := o.Subject.Value + " " + string(o.Predicate)
	if o.Denies {
		line = "not " + line
	}
	if o.Object != nil {
		line += " " + o.Object.String()
	}
	if o.Value != nil {
		b, _ := json.Marshal(o.Value)
		line += " " + string(b)
	}
	l.lines = append(l.lines, line)
}

func digest(question string) string {
	sum := sha256.Sum256([]byte(question))
	return hex.EncodeToString(sum[:])
}

// collect runs a collector of the table of contents against a lab, through
// the Net.
func collect(t *testing.T, world, name, subject string) (*ledger, error) {
	t.Helper()
	w, err := lab.Open(world)
	if err != nil {
		t.Fatal(err)
	}
	served, err := w.Serve(t.Context(), lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { served.Close() })
	o := collectors.Options{}
	o.Resolvers = append(o.Resolvers, served.Resolver())
	net, err := collectors.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { net.Close() })
	all := infrastructure.All()
	i := slices.IndexFunc(all, func(e collectors.Entry) bool { return e.Spec.Name == name })
	if i < 0 {
		t.Fatalf("no collector %s", name)
	}
	e, err := pipeline.ParseEntity(subject)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{task: pipeline.TaskKey{Collector: name, Subject: e}}
	return l, collectors.Bind(net, all[i]).Collect(t.Context(), pipeline.Task{Key: l.task, Attempt: 1, Subject: e, Digest: digest}, l)
}

func TestDNSCollectorsInTheLab(t *testing.T) {
	for _, c := range []struct {
		world, collector, subject string
		want                      []string
	}{
		{"brindleford", "dns", "brindleford.example", nil},
		{"brindleford", "dns", "www.brindleford.example", nil},
		{"brindleford", "dns", "blog.brindleford.example", nil},
		{"brindleford", "mail-policy", "brindleford.example", nil},
		{"brindleford", "reverse-dns", "192.0.2.10", nil},
		{"brindleford", "asn-cymru", "192.0.2.10", nil},
		{"brindleford", "asn-cymru", "AS64500", nil},
		{"silent", "dns", "silent.example", nil},
		{"silent", "mail-policy", "silent.example", nil},
	} {
		t.Run(strings.Join([]string{c.world, c.collector, c.subject}, " "), func(t *testing.T) {
			l, err := collect(t, c.world, c.collector, c.subject)
			if err != nil {
				t.Error(err)
			}
			if len(l.asked) == 0 {
				t.Error("nothing was asked")
			}
			for _, w := range c.want {
				if !slices.Contains(l.lines, w) {
					t.Errorf("missing: %s", w)
				}
			}
			t.Logf("%d exchanges:\n%s", len(l.asked), strings.Join(l.lines, "\n"))
			_ = fmt.Sprint
		})
	}
}
