package all

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/lab"
	"osint/pkg/pipeline"
)

// between stands between the answers of one fuzz input.
var between = []byte("\x00\xff--\xff\x00")

// mostAnswers is how many questions of one task are answered, seedSize how many
// bytes of answers make one seed.
const (
	mostAnswers = 200
	seedSize    = 32 << 10
)

// FuzzCollectors puts a collector to answers that nobody would give: whatever
// comes back, it keeps its promises. The answers are handed to it as those of
// an earlier attempt are, so that every parser is met through its own door,
// and nothing is sent. A collector joins by being in [Entries]; the seeds are
// what the worlds of the lab answer.
func FuzzCollectors(f *testing.F) {
	entries := Entries()
	for _, name := range lab.Names() {
		for _, r := range answersOf(f, name) {
			for i, e := range entries {
				if e.Spec.Name == r.spec.Name {
					f.Add(uint8(i), string(r.subject.Kind), r.subject.Value, r.corpus())
				}
			}
		}
	}
	nowhere, err := collectors.New(collectors.Options{Resolvers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { nowhere.Close() })
	f.Fuzz(func(t *testing.T, which uint8, kind, value string, input []byte) {
		e := entries[int(which)%len(entries)]
		subject, err := pipeline.NewEntity(pipeline.Kind(kind), value)
		if err != nil || !consumes(e.Spec, subject.Kind) {
			return
		}
		r := &trial{spec: e.Spec, subject: subject, times: map[string]int{}}
		r.put(nowhere, e, bytes.Split(input, between))
		r.check(t)
	})
}

// put runs a task whose every question has an answer at hand.
func (r *trial) put(n *collectors.Net, e collectors.Entry, bodies [][]byte) {
	asked := 0
	task := pipeline.Task{Key: r.key(), Attempt: 2, Subject: r.subject, Ruling: pipeline.Ruling{Verdict: pipeline.Allow, Keep: pipeline.KeepRaw}, Digest: digest}
	task.Answered = func(question string) (pipeline.Exchange, []byte, bool) {
		r.mu.Lock()
		defer r.mu.Unlock()
		if asked++; asked > mostAnswers {
			return pipeline.Exchange{}, nil, false
		}
		body := bodies[(asked-1)%len(bodies)]
		x := pipeline.Exchange{ID: pipeline.NewExchangeID(r.key(), question, r.times[question]), Task: r.key(), Source: r.spec.Source.Name, Operation: "replay",
			Locator: "replay", Question: question, Outcome: pipeline.OK, At: time.Unix(1_800_000_000, 0).UTC(), Bytes: len(body), Cached: true, Kept: pipeline.KeepRaw}
		r.times[question]++
		r.kept = append(r.kept, kept{x, body})
		return x, body, true
	}
	ctx, stop := contextFor(5 * time.Second)
	defer stop()
	defer func() { r.panics = recover() }()
	r.err = collectors.Bind(n, e).Collect(ctx, task, r)
}

// answersOf puts every collector to some of a world and returns the trials
// that were answered.
func answersOf(f *testing.F, name string) (rs []*trial) {
	w, err := lab.Open(name)
	if err != nil {
		f.Fatal(err)
	}
	subjects := entities(f, append(w.Seeds(), "www."+w.Seeds()[0], "192.0.2.10", "2001:db8:b::10", "AS64500")...)
	for _, r := range tryEach(serve(f, w, 0), subjects, time.Second) {
		if len(r.kept) > 0 {
			rs = append(rs, r)
		}
	}
	return rs
}

// corpus joins a trial's answers, those that say something new.
func (r *trial) corpus() []byte {
	var all [][]byte
	size, seen := 0, map[string]bool{}
	for _, k := range r.kept {
		if len(k.body) == 0 || seen[string(k.body)] || size+len(k.body) > seedSize {
			continue
		}
		seen[string(k.body)] = true
		size += len(k.body)
		all = append(all, k.body)
	}
	return bytes.Join(all, between)
}
