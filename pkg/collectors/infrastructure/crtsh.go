package infrastructure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// crtsh searches crt.sh for the names below a domain that certificates still
// valid were issued for. One round trip.
func crtsh() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ct-crtsh", Title: "Names in certificate transparency (crt.sh)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-name"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact}, // names in mail certificates: in the answer, never emitted
			Mode:     pipeline.Passive, Origin: "certificate-transparency", Grade: "A2",
			Source: pipeline.Source{
				Name: "crt.sh", Family: "certificate-transparency", Base: "https://crt.sh", Country: "GB",
				Terms: "https://groups.google.com/g/crtsh", Commercial: pipeline.Yes, Verified: "2026-11-23",
				Slots: 1, TTL: 6 * time.Hour,
				Class: pipeline.Publication, // by the authority; whom a certificate names did not speak
			},
			Sends:   []pipeline.Kind{pipeline.KindDomain},
			Ceiling: pipeline.Ceiling{Requests: 6, Bytes: 32 << 20},
			Timeout: 60 * time.Second,
			Derive:  derived(deriveCertificates),
		},
		Collect: searchCrtsh,
	}
}

// maxCrtsh bounds its answer, which comes in one piece, in bytes.
const maxCrtsh = 24 << 20

func searchCrtsh(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "search", Accept: "json", MaxBytes: maxCrtsh,
		URL: "/?q=" + url.QueryEscape("%."+subject.Value) + "&output=json&exclude=expired&deduplicate=Y"})
	if err != nil {
		return err
	}
	if a.Status != http.StatusOK {
		return pipeline.Fail(pipeline.Unreachable, fmt.Sprintf("crt.sh answered %d, as it does under load", a.Status))
	}
	certs, err := parseCrtsh(a.Body)
	if err != nil && !a.Truncated {
		return pipeline.Fail(pipeline.Malformed, "crt.sh: "+err.Error())
	}
	found := newCertified(subject.Value)
	for _, c := range certs {
		found.add(c, a.Exchange)
	}
	if err := found.tell(emit); err != nil || !a.Truncated {
		return err
	}
	return pipeline.Fail(pipeline.Partial, fmt.Sprintf("crt.sh sent more than %d bytes", maxCrtsh))
}

// parseCrtsh reads crt.sh's list. What stands before an error is returned
// with it.
func parseCrtsh(body []byte) ([]logged, error) {
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, errors.New("want a list of certificates, not this")
	}
	var certs []logged
	for dec.More() {
		var row struct {
			Issuer    loose.Text `json:"issuer_name"`
			Common    loose.Text `json:"common_name"`
			Names     loose.Text `json:"name_value"`
			NotBefore loose.Text `json:"not_before"`
			NotAfter  loose.Text `json:"not_after"`
			Serial    loose.Text `json:"serial_number"`
		}
		if err := dec.Decode(&row); err != nil {
			return certs, fmt.Errorf("certificate %d: %w", len(certs)+1, err)
		}
		certs = append(certs, logged{
			names:  append(strings.Split(string(row.Names), "\n"), string(row.Common)),
			issuer: issuerOf(string(row.Issuer)), serial: strings.ToLower(string(row.Serial)),
			notBefore: crtshTime(row.NotBefore), notAfter: crtshTime(row.NotAfter),
		})
	}
	_, err := dec.Token()
	return certs, err
}

// crtshTime reads a time that is UTC and does not say so; the zero time if it
// is none.
func crtshTime(s loose.Text) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(string(s), "Z"))
	if err != nil {
		return time.Time{}
	}
	return t
}
