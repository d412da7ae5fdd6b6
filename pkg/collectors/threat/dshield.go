package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// dshield asks the sensors of the Internet Storm Center whether an address has
// attacked them. Its answer names the abuse desk of the network, which is not
// told.
func dshield() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dshield", Title: "Has the address attacked the sensors of the Internet Storm Center (DShield)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindIP},
			Produces: []pipeline.Predicate{"listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Passive, Origin: "dshield", Grade: "C3",
			Source: pipeline.Source{
				Name: "dshield", Family: "sensors", Base: "https://isc.sans.edu/api", Country: "US",
				Terms: "https://isc.sans.edu/api/", Commercial: pipeline.No, Verified: "2026-11-26", Class: pipeline.BusinessDirectory,
				Slots: 1, Interval: 2 * time.Second, TTL: 12 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindIP},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 1 << 20},
			Derive: derive.JSON(derive.Shape{"ip": derive.Within(derive.Shape{"number": derive.Technical, "count": derive.Technical,
				"attacks": derive.Technical, "mindate": derive.Technical, "maxdate": derive.Technical, "asabusecontact": derive.Filled})}),
		},
		Collect: readDShield,
	}
}

func readDShield(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "dshield"); err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "address", URL: "/ip/" + subject.Value + "?json", Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	var d struct {
		IP struct {
			Number  loose.Text
			Count   json.RawMessage // of reports; null where there is none
			Attacks loose.Number    // sensors attacked
			First   loose.Time      `json:"mindate"`
			Last    loose.Time      `json:"maxdate"`
		}
	}
	if a.Status != 200 || json.Unmarshal(a.Body, &d) != nil || len(d.IP.Count) == 0 {
		return pipeline.Fail(pipeline.Malformed, "dshield answered with something that is not about an address")
	}
	var count loose.Number
	_ = count.UnmarshalJSON(d.IP.Count) // has none
	ip, err := pipeline.NewEntity(pipeline.KindIP, d.IP.Number.String())
	r := roll{"DShield", "scanner", a, emit}
	switch {
	case d.IP.Number != "" && (err != nil || ip != subject), d.IP.Number == "" && count.Int() > 0:
		return pipeline.Fail(pipeline.Malformed, "dshield answered about another address")
	case !count.Is && string(d.IP.Count) != "null":
		return pipeline.Fail(pipeline.Malformed, "dshield's number of reports is none")
	case count.Int() <= 0:
		r.omits()
		return nil
	}
	code := fmt.Sprintf("%d reports of %d sensors", count.Int(), d.IP.Attacks.Int())
	r.emit = datedBy(d.IP.Last.Time, emit)
	r.lists(map[string]any{"code": code, "since": d.IP.First.RFC3339(), "last": d.IP.Last.RFC3339()})
	return nil
}
