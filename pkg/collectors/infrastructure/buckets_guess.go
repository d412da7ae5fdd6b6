package infrastructure

import (
	"context"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// bucketNames tries names that a subject might have given to storage at
// clouds. It runs on request only: what it finds may be anybody's.
func bucketNames() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "bucket-names", Title: "Storage at clouds under names that the subject might have given", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain},
			Produces: []pipeline.Predicate{"has-bucket"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact},
			Mode:     pipeline.Active, Source: ownServers(), Origin: "cloud", Grade: "C4",
			Sends:     []pipeline.Kind{pipeline.KindDomain},
			Ceiling:   pipeline.Ceiling{Requests: 4 * (2 + len(bucketWords)), Bytes: 8 << 20},
			Timeout:   time.Minute,
			Derive:    derived(deriveBuckets),
			OnRequest: "--with bucket-names",
		},
		Collect: func(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
			told, failed := tellBuckets(ctx, net, guessBuckets(subject.Value), nil, emit)
			if failed != nil && told > 0 {
				return pipeline.Fail(pipeline.Partial, failed.Error())
			}
			return failed
		},
	}
}

// bucketWords go with a name where files are kept.
var bucketWords = strings.Fields("assets backup backups data dev files images logs media private prod public static uploads www")

func guessBuckets(domain string) (out []bucket) {
	label, _, _ := strings.Cut(domain, ".")
	names := []string{label, domain}
	for _, w := range bucketWords {
		names = append(names, label+"-"+w)
	}
	for _, n := range names {
		for _, provider := range []string{"s3", "gcs"} {
			if bucketForm().MatchString(n) {
				out = append(out, bucket{provider: provider, name: n, seen: "guess"})
			}
		}
	}
	return out
}
