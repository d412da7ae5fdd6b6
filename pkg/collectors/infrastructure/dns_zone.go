package infrastructure

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// dnsSource is the source of every collector that asks the resolvers about
// somebody's own zone. Who runs them, and where, the operator decides.
func dnsSource() pipeline.Source {
	return pipeline.Source{
		Name: "dns", Family: "dns", Commercial: pipeline.Yes, Verified: "2026-11-23",
		Slots: 32, TTL: 5 * time.Minute, Class: pipeline.BusinessDirectory, // whom it names is there to be reached about the zone
	}
}

// A lookup puts questions all at once, as [collectors.View.Lookup] does.
type lookup func(ctx context.Context, qs ...collectors.Question) ([]*collectors.Reply, error)

// A zone is what one task has learned of DNS: each question put once, with
// its reply, and those that came to nothing.
type zone struct {
	lookup  lookup
	replies map[collectors.Question]*collectors.Reply // nil if it came to nothing
	failed  []string                                  // "name TYPE: why", in the order asked
	cause   *pipeline.Failure                         // why the first silent question was silent
	told    int                                       // replies that told something
	mute    atomic.Bool                               // nothing was said of it: see [zone.hear]
}

func newZone(l lookup) *zone {
	return &zone{lookup: l, replies: map[collectors.Question]*collectors.Reply{}}
}

// ask puts the questions that were not put before, in one round trip. Its
// error ends the task; questions that come to nothing are kept for [zone.end].
func (z *zone) ask(ctx context.Context, qs ...collectors.Question) error {
	var fresh []collectors.Question
	for _, q := range qs {
		if _, asked := z.replies[q]; !asked {
			z.replies[q] = nil
			fresh = append(fresh, q)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	replies, err := z.lookup(ctx, fresh...)
	var why *pipeline.Failure
	if err != nil && (!errors.As(err, &why) || ctx.Err() != nil) {
		return err
	}
	if z.cause == nil {
		z.cause = why
	}
	for i, q := range fresh {
		var r *collectors.Reply
		if i < len(replies) {
			r = replies[i]
		}
		switch {
		case r == nil:
			z.failed = append(z.failed, fmt.Sprintf("%s %s: no answer", q.Name, dns.Type(q.Type)))
		case r.Failed():
			z.failed = append(z.failed, fmt.Sprintf("%s %s: %s", q.Name, dns.Type(q.Type), dns.RcodeToString[r.Rcode]))
		default:
			z.replies[q] = r
			z.told++
		}
	}
	return nil
}

// get returns the reply to a question: records or a denial. It is nil if the
// question was not put or told nothing, which is no denial.
func (z *zone) get(name string, t uint16) *collectors.Reply {
	return z.replies[collectors.Question{Name: name, Type: t}]
}

// hear lets [zone.end] know whether anything is emitted: a task that says
// nothing was not answered in part, whatever it was told on the way.
func (z *zone) hear(emit collectors.Emit) collectors.Emit {
	z.mute.Store(true)
	return func(o pipeline.Observation) {
		z.mute.Store(false)
		emit(o)
	}
}

// end returns nil if every question was answered, and else what the task's
// outcome is.
func (z *zone) end() error {
	switch {
	case len(z.failed) == 0:
		return nil
	case z.told > 0 && !z.mute.Load():
		return pipeline.Fail(pipeline.Partial, listing(z.failed))
	case z.told == 0 && z.cause != nil:
		return z.cause
	}
	return pipeline.Fail(pipeline.Unreachable, listing(z.failed))
}

func listing(failed []string) string {
	if n := len(failed); n > 5 {
		return strings.Join(failed[:5], "; ") + fmt.Sprintf("; and %d more", n-5)
	}
	return strings.Join(failed, "; ")
}

// at makes a question for each type at a name.
func at(name string, types ...uint16) []collectors.Question {
	qs := make([]collectors.Question, len(types))
	for i, t := range types {
		qs[i] = collectors.Question{Name: name, Type: t}
	}
	return qs
}

// proof returns the exchanges of replies.
func proof(replies ...*collectors.Reply) []pipeline.ExchangeID {
	ids := make([]pipeline.ExchangeID, 0, len(replies))
	for _, r := range replies {
		if r != nil {
			ids = append(ids, r.Exchange)
		}
	}
	return ids
}

// parents returns the names above a name, without the root: example.co.uk
// has co.uk and uk.
func parents(name string) []string {
	var out []string
	for {
		_, up, ok := strings.Cut(name, ".")
		if !ok {
			return out
		}
		out = append(out, up)
		name = up
	}
}

// bare returns a name as the resolvers' replies are asked for: lower case, no
// trailing dot.
func bare(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// texts returns the TXT records of a reply, the strings of each joined.
func texts(r *collectors.Reply) []string {
	if r == nil {
		return nil
	}
	var out []string
	for _, rr := range r.Records() {
		if t, ok := rr.(*dns.TXT); ok {
			out = append(out, unescape(strings.Join(t.Txt, "")))
		}
	}
	return out
}

// unescape undoes the escapes of a text as the DNS library presents it (\"
// and \123) and returns valid UTF-8.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c != '\\' || i+1 == len(s):
		case i+3 < len(s) && digits(s[i+1:i+4]):
			c = (s[i+1]-'0')*100 + (s[i+2]-'0')*10 + s[i+3] - '0'
			i += 3
		default:
			i++
			c = s[i]
		}
		b = append(b, c)
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// tags reads a list such as "v=DKIM1; k=rsa; p=…": names in lower case,
// values trimmed, in order of the first of each name.
func tags(s string) (order []string, values map[string]string) {
	values = map[string]string{}
	for part := range strings.SplitSeq(s, ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !ok || name == "" {
			continue
		}
		if _, twice := values[name]; !twice {
			order = append(order, name)
			values[name] = strings.TrimSpace(value)
		}
	}
	return order, values
}
