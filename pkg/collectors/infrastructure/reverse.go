package infrastructure

import (
	"context"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// reverseNames reads the names that whoever holds an address gave it. They
// prove nothing of the names themselves.
func reverseNames() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "reverse-dns", Title: "Names of an address in DNS", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"reverse-name"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Relayed, Source: dnsSource(), Origin: "address-holder", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 1},
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			return readReverse(ctx, net.Lookup, subject, emit)
		},
	}
}

// reverseLimit is how many names of one address are told; shared hosts may
// list thousands.
const reverseLimit = 50

func readReverse(ctx context.Context, ask lookup, subject pipeline.Entity, emit collectors.Emit) error {
	name, err := dns.ReverseAddr(subject.Value)
	if err != nil {
		return err
	}
	z, name := newZone(ask), bare(name)
	if err := z.ask(ctx, at(name, dns.TypePTR)...); err != nil {
		return err
	}
	reply := z.get(name, dns.TypePTR)
	if reply == nil {
		return z.end()
	}
	if reply.Denied() {
		emit(pipeline.Observation{Predicate: "reverse-name", Denies: true, Exchanges: proof(reply)})
		return nil
	}
	names := reply.Records()
	for _, rr := range names[:min(len(names), reverseLimit)] {
		ptr, ok := rr.(*dns.PTR)
		if !ok {
			continue
		}
		if n, err := pipeline.NewName(bare(ptr.Ptr)); err == nil {
			emit(pipeline.Observation{Predicate: "reverse-name", Object: &n, Exchanges: proof(reply)})
		}
	}
	if len(names) > reverseLimit {
		return pipeline.Fail(pipeline.Partial, "more reverse names than are read of one address")
	}
	return nil
}
