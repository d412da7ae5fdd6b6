package infrastructure

import (
	"context"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// sslLabs has Qualys test how a name's server speaks TLS, and tells the grade.
// It runs on request only: it is Qualys that connects, some hundred times; and
// it is told whom the test is for, by the mail address that the operator
// registered there. The result is not published.
func sslLabs() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "ssllabs", Title: "TLS grade by Qualys SSL Labs, which tests the subject's server and is told the operator's registered mail address", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"tls-grade"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active, Origin: "ssllabs", Grade: "A2",
			Source: pipeline.Source{
				Name: "ssllabs", Family: "tls-test", Base: "https://api.ssllabs.com/api/v4", Country: "US",
				Terms: "https://www.ssllabs.com/about/terms.html", Commercial: pipeline.No, Verified: "2026-11-26",
				Slots: 1, Interval: 10 * time.Second, // as often as it wants to be asked how far it is
			},
			Sends:     []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling:   pipeline.Ceiling{Requests: 3 * sslLabsPolls, Bytes: 16 << 20},
			Timeout:   5 * time.Minute,
			Keys:      []string{"SSLLABS_EMAIL"},
			OnRequest: "--with ssllabs",
		},
		Collect: gradeTLS,
	}
}

// sslLabsPolls is how often it is asked whether the test is done.
const sslLabsPolls = 29

func gradeTLS(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	ask := "/analyze?host=" + url.QueryEscape(subject.Hostname()) + "&publish=off&all=done"
	first := "&fromCache=on&maxAge=24"
	for range sslLabsPolls {
		a, err := net.HTTP(ctx, collectors.Request{Operation: "analyze", URL: ask + first, Accept: "json", AnyStatus: true, NoFollow: true, MaxBytes: 4 << 20,
			Credential: collectors.Credential{Name: "SSLLABS_EMAIL", Header: "email"}})
		if err != nil {
			return err
		}
		g, err := readGraded(a, subject.Hostname())
		if err != nil {
			return err
		}
		switch g.Status.String() {
		case "DNS", "IN_PROGRESS":
			first = ""
		case "READY":
			return g.tell(a, emit)
		case "ERROR":
			return pipeline.Fail(pipeline.Unreachable, "SSL Labs could not test the server: "+oneLine(g.Message.String()))
		default:
			return pipeline.Fail(pipeline.Malformed, "SSL Labs does not say how far the test is")
		}
	}
	return pipeline.Fail(pipeline.Timeout, "the test was not done in time; its result is there for a day: ask again later")
}
