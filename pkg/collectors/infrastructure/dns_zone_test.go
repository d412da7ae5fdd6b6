package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// A fakeDNS answers from a zone file's text.
type fakeDNS struct {
	t      *testing.T
	rrs    map[string][]dns.RR // by owner
	trips  int
	asked  []string
	broken map[string]bool // "name TYPE" that answers SERVFAIL
	silent map[string]bool // … that does not answer
}

func zoneOf(t *testing.T, text string) *fakeDNS {
	t.Helper()
	f := &fakeDNS{t: t, rrs: map[string][]dns.RR{}, broken: map[string]bool{}, silent: map[string]bool{}}
	zp := dns.NewZoneParser(strings.NewReader("$TTL 300\n"+unindent(text)), ".", "zone")
	for rr, ok := zp.Next(); ok; rr, ok = zp.Next() {
		f.rrs[bare(rr.Header().Name)] = append(f.rrs[bare(rr.Header().Name)], rr)
	}
	if err := zp.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

// unindent takes the blanks off the beginnings of lines, where a zone file
// would repeat the owner.
func unindent(text string) string {
	var b strings.Builder
	for l := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(l, " \t"))
	}
	return b.String()
}

func (f *fakeDNS) lookup(_ context.Context, qs ...collectors.Question) ([]*collectors.Reply, error) {
	f.trips++
	out := make([]*collectors.Reply, len(qs))
	var failed *pipeline.Failure
	for i, q := range qs {
		key := q.Name + " " + dns.Type(q.Type).String()
		if slices.Contains(f.asked, key) {
			f.t.Errorf("%s asked twice", key)
		}
		if q.Name != bare(q.Name) {
			f.t.Errorf("%s is not in lower case without trailing dot", key)
		}
		f.asked = append(f.asked, key)
		if f.silent[key] {
			failed = pipeline.Fail(pipeline.Timeout, key+": no answer")
			continue
		}
		out[i] = f.reply(q, key)
	}
	if failed != nil {
		if len(qs) > 1 {
			failed.Outcome = pipeline.Partial
		}
		return out, failed
	}
	return out, nil
}

func (f *fakeDNS) reply(q collectors.Question, key string) *collectors.Reply {
	r := &collectors.Reply{Exchange: pipeline.ExchangeID("x:" + key), Name: q.Name, Type: q.Type}
	if f.broken[key] {
		r.Rcode = dns.RcodeServerFailure
		return r
	}
	name := q.Name
	for range 5 {
		alias := ""
		for _, rr := range f.rrs[name] {
			c, is := rr.(*dns.CNAME)
			if rr.Header().Rrtype == q.Type || is {
				r.Answer = append(r.Answer, rr)
			}
			if is && q.Type != dns.TypeCNAME {
				alias = bare(c.Target)
			}
		}
		if alias == "" {
			break
		}
		name = alias
	}
	if !f.exists(name) {
		r.Rcode = dns.RcodeNameError
		for _, zone := range parents(name) {
			r.Ns = append(r.Ns, f.head(zone)...)
		}
	}
	return r
}

// head returns the SOA of a zone, if it has one.
func (f *fakeDNS) head(zone string) (rrs []dns.RR) {
	for _, rr := range f.rrs[zone] {
		if rr.Header().Rrtype == dns.TypeSOA {
			rrs = append(rrs, rr)
		}
	}
	return rrs
}

func (f *fakeDNS) exists(name string) bool {
	for n := range maps.Keys(f.rrs) {
		if n == name || strings.HasSuffix(n, "."+name) {
			return true
		}
	}
	return false
}

// A reading is what a collector said, one line for each observation:
// "subject predicate object value", "not" before what it denies.
type reading struct {
	lines []string
	seen  []pipeline.Observation
	err   error
}

type collect func(context.Context, lookup, pipeline.Entity, collectors.Emit) error

func read(t *testing.T, entry collectors.Entry, c collect, f *fakeDNS, subject string) reading {
	t.Helper()
	e, err := pipeline.ParseEntity(subject)
	if err != nil {
		t.Fatal(err)
	}
	var out reading
	out.err = c(t.Context(), f.lookup, e, func(o pipeline.Observation) {
		t.Helper()
		if o.Subject.IsZero() {
			o.Subject = e
		}
		if err := pipeline.CheckRelation(&o); err != nil {
			t.Errorf("%s: %v", o.Predicate, err)
		}
		if !slices.Contains(entry.Spec.Produces, o.Predicate) {
			t.Errorf("%s is not in the Spec's Produces", o.Predicate)
		}
		if len(o.Exchanges) == 0 {
			t.Errorf("%s rests on no exchange", o.Predicate)
		}
		out.lines = append(out.lines, line(o))
		out.seen = append(out.seen, o)
	})
	if f.trips > 4 {
		t.Errorf("%d round trips, want at most 4", f.trips)
	}
	if n := len(f.asked); n > entry.Spec.Ceiling.Requests {
		t.Errorf("%d questions, the Spec says at most %d", n, entry.Spec.Ceiling.Requests)
	}
	return out
}

func line(o pipeline.Observation) string {
	parts := []string{o.Subject.Value, string(o.Predicate)}
	if o.Denies {
		parts = append([]string{"not"}, parts...)
	}
	if o.Object != nil {
		parts = append(parts, o.Object.String())
	}
	switch v := o.Value.(type) {
	case nil:
	case map[string]any:
		b, _ := json.Marshal(v)
		parts = append(parts, string(b))
	default:
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, " ")
}

func (r reading) wants(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(r.lines, w) {
			t.Errorf("missing: %s", w)
		}
	}
	if t.Failed() {
		t.Logf("said:\n%s", strings.Join(r.lines, "\n"))
	}
}

// only checks that exactly these lines have a predicate.
func (r reading) only(t *testing.T, p pipeline.Predicate, want ...string) {
	t.Helper()
	var got []string
	for i, o := range r.seen {
		if o.Predicate == p {
			got = append(got, r.lines[i])
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot  %s\nwant %s", p, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func outcome(err error) pipeline.Outcome {
	if err == nil {
		return pipeline.OK
	}
	if f, ok := err.(*pipeline.Failure); ok {
		return f.Outcome
	}
	return pipeline.Malformed
}
