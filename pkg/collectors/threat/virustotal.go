package threat

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// virusTotal asks how many engines hold something against a name, an address, a
// URL or a file. Nothing is handed in: what is handed in there is public.
func virusTotal() collectors.Entry {
	kinds := []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindURL, pipeline.KindFileHash}
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "virustotal", Title: "How many engines hold something against it (VirusTotal)", Domain: pipeline.Threat,
			Consumes: kinds,
			Produces: []pipeline.Predicate{"judged-by", "malware-family", "file-facts", "same-file", "served-file"},
			Emits:    virusTotalEmits,
			Mode:     pipeline.Passive, Origin: "virustotal", Grade: "B3",
			Source:  virusTotalSource,
			Sends:   kinds,
			Keys:    []string{virusTotalKey},
			Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 8 << 20},
			Derive:  derive.JSON(derive.Shape{"data": derive.Within(virusTotalShape)}),
		},
		Collect: readVirusTotal,
	}
}

const virusTotalKey = "VT_API_KEY"

var virusTotalSource = pipeline.Source{
	Name: "virustotal", Family: "virustotal", Base: "https://www.virustotal.com/api/v3", Country: "US",
	Terms: "https://docs.virustotal.com/reference/public-vs-premium-api", Commercial: pipeline.Contract, Verified: "2026-11-23",
	Slots: 1, Interval: 15 * time.Second, Daily: 500, Monthly: 15500, TTL: 12 * time.Hour,
	Class: pipeline.Commercial, Access: pipeline.AccessLicensed,
}

// virusTotalEmits is what its answers may hold: WHOIS records as they stand, and
// titles of pages. None of it is told.
var virusTotalEmits = []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity, pipeline.Content}

// virusTotalShape is what a derivative keeps of an object.
var virusTotalShape = derive.Shape{"type": derive.OneOf("domain", "ip_address", "url", "file", "resolution"), "id": derive.Technical,
	"attributes": derive.Within(derive.Shape{"last_analysis_date": derive.Quantity, "last_analysis_stats": derive.Within(derive.Shape{
		"malicious": derive.Quantity, "suspicious": derive.Quantity, "undetected": derive.Quantity, "harmless": derive.Quantity}),
		"md5": derive.Technical, "sha1": derive.Technical, "sha256": derive.Technical, "size": derive.Quantity,
		"date": derive.Quantity, "host_name": derive.Technical, "ip_address": derive.Technical})}

// virusTotalQuestion is where a subject lies, and what type of object it is there.
func virusTotalQuestion(subject pipeline.Entity) (path, kind string) {
	switch subject.Kind {
	case pipeline.KindIP:
		return "/ip_addresses/" + subject.Value, "ip_address"
	case pipeline.KindURL:
		return "/urls/" + base64.RawURLEncoding.EncodeToString([]byte(subject.Value)), "url"
	case pipeline.KindFileHash:
		return "/files/" + subject.Value, "file"
	}
	return "/domains/" + subject.Value, "domain"
}

func readVirusTotal(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if isHash(subject, 128) {
		return pipeline.Fail(pipeline.Skipped, "virustotal knows files by MD5, SHA-1 and SHA-256 only")
	}
	path, kind := virusTotalQuestion(subject)
	a, err := askVirusTotal(ctx, net, kind, path)
	if err != nil || a == nil { // it knows no such object
		return err
	}
	var x struct {
		Data loose.Object[struct {
			Type       loose.Text
			Attributes loose.Object[analysed]
		}]
	}
	if json.Unmarshal(a.Body, &x) != nil || x.Data.Of.Type.String() != kind || !x.Data.Of.Attributes.Has {
		return pipeline.Fail(pipeline.Malformed, "virustotal sent something that is no "+kind)
	}
	x.Data.Of.Attributes.Of.tell(subject, net.Now(), provenBy(a, emit))
	return nil
}

// askVirusTotal asks for one page; nil where it knows no such object.
func askVirusTotal(ctx context.Context, net *collectors.View, operation, path string) (*collectors.Answer, error) {
	a, err := net.HTTP(ctx, collectors.Request{Operation: operation, URL: path, Accept: "json", NoFollow: true,
		Credential: collectors.Credential{Name: virusTotalKey, Header: "x-apikey"}})
	if err != nil {
		return nil, err
	}
	var x struct {
		Error loose.Object[struct{ Code loose.Text }]
	}
	switch {
	case a.Status == 200:
		return a, nil
	case a.Status == 404 && json.Unmarshal(a.Body, &x) == nil && x.Error.Of.Code == "NotFoundError":
		return nil, nil
	}
	return nil, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("virustotal answered %d", a.Status))
}
