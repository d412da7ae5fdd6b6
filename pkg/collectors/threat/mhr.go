package threat

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// cymruMHR asks Team Cymru's registry of malware about a file, by DNS.
func cymruMHR() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "cymru-mhr", Title: "Is the file known to be malware (Team Cymru Malware Hash Registry)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindFileHash},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Passive, Origin: "cymru-mhr", Grade: "B3",
			Source: pipeline.Source{
				Name: "cymru-mhr", Family: "malware-hashes", Base: "hash.cymru.com", Country: "US",
				Terms: "https://www.team-cymru.com/mhr", Commercial: pipeline.No, Verified: "2026-11-26",
				Slots: 4, TTL: time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindFileHash},
			Ceiling: pipeline.Ceiling{Requests: 2},
		},
		Collect: readMHR,
	}
}

// mhrName returns the name that stands for a digest: SHA-256 is too long for one
// label.
func mhrName(digest string) (string, error) {
	switch len(digest) {
	case 32, 40:
		return digest + ".hash.cymru.com", nil
	case 64:
		return digest[:32] + "." + digest[32:] + ".hash.cymru.com", nil
	}
	return "", pipeline.Fail(pipeline.Skipped, "it takes MD5, SHA-1 and SHA-256, and no other")
}

func readMHR(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	name, err := mhrName(subject.Value)
	if err != nil {
		return err
	}
	replies, err := net.Lookup(ctx, collectors.Question{Name: name, Type: dns.TypeA}, collectors.Question{Name: name, Type: dns.TypeTXT})
	if err != nil {
		return wholeOr(err, "")
	}
	a, text := replies[0], replies[1]
	proof := []pipeline.ExchangeID{a.Exchange, text.Exchange}
	switch {
	case a.Failed() || text.Failed():
		return pipeline.Fail(pipeline.Unreachable, "the registry's zone answered "+dns.RcodeToString[max(a.Rcode, text.Rcode)])
	case a.Denied(): // a name without an address may have one below it
		if !ofZone(a, "cymru.com.") { // a resolver may say so of its own
			return pipeline.Fail(pipeline.Malformed, "it was not the registry's zone that denied the name")
		}
		emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": "Team Cymru MHR", "for": "malware"}, Exchanges: proof})
		return nil
	case !slices.Contains(blockCodes(a), "127.0.0.2"):
		return pipeline.Fail(pipeline.Malformed, "the registry answered with what is none of its codes")
	}
	value := map[string]any{"list": "Team Cymru MHR", "for": "malware", "code": "127.0.0.2"}
	if at, share, ok := mhrText(text); ok { // malware stays malware: it is no older for that
		value["last"], value["confidence"] = at.Format(time.RFC3339), share
	}
	emit(pipeline.Observation{Predicate: "listed-by", Value: value, Exchanges: proof})
	return nil
}

// ofZone reports whether a denial comes with the head of a zone.
func ofZone(r *collectors.Reply, zone string) bool {
	return slices.ContainsFunc(r.Ns, func(rr dns.RR) bool {
		return rr.Header().Rrtype == dns.TypeSOA && dns.IsSubDomain(zone, strings.ToLower(rr.Header().Name))
	})
}

// mhrText reads "1611956489 28": when the file was looked at, and how many of a
// hundred scanners knew it.
func mhrText(r *collectors.Reply) (at time.Time, share float64, ok bool) {
	for _, rr := range r.Records() {
		t, is := rr.(*dns.TXT)
		if !is {
			continue
		}
		f := strings.Fields(strings.Join(t.Txt, ""))
		if len(f) != 2 {
			continue
		}
		seconds, bad := strconv.ParseInt(f[0], 10, 64)
		n, worse := strconv.ParseFloat(f[1], 64)
		if bad == nil && worse == nil && seconds > 1e9 && seconds < 1e10 && n >= 0 && n <= 100 {
			return time.Unix(seconds, 0).UTC(), n, true
		}
	}
	return time.Time{}, 0, false
}
