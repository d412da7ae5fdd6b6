package infrastructure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// certspotter searches Cert Spotter for what [crtsh] failed to answer. It
// pages; at most certspotterPages round trips.
func certspotter() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ct-certspotter", Title: "Names in certificate transparency (Cert Spotter)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // names in mail certificates: in the answer, never emitted
			Mode:     pipeline.Passive, Origin: "certificate-transparency", Grade: "A2",
			Source: pipeline.Source{
				Name: "certspotter", Family: "certificate-transparency", Base: "https://api.certspotter.com", Country: "US",
				Terms: "https://sslmate.com/terms", Commercial: pipeline.Yes, Verified: "2026-11-23", // in its small anonymous allowance
				Slots: 1, TTL: 6 * time.Hour,
				Class: pipeline.Publication, // by the authority; whom a certificate names did not speak
			},
			Sends:       []pipeline.Kind{pipeline.KindDomain},
			Ceiling:     pipeline.Ceiling{Requests: 3 * certspotterPages, Bytes: 32 << 20},
			Timeout:     60 * time.Second,
			StandsInFor: "ct-crtsh",
			MayUse:      []string{certspotterKey.Name}, // for a larger allowance
			Derive:      derived(deriveCertificates),
		},
		Collect: searchCertspotter,
	}
}

// certspotterPages is how many pages of one search are read.
const certspotterPages = 4

var certspotterKey = collectors.Credential{Name: "CERTSPOTTER_API_KEY", Header: "Authorization", Scheme: "Bearer"}

func searchCertspotter(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	found, seen, after := newCertified(subject.Value), map[string]bool{}, ""
	var cut error
	for page := 1; ; page++ {
		certs, last, x, err := certspotterPage(ctx, net, subject.Value, after)
		if err != nil && page == 1 {
			return err
		}
		if err != nil {
			cut = partly(err, fmt.Sprintf("page %d", page))
			break
		}
		for _, c := range certs {
			if c.notAfter.IsZero() || c.notAfter.After(net.Now()) {
				found.add(c, x)
			}
		}
		if len(certs) == 0 {
			break
		}
		if cut = pageEnd(page, certspotterPages, last, seen); cut != nil {
			break
		}
		seen[last], after = true, last
	}
	if err := found.tell(emit); err != nil {
		return err
	}
	return cut
}

// pageEnd says why no page follows, of the most that are read, although there
// may be more: cursor is where it would begin, seen where others began.
func pageEnd(page, most int, cursor string, seen map[string]bool) error {
	switch {
	case cursor == "":
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d does not say where the next begins", page))
	case seen[cursor]:
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("page %d leads back to one that was read", page))
	case page == most:
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d pages that are read", most))
	}
	return nil
}

// certspotterPage gets the page that follows a cursor, and the cursor of its
// end. The page after the last holds nothing.
func certspotterPage(ctx context.Context, net *collectors.View, domain, after string) ([]logged, string, pipeline.ExchangeID, error) {
	q := "domain=" + url.QueryEscape(domain) + "&include_subdomains=true&match_wildcards=true&expand=dns_names&expand=issuer"
	if after != "" {
		q += "&after=" + url.QueryEscape(after)
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "issuances", Accept: "json", URL: "/v1/issuances?" + q, Credential: certspotterKey})
	if err != nil {
		return nil, "", "", err
	}
	if a.Status != http.StatusOK {
		return nil, "", "", pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("certspotter answered %d where a list is due", a.Status))
	}
	certs, last, err := parseCertspotter(a.Body)
	return certs, last, a.Exchange, err
}

// parseCertspotter reads one page of issuances and the id of its last. An
// error object in its place is a Failure of the outcome it stands for.
func parseCertspotter(body []byte) (certs []logged, last string, err error) {
	var rows []struct {
		ID     loose.Text  `json:"id"`
		Names  loose.Texts `json:"dns_names"`
		Issuer struct {
			Name     loose.Text `json:"name"`
			Friendly loose.Text `json:"friendly_name"`
		} `json:"issuer"`
		NotBefore loose.Text `json:"not_before"`
		NotAfter  loose.Text `json:"not_after"`
	}
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, "", certspotterError(body, err)
	}
	for _, r := range rows {
		by := issuerOf(string(r.Issuer.Name))
		if by == "" {
			by = string(r.Issuer.Friendly)
		}
		certs = append(certs, logged{names: r.Names, issuer: by, notBefore: rfcTime(string(r.NotBefore)), notAfter: rfcTime(string(r.NotAfter))})
		last = string(r.ID)
	}
	return certs, last, nil
}

// certspotterError reads an error object.
func certspotterError(body []byte, parse error) error {
	var e struct{ Code, Message loose.Text }
	if json.Unmarshal(body, &e) != nil || e.Code == "" {
		return pipeline.Fail(pipeline.Malformed, "certspotter: "+parse.Error())
	}
	outcome, known := map[loose.Text]pipeline.Outcome{"rate_limited": pipeline.RateLimited, "not_allowed_by_plan": pipeline.QuotaExceeded, "unauthorized": pipeline.Unauthorized}[e.Code]
	if !known {
		return pipeline.Fail(pipeline.Malformed, "certspotter sent an error in place of a list")
	}
	return pipeline.Fail(outcome, "certspotter: "+string(e.Code))
}

// rfcTime reads RFC 3339; the zero time if it is none.
func rfcTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
