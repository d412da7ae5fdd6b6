package threat

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// spamhaus asks the zones of Spamhaus about an address or a name. Its silence
// counts only where the zone lists what it must list.
func spamhaus() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "spamhaus", Title: "Is it on the block lists of Spamhaus (ZEN, DBL)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP, pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "spamhaus", Grade: "B2",
			Source: pipeline.Source{
				Name: "spamhaus", Family: "dnsbl", Base: "spamhaus.org", Country: "GB",
				Terms: "https://www.spamhaus.org/blocklists/dnsbl-fair-use-policy/", Commercial: pipeline.Contract, Verified: "2026-11-23",
				Slots: 4, Interval: 50 * time.Millisecond, TTL: time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP, pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 3}, // the trial, the question, and why
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			z, err := spamhausZone(subject)
			if err != nil {
				return err
			}
			return z.ask(ctx, net, emit)
		},
	}
}

// A blockZone is a zone of Spamhaus, and what is asked of it.
type blockZone struct {
	list  string // the whole of it
	name  string // to be asked
	trial string // a name that must be listed
	code  string // with which
	codes map[string]blockCode
}

// A blockCode is what an address that a zone answers with stands for.
type blockCode struct{ list, what string }

var zenCodes = map[string]blockCode{
	"127.0.0.2": {"Spamhaus SBL", "spam"}, "127.0.0.3": {"Spamhaus CSS", "spam"},
	"127.0.0.4": {"Spamhaus XBL", "exploited"}, "127.0.0.5": {"Spamhaus XBL", "exploited"},
	"127.0.0.6": {"Spamhaus XBL", "exploited"}, "127.0.0.7": {"Spamhaus XBL", "exploited"},
	"127.0.0.9":  {"Spamhaus DROP", "hijacked"},
	"127.0.0.10": {"Spamhaus PBL", "policy"}, "127.0.0.11": {"Spamhaus PBL", "policy"}, // end users, who send no mail themselves
	"127.0.0.30": {"Spamhaus BCL", "c2"},
}

var dblCodes = map[string]blockCode{
	"127.0.1.2": {"Spamhaus DBL", "spam"}, "127.0.1.4": {"Spamhaus DBL", "phishing"},
	"127.0.1.5": {"Spamhaus DBL", "malware"}, "127.0.1.6": {"Spamhaus DBL", "c2"},
	"127.0.1.102": {"Spamhaus DBL", "exploited"}, "127.0.1.103": {"Spamhaus DBL", "exploited"}, // honest ones that are abused
	"127.0.1.104": {"Spamhaus DBL", "phishing"}, "127.0.1.105": {"Spamhaus DBL", "malware"}, "127.0.1.106": {"Spamhaus DBL", "c2"},
}

// spamhausZone says which zone is asked about an entity, and for what.
func spamhausZone(e pipeline.Entity) (blockZone, error) {
	if e.Kind.IsName() {
		label, err := labelIn("dbl.spamhaus.org", e)
		return blockZone{"Spamhaus DBL", label + ".dbl.spamhaus.org", "dbltest.com.dbl.spamhaus.org", "127.0.1.2", dblCodes}, err
	}
	label, err := labelIn("zen.spamhaus.org", e)
	if err != nil {
		return blockZone{}, err
	}
	return blockZone{"Spamhaus ZEN", label + ".zen.spamhaus.org", "2.0.0.127.zen.spamhaus.org", "127.0.0.2", zenCodes}, nil
}

// ask puts the question beside the trial, and asks for the reason if there is
// a listing.
func (z blockZone) ask(ctx context.Context, net *collectors.View, emit collectors.Emit) error {
	replies, err := net.Lookup(ctx, collectors.Question{Name: z.trial, Type: dns.TypeA}, collectors.Question{Name: z.name, Type: dns.TypeA})
	if err != nil {
		return wholeOr(err, "")
	}
	for i, r := range replies {
		if r.Failed() {
			return pipeline.Fail(pipeline.Unreachable, "the zone answered "+dns.RcodeToString[r.Rcode])
		}
		if err := refusal(r); err != nil {
			return err
		}
		if i == 0 && !slices.Contains(blockCodes(r), z.code) {
			return pipeline.Fail(pipeline.Malformed, "the zone does not list what it must list, so that its silence says nothing")
		}
	}
	proof := []pipeline.ExchangeID{replies[0].Exchange, replies[1].Exchange}
	if replies[1].Denied() {
		emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": z.list, "for": "spam"}, Exchanges: proof})
		return nil
	}
	return z.tell(ctx, net, replies[1], proof, emit)
}

// tell says what the codes of a listing mean. A code of which nothing is known
// is no listing, and no absence of one.
func (z blockZone) tell(ctx context.Context, net *collectors.View, r *collectors.Reply, proof []pipeline.ExchangeID, emit collectors.Emit) error {
	known, strange := []string{}, 0
	for _, a := range blockCodes(r) {
		if _, ok := z.codes[a]; ok {
			known = append(known, a)
		} else {
			strange++
		}
	}
	if len(known) == 0 {
		return pipeline.Fail(pipeline.Malformed, "the zone answered with what is none of its codes")
	}
	why, err := net.Lookup(ctx, collectors.Question{Name: z.name, Type: dns.TypeTXT})
	reference := ""
	if err == nil {
		reference, proof = blockReference(why[0]), append(proof, why[0].Exchange)
	}
	for _, a := range known {
		value := map[string]any{"list": z.codes[a].list, "for": z.codes[a].what, "code": a}
		if reference != "" {
			value["reference"] = reference
		}
		emit(pipeline.Observation{Predicate: "listed-by", Value: value, Exchanges: proof})
	}
	if strange > 0 {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("the zone answered with %d codes of which nothing is known", strange))
	}
	return nil
}

// refusal is the failure that a zone tells of by its code; nil if it tells none.
func refusal(r *collectors.Reply) error {
	for _, a := range blockCodes(r) {
		switch {
		case a == "127.255.255.254":
			return pipeline.Fail(pipeline.Blocked, "spamhaus answers nobody who asks through a public resolver; name one of your own with --resolver")
		case a == "127.255.255.255":
			return pipeline.Fail(pipeline.RateLimited, "spamhaus was asked too much by way of this resolver")
		case strings.HasPrefix(a, "127.255.") || a == "127.0.1.255":
			return pipeline.Fail(pipeline.Malformed, "the zone answered with an error code: it did not understand the question")
		case !strings.HasPrefix(a, "127.0."):
			return pipeline.Fail(pipeline.Malformed, "the answer is none of the zone's codes: the resolver may put its own in the place of others")
		}
	}
	return nil
}

// blockReference returns the page about a listing, if the zone names one of
// Spamhaus's own.
func blockReference(r *collectors.Reply) string {
	for _, rr := range r.Records() {
		if t, ok := rr.(*dns.TXT); ok {
			if s := strings.Join(t.Txt, ""); strings.HasPrefix(s, "https://www.spamhaus.org/") || strings.HasPrefix(s, "https://check.spamhaus.org/") {
				return strings.ToValidUTF8(s[:min(len(s), 300)], "")
			}
		}
	}
	return ""
}
