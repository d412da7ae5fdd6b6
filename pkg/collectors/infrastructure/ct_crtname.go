package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// ctCrtName reads the names below a domain from crt.name, with the day on
// which it first saw each. One round trip.
func ctCrtName() collectors.Entry {
	return collectors.Entry{
		Spec: listsNames("ct-crtname", "Names in certificate transparency and other lists (crt.name)", "certificate-transparency", "C2", pipeline.Source{
			Name: "crt.name", Family: "certificate-transparency", Base: "https://crt.name", Country: "US",
			Terms: "https://crt.name/", Commercial: pipeline.UnknownOK, Verified: "2026-11-26",
			Slots: 1, Interval: time.Second, Daily: 100, TTL: 24 * time.Hour,
		}),
		Collect: readCrtName,
	}
}

func readCrtName(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "search", Accept: "application/json, text/plain;q=0.5", NoFollow: true,
		URL: "/v1/search?apex=" + url.QueryEscape(subject.Value) + "&format=json&dates=1"})
	switch {
	case a != nil && a.Status == 413:
		return pipeline.Fail(pipeline.QuotaExceeded, "crt.name knows more names below the domain than it gives out")
	case err != nil:
		return err
	case a.Status != 200:
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("HTTP status %d, where a list of names is due", a.Status))
	}
	found := newNameList(subject.Value)
	if err := parseCrtName(a.Body, func(name string, first time.Time) { found.add(name, first, time.Time{}, a.Exchange) }); err != nil {
		return pipeline.Fail(pipeline.Malformed, "crt.name: "+err.Error())
	}
	var cut error
	if a.Truncated {
		cut = pipeline.Fail(pipeline.Partial, fmt.Sprintf("crt.name sent more than %d bytes", len(a.Body)))
	}
	return found.toldThen(emit, cut)
}

// parseCrtName reads a list of names in either of its forms: JSON, or a name a
// line with its day behind a tab. A text that holds none is no list.
func parseCrtName(body []byte, each func(name string, first time.Time)) error {
	type row struct {
		Sub   loose.Text `json:"sub"`
		First loose.Time `json:"first_seen"`
	}
	if body = bytes.TrimSpace(body); bytes.HasPrefix(body, []byte("[")) {
		var rows []json.RawMessage
		if err := json.Unmarshal(body, &rows); err != nil {
			return errors.New("its list breaks off")
		}
		for _, raw := range rows {
			var r row
			if json.Unmarshal(raw, &r) != nil { // a name alone
				_ = json.Unmarshal(raw, &r.Sub) // has none
			}
			each(r.Sub.String(), r.First.Time)
		}
		return nil
	}
	if len(body) == 0 {
		return errors.New("it sent nothing where a list is due")
	}
	for line := range strings.Lines(string(body)) {
		var r row
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if json.Unmarshal([]byte(line), &r) != nil {
			name, day, _ := strings.Cut(line, "\t")
			r = row{Sub: loose.Text(name), First: loose.Time{Time: loose.ParseTime(day)}}
		}
		if _, err := pipeline.NewName(strings.TrimPrefix(r.Sub.String(), "*.")); err != nil {
			return errors.New("it sent a text that is no list of names")
		}
		each(r.Sub.String(), r.First.Time)
	}
	return nil
}
