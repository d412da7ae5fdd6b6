package threat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// virusTotalNames lists the names below a domain that VirusTotal has met, and
// what they resolved to. It takes several questions of a small allowance.
func virusTotalNames() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "virustotal-names", Title: "Names below a domain, and where they led (VirusTotal)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name", "resolved-to"},
			Emits:    virusTotalEmits,
			Mode:     pipeline.Passive, Origin: "virustotal", Grade: "B3",
			Source:    virusTotalSource,
			Sends:     []pipeline.Kind{pipeline.KindDomain},
			Keys:      []string{virusTotalKey},
			OnRequest: "--with virustotal-names",
			Timeout:   5 * time.Minute, // by its pace
			Ceiling:   pipeline.Ceiling{Requests: 12},
			Derive:    derive.JSON(derive.Shape{"data": derive.Each(virusTotalShape)}),
		},
		Collect: readVirusTotalNames,
	}
}

// mostPages is how many pages of one list are read.
const mostPages = 4

// A listed object of VirusTotal.
type listedObject struct {
	ID         loose.Text
	Attributes struct {
		Host loose.Text `json:"host_name"`
		IP   loose.Text `json:"ip_address"`
		Date loose.Time
	}
}

func readVirusTotalNames(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	told := false
	say := func(o pipeline.Observation) { told = true; emit(o) }
	names := eachListed(ctx, net, "subdomains", subject, func(x listedObject, a *collectors.Answer) {
		if name, ok := nameWithin(x.ID.String(), subject.Value); ok && name != subject {
			provenBy(a, say)(pipeline.Observation{Predicate: "has-name", Object: &name})
		}
	})
	addresses := eachListed(ctx, net, "resolutions", subject, func(x listedObject, a *collectors.Answer) {
		name, ok := nameWithin(x.Attributes.Host.String(), subject.Value)
		ip, err := pipeline.NewEntity(pipeline.KindIP, x.Attributes.IP.String())
		if ok && err == nil {
			provenBy(a, say)(pipeline.Observation{Subject: name, Predicate: "resolved-to", Object: &ip, Value: stated(map[string]any{"last": x.Attributes.Date.RFC3339()})})
		}
	})
	return inPart(told, names, addresses)
}

// eachListed reads a list of what is related to a domain, page by page.
func eachListed(ctx context.Context, net *collectors.View, list string, subject pipeline.Entity, each func(listedObject, *collectors.Answer)) error {
	seen, at := map[string]bool{}, ""
	for range mostPages {
		path := "/domains/" + subject.Value + "/" + list + "?limit=40"
		if at != "" {
			path += "&cursor=" + url.QueryEscape(at)
		}
		a, err := askVirusTotal(ctx, net, list, path)
		if err != nil || a == nil {
			return err
		}
		var x struct {
			Data json.RawMessage
			Meta loose.Object[struct{ Cursor loose.Text }]
		}
		var page loose.List[listedObject]
		if json.Unmarshal(a.Body, &x) != nil || len(x.Data) == 0 || x.Data[0] != '[' || json.Unmarshal(x.Data, &page) != nil {
			return pipeline.Fail(pipeline.Malformed, "virustotal sent something that is no list of "+list)
		}
		for _, o := range page {
			each(o, a)
		}
		if at = x.Meta.Of.Cursor.String(); at == "" {
			return nil
		}
		if seen[at] {
			return pipeline.Fail(pipeline.Partial, "virustotal sends the same page of "+list+" again and again")
		}
		seen[at] = true
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than %d pages of %s, of which no more are read", mostPages, list))
}

// inPart makes of several outcomes one: the first failure, and a partial answer
// if something was told all the same.
func inPart(told bool, errs ...error) error {
	for _, err := range errs {
		var f *pipeline.Failure
		switch {
		case err == nil:
		case told && errors.As(err, &f):
			return pipeline.Fail(pipeline.Partial, f.Reason)
		default:
			return err
		}
	}
	return nil
}

// nameWithin returns a name that is the domain or lies below it: a wildcard
// stands for the name it hangs on.
func nameWithin(text, domain string) (pipeline.Entity, bool) {
	text = strings.TrimPrefix(strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), ".")), "*.")
	name, err := pipeline.NewName(text)
	return name, err == nil && (name.Value == domain || strings.HasSuffix(name.Value, "."+domain))
}
