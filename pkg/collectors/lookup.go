package collectors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// Lookup puts questions to the resolvers, all at once, and returns their
// replies in the order asked. A question that got no answer has a nil reply;
// the error is then a Failure, Partial if others were answered.
func (v *View) Lookup(ctx context.Context, qs ...Question) ([]*Reply, error) {
	replies := make([]*Reply, len(qs))
	var open []resolver.Question
	var at []int
	var failed error
	for i, q := range qs {
		name := strings.ToLower(strings.TrimSuffix(q.Name, "."))
		if x, body, ok := v.recall(v.dnsQuestion(name, q.Type)); ok {
			replies[i], failed = reply(x, name, q.Type, body)
			continue
		}
		if err := v.take(ctx); err != nil {
			failed = err
			break
		}
		open, at = append(open, resolver.Question{Name: name, Type: q.Type}), append(at, i)
	}
	began := v.net.now()
	for i, r := range v.net.dns.Ask(ctx, open) {
		got, err := v.answered(ctx, open[i], r, began)
		if err != nil {
			failed = err
		}
		replies[at[i]] = got
	}
	return replies, partial(failed, replies)
}

func (v *View) dnsQuestion(name string, t uint16) string {
	return v.digest("dns", name, dns.TypeToString[t])
}

// answered records what came of one question.
func (v *View) answered(ctx context.Context, q resolver.Question, r resolver.Result, began time.Time) (*Reply, error) {
	x := pipeline.Exchange{Operation: "query", Question: v.dnsQuestion(q.Name, q.Type), At: began, Elapsed: r.Elapsed,
		Locator: fmt.Sprintf("dns:%s?type=%s", q.Name, dns.TypeToString[q.Type])}
	if v.task.Subject.Personal() {
		x.Locator = "dns:…?type=" + dns.TypeToString[q.Type]
	}
	failed := failure(ctx, r.Err)
	x.Outcome, x.Error = outcome(failed)
	if failed == nil {
		x.Status, x.Detail = r.Msg.Rcode, detail(r)
	}
	x, err := v.record(x, r.Wire)
	if err != nil || failed != nil {
		return nil, errors.Join(err, failed)
	}
	if err := v.weigh(len(r.Wire)); err != nil {
		return nil, err
	}
	return fromMsg(x, q.Name, q.Type, r.Msg), nil
}

func detail(r resolver.Result) string {
	d := "resolver " + r.Server.String()
	if r.TCP {
		d += ", over TCP"
	}
	if r.Tries > 1 {
		d += fmt.Sprintf(", put %d times", r.Tries)
	}
	return d
}

// reply reads an answer back from its wire form.
func reply(x pipeline.Exchange, name string, t uint16, wire []byte) (*Reply, error) {
	m := new(dns.Msg)
	if err := m.Unpack(wire); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded answer: "+err.Error())
	}
	return fromMsg(x, name, t, m), nil
}

func fromMsg(x pipeline.Exchange, name string, t uint16, m *dns.Msg) *Reply {
	return &Reply{Exchange: x.ID, Name: name, Type: t, Rcode: m.Rcode, AD: m.AuthenticatedData, Answer: m.Answer, Ns: m.Ns, At: x.At}
}

// partial turns a failure into Partial if something was answered all the
// same.
func partial(err error, replies []*Reply) error {
	if err == nil {
		return nil
	}
	var broken *pipeline.Broken
	if errors.As(err, &broken) {
		return err
	}
	var f *pipeline.Failure
	errors.As(failure(context.Background(), err), &f)
	for _, r := range replies {
		if r != nil && f.Outcome != pipeline.Cancelled {
			return pipeline.Fail(pipeline.Partial, f.Reason)
		}
	}
	return f
}
