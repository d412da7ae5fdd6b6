package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// ctShodan reads the names below a domain from Shodan's copy of the logs of
// certificate transparency, which keeps no certificates. One round trip.
func ctShodan() collectors.Entry {
	return collectors.Entry{
		Spec: listsNames("ct-shodan", "Names in certificate transparency (Shodan)", "certificate-transparency", "B2", pipeline.Source{
			Name: "shodan-ct", Family: "certificate-transparency", Base: "https://ctl.shodan.io", Country: "US",
			Terms: "https://www.shodan.io/legal/terms", Commercial: pipeline.No, Verified: "2026-11-23",
			Slots: 1, Interval: time.Second, TTL: 6 * time.Hour,
		}),
		Collect: readShodanNames,
	}
}

func readShodanNames(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	return readNames(ctx, net, "/api/v1/domain/"+subject.Value+"/hostnames", subject.Value, emit)
}

// readNames gets a JSON list of the names below a domain and tells them.
// Nothing but such a list is an answer, an empty one too.
func readNames(ctx context.Context, net *collectors.View, path, domain string, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "names", URL: path, Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	var rows []json.RawMessage
	if a.Status != 200 || json.Unmarshal(a.Body, &rows) != nil {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a list of names is due", a.Status))
	}
	found := newNameList(domain)
	for _, row := range rows {
		var name loose.Text
		_ = json.Unmarshal(row, &name) // has none: what is no text is ""
		found.add(name.String(), time.Time{}, time.Time{}, a.Exchange)
	}
	return found.tell(emit)
}
