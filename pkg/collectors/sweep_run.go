package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// giveUp is how many names are lost in a row before nobody is taken to be
// there to answer.
const giveUp = 500

// An engine is what a sweep needs of a resolver: see [resolver.Resolver.Each].
type engine interface {
	Each(ctx context.Context, next func() (resolver.Question, bool), done func(resolver.Question, resolver.Result)) error
}

// A sweep is one at work. All of it happens on one goroutine: the engine calls
// next and done on its caller's.
type sweep struct {
	Swept
	words *words
	most  int // names
	ended bool
	ahead []resolver.Question // asked before the next word: probes, second questions
	inRow int                 // names lost in a row
	err   error               // why the first question was lost
	wrong error               // why the list can't be used
	judge
}

func newSweep(zone string, list *WordList, w *words, most int) *sweep {
	return &sweep{Swept: Swept{Zone: zone, List: list.Ref, Outcomes: map[string]int{}, Probes: []Probe{}, Found: []SweptName{}},
		words: w, most: most, judge: newJudge()}
}

// run tries all names, unless ctx ends first, and settles what was held. Its
// error is a Failure: there was no answer at all, the list is not what it was,
// or the run ended.
func (s *sweep) run(ctx context.Context, e engine) error {
	limited, stop := mostOf(ctx)
	defer stop()
	s.picture(place{s.Zone, dns.TypeA})
	err := e.Each(limited, s.nextAhead, s.done) // the first picture, before any name
	if err == nil && !s.answered() {
		return failure(ctx, cmp.Or(s.err, error(pipeline.Fail(pipeline.Unreachable,
			fmt.Sprintf("names below %s are answered with %s", s.Zone, s.Probes[0].Outcome)))))
	}
	for err == nil && (!s.ended || len(s.ahead) > 0) {
		err = e.Each(limited, s.next, s.done)
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled), err != nil && s.Tried == 0:
		return failure(ctx, err)
	case s.wrong != nil:
		return pipeline.Fail(pipeline.Malformed, s.wrong.Error())
	}
	s.settle()
	return nil
}

// mostOf leaves a task a tenth of its time, to tell what it knows.
func mostOf(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)*9/10)
}

// answered reports whether a probe was.
func (s *sweep) answered() bool {
	for _, p := range s.Probes {
		if told[p.Outcome] {
			return true
		}
	}
	return false
}

func (s *sweep) nextAhead() (q resolver.Question, ok bool) {
	if len(s.ahead) == 0 {
		return q, false
	}
	q, s.ahead = s.ahead[0], s.ahead[1:]
	return q, true
}

// next is what stands ahead, else the next word.
func (s *sweep) next() (resolver.Question, bool) {
	if q, ok := s.nextAhead(); ok {
		return q, true
	}
	for !s.ended {
		if s.Tried >= s.most || s.inRow >= giveUp {
			s.ended = true
			break
		}
		word, err := s.words.next()
		switch {
		case err != nil:
			s.ended, s.wrong = true, s.whole(err)
		case len(word)+1+len(s.Zone) > 253:
			s.TooLong++
		default:
			s.Tried++
			return resolver.Question{Name: word + "." + s.Zone, Type: dns.TypeA}, true
		}
	}
	return resolver.Question{}, false
}

// whole says what is wrong with a list that was read to its end.
func (s *sweep) whole(err error) error {
	switch {
	case err != io.EOF:
		return err
	case s.words.digest() != s.List.SHA256:
		return errors.New("the word list was changed while it was read")
	}
	return nil
}

// done takes one answer. A name that has no A is asked for AAAA; it is one
// name all the same, and lost if that is.
func (s *sweep) done(q resolver.Question, r resolver.Result) {
	chain, what := said(q, r)
	s.err = cmp.Or(s.err, r.Err)
	switch p := s.probes[q]; {
	case p != nil:
		s.probed(p, q, chain, what)
		return
	case q.Type == dns.TypeA:
		s.Outcomes[what]++
		if s.inRow++; told[what] {
			s.inRow = 0
		}
	case !told[what]:
		s.Outcomes["nodata"]--
		s.Outcomes[what]++
	case what != "answered": // it is there, without an address: A has said so
		s.consider(place{parentOf(q.Name), dns.TypeA}, SweptName{Name: q.Name})
	}
	switch {
	case what == "answered":
		s.consider(place{parentOf(q.Name), q.Type}, SweptName{Name: q.Name, Records: present(chain)})
	case what == "nodata" && q.Type == dns.TypeA:
		s.ahead = append(s.ahead, resolver.Question{Name: q.Name, Type: dns.TypeAAAA})
	}
}

// said returns where an answer leads and its outcome in a word. A name that is
// an alias exists, whatever its target does.
func said(q resolver.Question, r resolver.Result) (chain []dns.RR, what string) {
	if r.Err != nil {
		if o, _ := outcome(r.Err); o != pipeline.Cancelled {
			return nil, string(o)
		}
		return nil, string(pipeline.Timeout)
	}
	chain = chainOf(q.Name, r.Msg.Answer)
	switch rc := r.Msg.Rcode; {
	case (rc == dns.RcodeSuccess || rc == dns.RcodeNameError) && len(chain) > 0:
		return chain, "answered"
	case rc == dns.RcodeSuccess:
		return nil, "nodata"
	case rc == dns.RcodeNameError:
		return nil, "nxdomain"
	default:
		return nil, cmp.Or(strings.ToLower(dns.RcodeToString[rc]), "unknown code")
	}
}

// present returns records in presentation format.
func present(rrs []dns.RR) (out []string) {
	for _, rr := range rrs {
		out = append(out, rr.String())
	}
	return out
}

// parentOf returns a name without its first label.
func parentOf(name string) string {
	_, up, _ := strings.Cut(name, ".")
	return up
}
