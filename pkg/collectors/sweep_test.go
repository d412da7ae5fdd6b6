package collectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
	"pgregory.net/rapid"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// A zoneOf is an engine that answers from a function: records in presentation
// format, or an outcome such as "NXDOMAIN". Answers come in any order.
type zoneOf struct {
	answer func(name, qtype string) []string
	window int
	rand   *rand.Rand
	asked  int
}

func (z *zoneOf) Each(ctx context.Context, next func() (resolver.Question, bool), done func(resolver.Question, resolver.Result)) error {
	var out []resolver.Question
	for more := true; more || len(out) > 0; {
		for more && len(out) < z.window {
			q, ok := next()
			if more = ok; !ok {
				break
			}
			out = append(out, q)
			z.asked++
		}
		if len(out) == 0 {
			continue
		}
		i := z.rand.IntN(len(out))
		q := out[i]
		out = slices.Delete(out, i, i+1)
		done(q, z.result(q))
	}
	return ctx.Err()
}

func (z *zoneOf) result(q resolver.Question) resolver.Result {
	m := new(dns.Msg).SetQuestion(q.Name+".", q.Type)
	for _, text := range z.answer(q.Name, dns.Type(q.Type).String()) {
		if rcode, ok := dns.StringToRcode[text]; ok {
			m.Rcode = rcode
			continue
		}
		if text == "silence" {
			return resolver.Result{Err: fmt.Errorf("%s: %w", q, resolver.ErrTimeout)}
		}
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	return resolver.Result{Msg: m}
}

// A tester is a *testing.T or a *rapid.T.
type tester interface {
	Context() context.Context
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Helper()
}

// listOf returns a list of names, given as a file would have them.
func listOf(t tester, names ...string) *WordList {
	text := strings.Join(names, "\n")
	l, err := newWordList("list.txt", func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// try sweeps a list below corp.example.
func (z *zoneOf) try(t tester, l *WordList) (*Swept, error) {
	w, err := l.read()
	if err != nil {
		t.Fatal(err)
	}
	if z.window == 0 {
		z.window = 16
	}
	if z.rand == nil {
		z.rand = rand.New(rand.NewPCG(1, 2))
	}
	s := newSweep("corp.example", l, w, 1_000_000)
	return &s.Swept, s.run(t.Context(), z)
}

// names returns the finds, below the zone.
func (s *Swept) names() (out []string) {
	for _, n := range s.Found {
		out = append(out, strings.TrimSuffix(n.Name, ".corp.example"))
	}
	return out
}

// TestSweep is the manual of what counts as found.
func TestSweep(t *testing.T) {
	a := func(name, addr string) string { return name + ". 60 IN A " + addr }
	below := func(name, up string) bool { return parentOf(name) == up }
	for _, c := range []struct {
		name   string
		zone   func(name, qtype string) []string
		words  []string
		found  []string
		counts string
	}{
		{"names that are there, and that are not", func(n, q string) []string {
			if n == "www.corp.example" && q == "A" {
				return []string{a(n, "192.0.2.1")}
			}
			return []string{"NXDOMAIN"}
		}, []string{"www", "mail"}, []string{"www"}, "2 names tried, 1 found, 1 do not exist"},
		{"without an address", func(n, q string) []string {
			if n == "txt.corp.example" {
				return nil
			}
			return []string{"NXDOMAIN"}
		}, []string{"txt", "mail"}, []string{"txt"}, "2 names tried, 1 found, 1 do not exist"},
		{"IPv6 only", func(n, q string) []string {
			switch {
			case n != "six.corp.example":
				return []string{"NXDOMAIN"}
			case q == "AAAA":
				return []string{n + ". 60 IN AAAA 2001:db8::1"}
			}
			return nil
		}, []string{"six"}, []string{"six"}, "1 names tried, 1 found"},
		{"an alias of something that is gone", func(n, q string) []string {
			if n == "old.corp.example" {
				return []string{n + ". 60 IN CNAME gone.host.example.", "NXDOMAIN"}
			}
			return []string{"NXDOMAIN"}
		}, []string{"old"}, []string{"old"}, "1 names tried, 1 found"},
		{"a wildcard, and a name beside it", func(n, q string) []string {
			switch {
			case q != "A":
				return nil
			case n == "www.corp.example":
				return []string{a(n, "192.0.2.1")}
			}
			return []string{a(n, "192.0.2.9")}
		}, []string{"www", "a", "b", "c.d"}, []string{"www"}, "4 names tried, 1 found, 3 answered by a wildcard"},
		{"part of what a wildcard answers", func(n, q string) []string {
			if n == "www.corp.example" {
				return []string{a(n, "192.0.2.9")}
			}
			return []string{a(n, "192.0.2.8"), a(n, "192.0.2.9")}
		}, []string{"www"}, nil, "1 names tried, 0 found, 1 answered by a wildcard"},
		{"a wildcard on one level", func(n, q string) []string {
			switch {
			case n == "dev.corp.example" && q == "A":
				return []string{a(n, "192.0.2.2")}
			case n == "own.dev.corp.example" && q == "A":
				return []string{a(n, "192.0.2.3")}
			case below(n, "dev.corp.example") && q == "A":
				return []string{a(n, "192.0.2.2")}
			}
			return []string{"NXDOMAIN"}
		}, []string{"x.dev", "own.dev", "y.dev", "dev", "z"}, []string{"dev", "own.dev"}, "5 names tried, 2 found, 1 do not exist, 2 answered by a wildcard"},
		{"a wildcard that is an alias, to a target that turns", func(n, q string) []string {
			if n == "www.corp.example" {
				return []string{n + ". 60 IN CNAME own.cdn.example.", a("own.cdn.example", "198.51.100.1")}
			}
			return []string{n + ". 60 IN CNAME all.cdn.example.", a("all.cdn.example", fmt.Sprintf("198.51.100.%d", rand.IntN(250)))}
		}, []string{"www", "a", "b", "c"}, []string{"www"}, "4 names tried, 1 found, 3 answered by a wildcard"},
		{"a DNAME over a wildcard: each name has a target of its own", func(n, q string) []string {
			label, _, _ := strings.Cut(n, ".")
			addr := "198.51.100.9"
			if label == "own" {
				addr = "198.51.100.1"
			}
			return []string{n + ". 60 IN CNAME " + label + ".cdn.example.", a(label+".cdn.example", addr)}
		}, []string{"own", "a", "b"}, []string{"own"}, "3 names tried, 1 found, 2 answered by a wildcard"},
		{"a server that denies nothing", func(n, q string) []string {
			if n == "www.corp.example" && q == "A" {
				return []string{a(n, "192.0.2.1")}
			}
			return nil
		}, []string{"www", "a", "b"}, []string{"www"}, "3 names tried, 1 found, 2 answered by a wildcard"},
		{"names lost", func(n, q string) []string {
			switch {
			case n == "a.corp.example":
				return []string{"silence"}
			case n == "b.corp.example":
				return []string{"SERVFAIL"}
			case n == "c.corp.example":
				return []string{"REFUSED"}
			case n == "d.corp.example" && q == "A":
				return nil
			case n == "d.corp.example":
				return []string{"silence"}
			}
			return []string{"NXDOMAIN"}
		}, []string{"a", "b", "c", "d", "e"}, nil, "5 names tried, 0 found, 1 do not exist, 1 lost (refused), 1 lost (servfail), 2 lost (timeout)"},
		{"a parent that can't be judged", func(n, q string) []string {
			switch {
			case n == "www.dev.corp.example":
				return []string{a(n, "192.0.2.1")}
			case below(n, "dev.corp.example"):
				return []string{"SERVFAIL"}
			}
			return []string{"NXDOMAIN"}
		}, []string{"www.dev"}, nil, "1 names tried, 0 found, 1 not told from a wildcard"},
		{"a name in the list twice, and one too long", func(n, q string) []string {
			if n == "www.corp.example" {
				return []string{a(n, "192.0.2.1")}
			}
			return []string{"NXDOMAIN"}
		}, []string{"www", "x", "www", strings.Repeat(strings.Repeat("y", 60)+".", 4) + "z"}, []string{"www"}, "3 names tried, 1 found, 1 do not exist, 1 too long below corp.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			z := &zoneOf{answer: c.zone}
			s, err := z.try(t, listOf(t, c.words...))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.names(); !slices.Equal(got, c.found) || s.String() != c.counts {
				t.Errorf("found %q: %s\nwant  %q: %s", got, s, c.found, c.counts)
			}
			sound(t, s)
		})
	}
}

// sound checks what holds of every sweep: each name counts once, and what is
// recorded is read back as it was.
func sound(t tester, s *Swept) {
	t.Helper()
	sum := 0
	for _, n := range s.Outcomes {
		sum += n
	}
	if sum != s.Tried || s.Tried+s.TooLong+s.Unasked != s.List.Names {
		t.Errorf("%d outcomes of %d tried, %d too long, %d unasked; the list has %d", sum, s.Tried, s.TooLong, s.Unasked, s.List.Names)
	}
	text, err := json.Marshal(s)
	back := &Swept{Exchange: s.Exchange} // it stands in the exchange's own line
	if err != nil || json.Unmarshal(text, back) != nil || !reflect.DeepEqual(s, back) {
		t.Errorf("read back otherwise than recorded: %s", text)
	}
	for _, n := range s.Found {
		if !slices.Equal(present(n.RRs()), n.Records) {
			t.Errorf("records of %s read back otherwise: %q", n.Name, n.Records)
		}
	}
}

func TestSweepOfSilence(t *testing.T) {
	z := &zoneOf{answer: func(string, string) []string { return []string{"silence"} }}
	_, err := z.try(t, listOf(t, "www", "mail"))
	var f *pipeline.Failure
	if !errors.As(err, &f) || f.Outcome != pipeline.Timeout || z.asked > mostProbes {
		t.Errorf("%v after %d questions", err, z.asked)
	}
}

// A resolver that falls silent is not asked the whole list.
func TestSweepGivesUp(t *testing.T) {
	var words []string
	for i := range 5000 {
		words = append(words, fmt.Sprint("w", i))
	}
	z := &zoneOf{}
	z.answer = func(n, _ string) []string {
		if z.asked > 1000 {
			return []string{"silence"}
		}
		return []string{"NXDOMAIN"}
	}
	s, err := z.try(t, listOf(t, words...))
	if err != nil || s.Unasked < 3000 || s.Lost() < giveUp {
		t.Errorf("%v: %s", err, s)
	}
	if err := s.end(); err == nil || !strings.Contains(err.Error(), "not asked") {
		t.Errorf("a sweep cut short ends as %v", err)
	}
	sound(t, s)
}

func TestSweepOfAListThatChanges(t *testing.T) {
	reads := 0
	l, err := newWordList("list.txt", func() (io.ReadCloser, error) {
		reads++
		return io.NopCloser(strings.NewReader(strings.Repeat("www\nmail\n", reads))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	z := &zoneOf{answer: func(string, string) []string { return []string{"NXDOMAIN"} }}
	if _, err := z.try(t, l); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("%v", err)
	}
}

// Whatever a wildcard answers with, and in whatever order answers come: names
// with an answer of their own are found, none that the wildcard makes up is,
// and every name counts once. The wildcard's pool turns from probe to probe,
// and gives names what it likes.
func TestWildcardJudgement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.IntRange(0, 6).Draw(t, "addresses of the wildcard")
		each := rapid.IntRange(1, 3).Draw(t, "addresses in one answer")
		turns := rapid.Bool().Draw(t, "turns")
		window := rapid.IntRange(1, 40).Draw(t, "window")
		seed := rapid.Uint64().Draw(t, "seed")
		own := rapid.SliceOfNDistinct(rapid.IntRange(0, 99), 0, 20, rapid.ID).Draw(t, "names with an answer of their own")
		r, turn := rand.New(rand.NewPCG(seed, 1)), 0
		real := map[string]bool{}
		var words, want []string
		for i := range 100 {
			words = append(words, fmt.Sprint("n", i))
			if slices.Contains(own, i) {
				real[fmt.Sprintf("n%d.corp.example", i)] = true
				want = append(want, fmt.Sprint("n", i))
			}
		}
		z := &zoneOf{window: window, rand: r, answer: func(n, q string) (rrs []string) {
			switch {
			case q != "A":
				return nil
			case real[n]:
				return []string{n + ". 60 IN A 192.0.2.200"}
			case pool == 0:
				return []string{"NXDOMAIN"}
			}
			first := 0
			switch {
			case turns && slices.Contains(words, strings.TrimSuffix(n, ".corp.example")):
				first = r.IntN(pool)
			case turns:
				turn++
				first = turn
			}
			for i := range each {
				rrs = append(rrs, fmt.Sprintf("%s. 60 IN A 192.0.2.%d", n, (first+i)%pool))
			}
			return rrs
		}}
		s, err := z.try(t, listOf(t, words...))
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(want)
		if got := s.names(); !slices.Equal(got, want) {
			t.Fatalf("found %q, want %q: %s", got, want, s)
		}
		if s.Wildcard+len(s.Found)+s.Outcomes["nxdomain"] != 100 || s.Unclear > 0 {
			t.Fatalf("%s", s)
		}
		sound(t, s)
	})
}

// A pool that turns so slowly that the first probes are all alike is seen
// through once a name brings its other address.
func TestSlowlyTurningWildcard(t *testing.T) {
	var words []string
	for i := range 100 {
		words = append(words, fmt.Sprint("n", i))
	}
	turn := 0
	z := &zoneOf{answer: func(n, q string) []string {
		turn++
		return []string{fmt.Sprintf("%s. 60 IN A 192.0.2.%d", n, turn/7%3)}
	}}
	if s, err := z.try(t, listOf(t, words...)); err != nil || len(s.Found) > 0 || s.Wildcard != 100 {
		t.Errorf("%v: %s", err, s)
	}
}

// A pool too large to be seen whole leaves names unclear; it gives none away
// as found.
func TestBoundlessWildcard(t *testing.T) {
	var words []string
	for i := range 300 {
		words = append(words, fmt.Sprint("n", i))
	}
	turn := 0
	z := &zoneOf{answer: func(n, q string) []string {
		turn++
		return []string{fmt.Sprintf("%s. 60 IN A 192.%d.%d.1", n, turn/250, turn%250)}
	}}
	s, err := z.try(t, listOf(t, words...))
	if err != nil || len(s.Found) > 0 || s.Unclear < 290 || s.end() == nil {
		t.Errorf("%v: %s", err, s)
	}
	if len(s.Probes) > mostProbes {
		t.Errorf("%d probes", len(s.Probes))
	}
	sound(t, s)
}

// FuzzSweptNames: whatever records an answer holds, what is recorded of them
// is read back the same, and an answer has one essence.
func FuzzSweptNames(f *testing.F) {
	m := new(dns.Msg).SetQuestion("www.corp.example.", dns.TypeA)
	for _, text := range []string{"www.corp.example. 60 IN CNAME a\\.b\\000.\\\"c.host.example.", "a\\.b\\000.\\\"c.host.example. 60 IN A 192.0.2.1", "www.corp.example. 60 IN AAAA 2001:db8::1"} {
		rr, err := dns.NewRR(text)
		if err != nil {
			f.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
		wire, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		m := new(dns.Msg)
		if m.Unpack(wire) != nil || len(m.Question) == 0 {
			return
		}
		name := bareName(m.Question[0].Name)
		chain := chainOf(name, m.Answer)
		n := SweptName{Name: name, Records: present(chain)}
		if got := present(n.RRs()); !slices.Equal(got, n.Records) {
			t.Fatalf("recorded %q, read back %q", n.Records, got)
		}
		if a, b := essence(name, chain), essence(name, n.RRs()); !slices.Equal(a, b) {
			t.Fatalf("essence %q live, %q read back", a, b)
		}
	})
}

// A pool that answers each question with one of eight addresses by chance is
// seen whole before a name is judged by it.
func TestRandomPool(t *testing.T) {
	var words []string
	for i := range 500 {
		words = append(words, fmt.Sprint("n", i))
	}
	chance := rand.New(rand.NewPCG(3, 4))
	z := &zoneOf{answer: func(n, q string) []string {
		if n == "n77.corp.example" {
			return []string{n + ". 60 IN A 192.0.2.200"}
		}
		return []string{fmt.Sprintf("%s. 60 IN A 192.0.2.%d", n, chance.IntN(8))}
	}}
	s, err := z.try(t, listOf(t, words...))
	if err != nil || s.Wildcard != 499 || !slices.Equal(s.names(), []string{"n77"}) {
		t.Errorf("%v: %s: %q", err, s, s.names())
	}
}

// What a wildcard answers below itself is not probed for each name anew, and
// of more places than a picture is drawn of nothing is claimed.
func TestManyPlaces(t *testing.T) {
	const n = maxPlaces + 50
	var words []string
	for i := range n {
		words = append(words, fmt.Sprintf("www.d%d", i))
	}
	wild := &zoneOf{answer: func(n, q string) []string { return []string{n + ". 60 IN A 192.0.2.1"} }}
	s, err := wild.try(t, listOf(t, words...))
	if err != nil || s.Wildcard != n || wild.asked > n+20*fewProbes {
		t.Errorf("%v: %s, after %d questions", err, s, wild.asked)
	}
	real := &zoneOf{answer: func(n, q string) []string {
		if strings.HasPrefix(n, "www.") {
			return []string{n + ". 60 IN A 192.0.2.1"}
		}
		return []string{"NXDOMAIN"}
	}}
	s, err = real.try(t, listOf(t, words...))
	if err != nil || len(s.Found) != maxPlaces-1 || s.Unclear != n-len(s.Found) {
		t.Errorf("%v: %s", err, s)
	}
}
