package threat

import (
	"context"
	"encoding/json"
	"net/url"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// urlhaus asks whether a host, a URL or a file has taken part in handing out
// malware.
func urlhaus() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "urlhaus", Title: "Whether it hands out malware (abuse.ch URLhaus)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindURL, pipeline.KindFileHash},
			Produces: []pipeline.Predicate{"listed-by", "served-file", "malware-family", "file-facts", "same-file"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.OnlineID},
			Mode:     pipeline.Passive, Origin: "urlhaus", Grade: "B2",
			Source:  abuseCH("urlhaus", "malware-urls", "https://urlhaus-api.abuse.ch/v1"),
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost, pipeline.KindIP, pipeline.KindURL, pipeline.KindFileHash},
			Keys:    []string{abuseKey},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Derive: derive.JSON(derive.Shape{"query_status": abuseStatus, "host": derive.Technical, "firstseen": derive.Technical, "url_count": derive.Technical,
				"urls": derive.Each(derive.Shape{"url_status": derive.OneOf("online", "offline", "unknown"), "date_added": derive.Technical})}),
		},
		Collect: readURLhaus,
	}
}

const urlhausList = "URLhaus"

// urlhausAnswer is what it says of a host, a URL or a file.
type urlhausAnswer struct {
	Host      loose.Text
	URL       loose.Text
	Reference loose.Text `json:"urlhaus_reference"`
	First     loose.Time `json:"firstseen"`
	Last      loose.Time `json:"lastseen"`
	urlhausURL
	URLs     loose.List[urlhausURL]
	Payloads loose.List[struct {
		First     loose.Time `json:"firstseen"`
		SHA256    loose.Text `json:"response_sha256"`
		Signature loose.Text
	}]
	MD5       loose.Text   `json:"md5_hash"`
	SHA256    loose.Text   `json:"sha256_hash"`
	Type      loose.Text   `json:"file_type"`
	Size      loose.Number `json:"file_size"`
	Signature loose.Text
}

// urlhausURL is one URL, of several at a host.
type urlhausURL struct {
	Status loose.Text `json:"url_status"`
	Added  loose.Time `json:"date_added"`
	Online loose.Time `json:"last_online"`
}

func readURLhaus(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	path, form := "/host/", url.Values{"host": {subject.Value}}
	switch {
	case subject.Kind == pipeline.KindURL:
		path, form = "/url/", url.Values{"url": {subject.Value}}
	case isHash(subject, 32):
		path, form = "/payload/", url.Values{"md5_hash": {subject.Value}}
	case isHash(subject, 64):
		path, form = "/payload/", url.Values{"sha256_hash": {subject.Value}}
	case subject.Kind == pipeline.KindFileHash:
		return pipeline.Fail(pipeline.Skipped, "urlhaus knows files by MD5 and SHA-256 only")
	}
	a, known, err := askAbuseForm(ctx, net, string(subject.Kind), path, form)
	if err != nil {
		return err
	}
	emit = provenBy(a, emit)
	if !known {
		emit(pipeline.Observation{Predicate: "listed-by", Denies: true, Value: map[string]any{"list": urlhausList, "for": "malware"}})
		return nil
	}
	var x urlhausAnswer
	if json.Unmarshal(a.Body, &x) != nil || !x.about(subject) {
		return pipeline.Fail(pipeline.Malformed, "urlhaus sent something that is not about the "+string(subject.Kind))
	}
	x.tell(subject, emit)
	return nil
}
