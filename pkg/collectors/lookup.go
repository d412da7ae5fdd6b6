package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// Lookup puts questions to the resolvers, all at once, and returns their
// replies in the order asked. A question that got no answer has a nil reply;
// the error is then a Failure, Partial if others were answered.
//
// Replies of a service with a zone of its own serve again, in this process
// only, for the source's TTL or their own if that is shorter. What is asked of
// anybody's zone is a measurement of ours, and is asked anew.
func (v *View) Lookup(ctx context.Context, qs ...Question) ([]*Reply, error) {
	l := &lookup{v: v, replies: make([]*Reply, len(qs))}
	every := make([]int, len(qs))
	for i, q := range qs {
		every[i] = i
		l.qs = append(l.qs, q.canonical())
	}
	defer l.leave()
	waits := l.sort(ctx, every, true)
	l.ask(ctx)
	l.leave() // before waiting: whom we wait for may wait for us
	for _, i := range waits {
		if err := v.net.cache.wait(ctx, l.key(i)); err != nil {
			l.fail(err)
		}
	}
	l.sort(ctx, waits, false)
	l.ask(ctx)
	return l.replies, partial(l.failed, l.replies)
}

// bareName returns a name as records have it: lower case, no trailing dot. The
// root is ".".
func bareName(name string) string {
	return cmp.Or(strings.ToLower(strings.TrimSuffix(name, ".")), ".")
}

// known returns the reply to a question that was answered before: in an
// earlier attempt of the task, or to somebody else and not long ago.
func (v *View) known(q Question) (*Reply, error) {
	asked := v.dnsQuestion(q)
	if x, body, ok := v.recall(asked); ok {
		return reply(x, q, body)
	}
	prefix, ok := v.dnsShelf()
	if !ok {
		return nil, nil
	}
	k := v.net.cache.get(prefix+dnsKey(q), false)
	if !k.fresh(v.net.now(), v.spec.Source.TTL) {
		return nil, nil
	}
	x := v.dnsExchange(q, k.At)
	x.Cached, x.Status, x.Outcome = true, k.Status, pipeline.OK
	x, err := v.record(x, k.Body)
	if err != nil {
		return nil, err
	}
	v.weigh(len(k.Body))
	return reply(x, q, k.Body)
}

// learn keeps a reply for whoever asks the same.
func (v *View) learn(q Question, x pipeline.Exchange, r resolver.Result) {
	prefix, ok := v.dnsShelf()
	if !ok || x.Excess != nil || r.Msg.Rcode != dns.RcodeSuccess && r.Msg.Rcode != dns.RcodeNameError {
		return
	}
	v.net.cache.put(prefix+dnsKey(q), &kept{At: x.At, Life: life(r.Msg), Status: r.Msg.Rcode, Body: r.Wire}, false, 0)
}

func (v *View) dnsShelf() (prefix string, ok bool) {
	prefix, _, ok = v.shelf()
	return prefix, ok && v.spec.Source.TTL > 0 && v.spec.Source.Base != ""
}

func dnsKey(q Question) string { return "dns\x00" + strings.Join(q.parts(), "\x00") }

// life is how long a message holds: its shortest record, and of a denial what
// the zone's head says.
func life(m *dns.Msg) time.Duration {
	shortest := uint32(3600)
	for _, rr := range slices.Concat(m.Answer, m.Ns) {
		shortest = min(shortest, rr.Header().Ttl)
		if soa, ok := rr.(*dns.SOA); ok {
			shortest = min(shortest, soa.Minttl)
		}
	}
	return max(time.Duration(shortest)*time.Second, time.Second)
}

func (v *View) dnsQuestion(q Question) string {
	return v.digest(append([]string{"dns"}, q.parts()...)...)
}

// dnsExchange begins the record of one question.
func (v *View) dnsExchange(q Question, at time.Time) pipeline.Exchange {
	name, rest := q.Name, strings.Join(q.parts()[1:], "&")
	if v.task.Subject.Personal() {
		name = "…"
	}
	return pipeline.Exchange{Operation: "query", Question: v.dnsQuestion(q), At: at, Locator: "dns:" + name + "?type=" + rest}
}

// answered records what came of one question.
func (v *View) answered(ctx context.Context, q Question, r resolver.Result, began time.Time) (*Reply, error) {
	x := v.dnsExchange(q, began)
	x.Elapsed = r.Elapsed
	failed := failure(ctx, r.Err)
	x.Outcome, x.Error = outcome(failed)
	if failed == nil {
		x.Status, x.Detail = r.Msg.Rcode, detail("resolver", r)
	}
	x, err := v.record(x, r.Wire)
	if err != nil || failed != nil {
		return nil, cmp.Or(err, failed)
	}
	v.weigh(len(r.Wire))
	v.learn(q, x, r)
	return fromMsg(x, q, r.Msg), nil
}

func detail(who string, r resolver.Result) string {
	d := who + " " + r.Server.String()
	if r.TCP {
		d += ", over TCP"
	}
	if r.Tries > 1 {
		d += fmt.Sprintf(", put %d times", r.Tries)
	}
	for _, e := range extended(r.Msg) {
		d += ", extended error " + e
	}
	return d
}

// extended returns the errors that a resolver names beside its code
// (RFC 8914): number and meaning, not the free text, which is anybody's.
func extended(m *dns.Msg) (errors []string) {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	for _, o := range opt.Option {
		if e, ok := o.(*dns.EDNS0_EDE); ok {
			errors = append(errors, strings.TrimSpace(fmt.Sprint(e.InfoCode, " ", strings.ToLower(dns.ExtendedErrorCodeToString[e.InfoCode]))))
		}
	}
	return errors
}

// reply reads an answer back from its wire form.
func reply(x pipeline.Exchange, q Question, wire []byte) (*Reply, error) {
	m := new(dns.Msg)
	if err := m.Unpack(wire); err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded answer: "+err.Error())
	}
	return fromMsg(x, q, m), nil
}

func fromMsg(x pipeline.Exchange, q Question, m *dns.Msg) *Reply {
	return &Reply{Exchange: x.ID, Name: q.Name, Type: q.Type, Rcode: m.Rcode, AD: m.AuthenticatedData, AA: m.Authoritative, RA: m.RecursionAvailable,
		Answer: m.Answer, Ns: m.Ns, Extra: m.Extra, Extended: extended(m), At: x.At}
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
	o, reason := outcome(err)
	for _, r := range replies {
		if r != nil && o != pipeline.Cancelled {
			return pipeline.Fail(pipeline.Partial, reason)
		}
	}
	return pipeline.Fail(o, reason)
}
