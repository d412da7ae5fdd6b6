package infrastructure

import (
	"slices"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline"
)

// A chain is what one task has learned of DNS with signatures and proofs. The
// resolver judges nothing for it (CD), and it judges by the trust anchors.
type chain struct {
	*zone
	anchors dnssec.Anchors
	now     time.Time
	used    []pipeline.ExchangeID // that the last judgement took
}

func newChain(ask lookup, anchors dnssec.Anchors, now time.Time) *chain {
	return &chain{zone: newZone(ask), anchors: anchors, now: now}
}

// judge begins a judgement: what it takes is noted anew.
func (c *chain) judge() *dnssec.Validator {
	c.used = nil
	return &dnssec.Validator{Anchors: c.anchors, Now: c.now, Get: c.answer}
}

// signed makes a question for each type at a name, with what proves the
// answers.
func signed(name string, types ...uint16) []collectors.Question {
	qs := at(name, types...)
	for i := range qs {
		qs[i].DO, qs[i].CD = true, true
	}
	return qs
}

// links makes the questions that judge the zones that names lie in.
func links(names ...string) (qs []collectors.Question) {
	for _, n := range names {
		for _, q := range dnssec.Questions(n) {
			qs = append(qs, signed(plain(q.Name), q.Qtype)...)
		}
	}
	return qs
}

// plain is a name as questions have it: the root is a dot.
func plain(name string) string {
	if name == "." {
		return name
	}
	return bare(name)
}

// reply returns the reply to a question put with signatures, or nil.
func (c *chain) reply(name string, t uint16) *collectors.Reply {
	return c.replies[signed(plain(name), t)[0]]
}

// answer is what the validator is handed. What it takes is noted.
func (c *chain) answer(name string, t uint16) *dnssec.Answer {
	r := c.reply(name, t)
	if r == nil {
		return nil
	}
	if !slices.Contains(c.used, r.Exchange) {
		c.used = append(c.used, r.Exchange)
	}
	return &dnssec.Answer{Name: dns.Fqdn(r.Name), Type: r.Type, Rcode: r.Rcode, Answer: r.Answer, Ns: r.Ns}
}

// weigh judges a reply and returns what that rests on.
func (c *chain) weigh(r *collectors.Reply) (dnssec.Verdict, []pipeline.ExchangeID) {
	judge := c.judge()
	return judge.Judge(c.answer(r.Name, r.Type)), c.used
}

// unseen is the failure of a task that could not see what would tell.
func (c *chain) unseen(v dnssec.Verdict) error {
	if c.cause != nil && c.told == 0 {
		return c.cause
	}
	return pipeline.Fail(pipeline.Unreachable, "the chain of trust could not be followed at "+v.Zone+": "+v.Reason)
}
