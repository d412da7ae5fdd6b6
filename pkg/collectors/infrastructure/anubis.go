package infrastructure

import (
	"context"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// anubis reads the names below a domain from AnubisDB, which users of the
// program of that name fill. One round trip.
func anubis() collectors.Entry {
	return collectors.Entry{
		Spec: listsNames("anubis", "Names below a domain that others have found (AnubisDB)", "anubis", "C3", pipeline.Source{
			Name: "anubisdb", Family: "name-list", Base: "https://anubisdb.com", Country: "US",
			Terms: "https://anubisdb.com/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
			Slots: 1, Interval: time.Second, TTL: 24 * time.Hour,
		}),
		Collect: readAnubis,
	}
}

func readAnubis(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	return readNames(ctx, net, "/anubis/subdomains/"+subject.Value, subject.Value, emit)
}
