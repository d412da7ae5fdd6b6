package infrastructure_test

import (
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// A bucket is listed, private, elsewhere or not there; an answer that is none
// of these is none of these.
func TestBuckets(t *testing.T) {
	const s3 = "-- dns://. --\nacme-files.s3.amazonaws.com. A 203.0.113.4\ns3.eu-west-1.amazonaws.com. A 203.0.113.4\nstorage.googleapis.com. A 203.0.113.5\n\n-- dns://acme.example --\n@ A 192.0.2.1\n\n" +
		"-- https://acme.example/ --\nContent-Type: text/html\n\n<a href=\"https://acme-files.s3.amazonaws.com/x\">x</a>\n\n-- https://acme-files.s3.amazonaws.com/?list-type=2 --\n"
	const gcs = "-- dns://. --\nstorage.googleapis.com. A 203.0.113.5\n\n-- dns://acme.example --\n@ A 192.0.2.1\n\n" +
		"-- https://acme.example/ --\nContent-Security-Policy: img-src https://storage.googleapis.com/acme-files/\n\n<p>x\n\n-- https://storage.googleapis.com/storage/v1/b/acme-files/o --\n"
	const azure = "-- dns://acme.example --\n@ A 192.0.2.1\n\n-- https://acme.example/ --\n\n<img src=https://acmefiles.blob.core.windows.net/pub/x>\n\n"
	const there = "-- dns://blob.core.windows.net --\nacmefiles A 203.0.113.6\n\n-- https://acmefiles.blob.core.windows.net/pub --\n"
	s3Says := func(state, n, denies string) []string {
		return []string{"acme.example " + denies + "has-bucket url:https://acme-files.s3.amazonaws.com/ map[name:acme-files objects:" + n + " provider:s3 seen:page state:" + state + "]"}
	}
	gcsSays := func(state, n string) []string {
		return []string{"acme.example has-bucket url:https://storage.googleapis.com/acme-files/ map[name:acme-files objects:" + n + " provider:gcs seen:policy state:" + state + "]"}
	}
	azureSays := func(state, n, denies string) []string {
		return []string{"acme.example " + denies + "has-bucket url:https://acmefiles.blob.core.windows.net/pub/ map[name:acmefiles/pub objects:" + n + " provider:azure seen:page state:" + state + "]"}
	}
	for _, c := range []struct {
		name, world string
		says        []string
		ends        pipeline.Outcome
		reason      string
	}{
		{"listed", s3 + "\n<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>\n", s3Says("listed", "1", ""), pipeline.OK, ""},
		{"listed and empty", s3 + "\n<ListBucketResult></ListBucketResult>\n", s3Says("listed", "0", ""), pipeline.OK, ""},
		{"private", s3 + "status 403\n\n<Error><Code>AccessDenied</Code></Error>\n", s3Says("private", "0", ""), pipeline.OK, ""},
		{"absent", s3 + "status 404\n\n<Error><Code>NoSuchBucket</Code></Error>\n", s3Says("absent", "0", "not "), pipeline.OK, ""},
		{"elsewhere", s3 + "status 301\n\n<Error><Code>PermanentRedirect</Code></Error>\n", s3Says("elsewhere", "0", ""), pipeline.OK, ""},
		{"elsewhere, and listed there", s3 + "status 301\nX-Amz-Bucket-Region: eu-west-1\n\n<Error><Code>PermanentRedirect</Code></Error>\n-- https://s3.eu-west-1.amazonaws.com/acme-files --\n\n<ListBucketResult></ListBucketResult>\n", s3Says("listed", "0", ""), pipeline.OK, ""},
		{"a region that is none", s3 + "status 301\nX-Amz-Bucket-Region: evil.test/\n\n<Error><Code>PermanentRedirect</Code></Error>\n", s3Says("elsewhere", "0", ""), pipeline.OK, ""},
		{"403 of somebody else", s3 + "status 403\nContent-Type: text/html\n\n<html>Checking your browser</html>\n", nil, pipeline.Malformed, "does not show what the bucket is"},
		{"404 of somebody else", s3 + "status 404\n\n<Error><Code>NoSuchKey</Code></Error>\n", nil, pipeline.Malformed, "does not show what the bucket is"},
		{"too fast", s3 + "status 503\n\n<Error><Code>SlowDown</Code></Error>\n", nil, pipeline.RateLimited, "503"},
		{"no XML", s3 + "\nhello\n", nil, pipeline.Malformed, "nothing that is read"},
		{"Google lists", gcs + "\n{\"kind\":\"storage#objects\",\"items\":[{\"size\":\"1\"},{\"size\":\"2\"}]}\n", gcsSays("listed", "2"), pipeline.OK, ""},
		{"Google does not", gcs + "status 401\n\n{\"error\":{\"code\":401}}\n", gcsSays("private", "0"), pipeline.OK, ""},
		{"Google shows a page", gcs + "status 401\n\n<html>\n", nil, pipeline.Malformed, "nothing that is read"},
		{"Azure lists", azure + there + "\n<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>\n", azureSays("listed", "1", ""), pipeline.OK, ""},
		{"Azure does not", azure + there + "status 409\n\n<Error><Code>PublicAccessNotPermitted</Code></Error>\n", azureSays("private", "0", ""), pipeline.OK, ""},
		{"Azure does not say", azure + there + "status 404\n\n<Error><Code>ResourceNotFound</Code></Error>\n", nil, pipeline.Malformed, "does not show"},
		{"Azure knows no such account", azure, azureSays("absent", "0", "not "), pipeline.OK, ""},
		{"another's", "-- dns://acme.example --\n@ A 192.0.2.1\n\n-- https://acme.example/ --\n\n<img src=https://widgets.s3.amazonaws.com/w.js>\n", nil, pipeline.Empty, ""},
		{"a page of another's", "-- dns://. --\nother.test. A 192.0.2.8\n\n-- dns://acme.example --\n@ A 192.0.2.1\n\n-- https://acme.example/ --\nredirect https://other.test/\n\n-- https://other.test/ --\n\nhttps://acme-files.s3.amazonaws.com/\n", nil, pipeline.Empty, ""},
		{"nobody there", "-- dns://acme.example --\n@ A 192.0.2.1\n", nil, pipeline.Empty, ""},
		{"an alias", "-- dns://. --\nstatic.s3-website.eu-west-1.amazonaws.com. A 203.0.113.4\nstatic.s3.amazonaws.com. A 203.0.113.4\n\n-- dns://acme.example --\n@ CNAME static.s3-website.eu-west-1.amazonaws.com.\n\n-- https://static.s3.amazonaws.com/ --\n\n<ListBucketResult></ListBucketResult>\n",
			[]string{"acme.example has-bucket url:https://static.s3.amazonaws.com/ map[name:static objects:0 provider:s3 seen:alias state:listed]"}, pipeline.OK, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, infrastructure.All(), "buckets", "acme.example", c.world)
			o.Says(t, c.says...)
			o.Ends(t, c.ends, c.reason)
		})
	}
	o := trial.Tell(t, infrastructure.All(), "bucket-names", "acme.example", "-- dns://. --\nacme-backup.s3.amazonaws.com. A 203.0.113.4\n\n-- https://acme-backup.s3.amazonaws.com/ --\n\n<ListBucketResult><Contents/></ListBucketResult>\n")
	o.Says(t, "acme.example has-bucket url:https://acme-backup.s3.amazonaws.com/ map[name:acme-backup objects:1 provider:s3 seen:guess state:listed]")
	o.Ends(t, pipeline.Partial, "no such name")
}
