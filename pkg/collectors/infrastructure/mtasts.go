package infrastructure

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// mtaSTS fetches the policy that a domain promises by its record below
// _mta-sts, as a sender of mail would (RFC 8461): from the host mta-sts, over
// HTTPS under a certificate for that name, without a redirect. A domain that
// promises none is not asked.
func mtaSTS() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "mta-sts", Title: "MTA-STS policy of the subject's own web server", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"mta-sts-policy"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active,
			Source:   ownServers(),
			Sends:    []pipeline.Kind{pipeline.KindDomain},
			Grade:    pipeline.Own,
			Origin:   "subject",
			Ceiling:  pipeline.Ceiling{Requests: 5, Bytes: 1 << 20},
			Timeout:  25 * time.Second,
		},
		Collect: readSTS,
	}
}

// maxSTS is how long a policy may be, in bytes: RFC 8461, 3.3 proposes it.
const maxSTS = 64 << 10

func readSTS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	z, name := newZone(net.Lookup), subject.Value
	emit = z.hear(emit)
	host := "mta-sts." + name
	qs := append(at("_mta-sts."+name, dns.TypeTXT), at(name, dns.TypeMX)...)
	if err := z.ask(ctx, append(qs, at(host, dns.TypeA, dns.TypeAAAA)...)...); err != nil {
		return err
	}
	promise := z.get("_mta-sts."+name, dns.TypeTXT)
	if promise == nil {
		return z.end()
	}
	records := versioned(promise, "v=STSv1")
	if len(records) == 0 {
		return nil
	}
	a, aaaa := z.get(host, dns.TypeA), z.get(host, dns.TypeAAAA)
	if a != nil && aaaa != nil && a.Denied() && aaaa.Denied() {
		emit(pipeline.Observation{Predicate: "mta-sts-policy", Denies: true, Exchanges: proof(promise, a, aaaa)})
		return z.end()
	}
	answer, err := net.HTTP(ctx, collectors.Request{Operation: "mta-sts", URL: "https://" + host + "/.well-known/mta-sts.txt",
		AnyStatus: true, NoFollow: true, MaxBytes: maxSTS})
	if err != nil {
		return err
	}
	if answer.Status >= http.StatusInternalServerError || answer.Status == http.StatusTooManyRequests {
		return pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("%s answers %d: a passing failure, or a standing one", host, answer.Status))
	}
	policy, value := judgeSTS(records, answer)
	mx := z.get(name, dns.TypeMX)
	if mx != nil {
		value["unmatched"] = policy.unmatched(mxHosts(mx))
	}
	emit(pipeline.Observation{Predicate: "mta-sts-policy", Value: value, Exchanges: append(proof(promise, mx), answer.Exchange)})
	return z.end()
}

// judgeSTS reads a policy file and says what it is worth to a sender: valid,
// or the reasons why not.
func judgeSTS(records []string, a *collectors.Answer) (stsPolicy, map[string]any) {
	p, faults := stsPolicy{maxAge: -1, mx: []string{}}, []string{}
	id, fault := stsRecord(records)
	for _, f := range []string{fault, a.Doubt} {
		if f != "" {
			faults = append(faults, f)
		}
	}
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	switch {
	case a.Status != http.StatusOK:
		faults = append(faults, fmt.Sprintf("the server answers %d %s", a.Status, http.StatusText(a.Status)))
	case a.Truncated:
		faults = append(faults, fmt.Sprintf("it is longer than %d bytes", maxSTS))
	case !strings.EqualFold(strings.TrimSpace(media), "text/plain"):
		faults = append(faults, fmt.Sprintf("it is sent as %q, not as text/plain", cut(media, 40)))
		fallthrough
	default:
		p = parseSTS(string(a.Body))
		faults = append(faults, p.faults...)
	}
	return p, map[string]any{"id": id, "valid": len(faults) == 0, "reason": cut(strings.Join(faults, "; "), 500),
		"mode": p.mode, "max_age": float64(p.maxAge), "mx": p.mx}
}

// unmatched returns the mail hosts that the policy does not name: under a
// policy that is enforced senders deliver nothing to them. A policy of none
// says nothing of any.
func (p *stsPolicy) unmatched(hosts []string) []string {
	out := []string{}
	for _, h := range hosts {
		if p.mode != "" && p.mode != "none" && !p.covers(h) {
			out = append(out, h)
		}
	}
	return out
}
