package infrastructure

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// arquivo reads the index of Arquivo.pt, the Portuguese archive of the web. It
// says nothing at all where it has nothing, so that then it is asked about
// itself. Two round trips at most.
func arquivo() collectors.Entry {
	return collectors.Entry{
		Spec: readsArchive("arquivo", "Names and forgotten files in an archive of the web (Arquivo.pt)", "arquivo.pt", 6, pipeline.Source{
			Name: "arquivo", Family: "web-archive", Base: "https://arquivo.pt", Country: "PT",
			Terms: "https://sobre.arquivo.pt/en/about/terms-and-conditions/", Commercial: pipeline.UnknownOK, Verified: "2026-11-23",
			Slots: 1, Interval: 2 * time.Second, TTL: 24 * time.Hour, Class: pipeline.Publication,
		}),
		Collect: readArquivo,
	}
}

const (
	arquivoRows  = 5000
	arquivoKnown = "/wayback/cdx?url=arquivo.pt&matchType=exact&output=json&fields=url,timestamp,status,mime&limit=1"
)

func readArquivo(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	a, err := net.HTTP(ctx, collectors.Request{Operation: "cdx", NoFollow: true, URL: fmt.Sprintf(
		"/wayback/cdx?url=%s&matchType=domain&output=json&fields=url,timestamp,status,mime&limit=%d", url.QueryEscape(subject.Value), arquivoRows)})
	if err != nil {
		return err
	}
	if a.Status == 200 && len(bytes.TrimSpace(a.Body)) == 0 {
		known, err := net.HTTP(ctx, collectors.Request{Operation: "cdx", NoFollow: true, Public: true, URL: arquivoKnown})
		if err != nil {
			return err
		}
		return newArchive("Arquivo.pt", "arquivo.pt").lines(known)
	}
	found := newArchive("Arquivo.pt", subject.Value)
	if err := found.lines(a); err != nil {
		return err
	}
	if bytes.Count(bytes.TrimSpace(a.Body), []byte("\n"))+1 >= arquivoRows {
		return found.tell(emit, pipeline.Fail(pipeline.Partial, fmt.Sprintf("it sent as many as the %d captures that were asked for, and may have more", arquivoRows)))
	}
	return found.tell(emit, nil)
}
