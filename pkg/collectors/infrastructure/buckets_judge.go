package infrastructure

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"sync"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// The states of a bucket.
const (
	bucketListed    = "listed"    // shows strangers what lies in it
	bucketPrivate   = "private"   // is there, and does not
	bucketElsewhere = "elsewhere" // is there, in a region that does not say more
	bucketAbsent    = "absent"    //
)

// s3Answer is what S3 and Azure say, of either kind.
type s3Answer struct {
	XMLName  xml.Name
	Code     string
	Contents []struct{} `xml:"Contents"`
	Blobs    struct {
		Blob []struct{} `xml:"Blob"`
	} `xml:"Blobs"`
	More string `xml:"IsTruncated"`
	Next string `xml:"NextMarker"`
}

// judge reads the answer to a bucket's question: its state, and how many files
// were named. The error is that it does not tell.
func (b bucket) judge(a *collectors.Answer) (state string, files int, err error) {
	if b.provider == "gcs" {
		return judgeGCS(a)
	}
	var x s3Answer
	if err := xml.Unmarshal(a.Body, &x); err != nil || a.Truncated {
		return "", 0, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s answered %d, and nothing that is read", b.provider, a.Status))
	}
	switch kind, code := x.XMLName.Local, x.Code; {
	case a.Status == http.StatusOK && (kind == "ListBucketResult" || kind == "EnumerationResults"):
		return bucketListed, len(x.Contents) + len(x.Blobs.Blob), nil
	case kind != "Error":
	case a.Status == http.StatusForbidden && (code == "AccessDenied" || code == "AllAccessDisabled"), a.Status == http.StatusConflict && code == "PublicAccessNotPermitted":
		return bucketPrivate, 0, nil
	case a.Status == http.StatusNotFound && code == "NoSuchBucket":
		return bucketAbsent, 0, nil
	case a.Status == http.StatusMovedPermanently && code == "PermanentRedirect":
		return bucketElsewhere, 0, nil
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusServiceUnavailable:
		return "", 0, pipeline.Fail(pipeline.RateLimited, fmt.Sprintf("%s answered %d", b.provider, a.Status))
	}
	return "", 0, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("what %s answers (%d) does not show what the bucket is", b.provider, a.Status))
}

func judgeGCS(a *collectors.Answer) (state string, files int, err error) {
	var x struct {
		Kind  string
		Items []struct{}
		Error *struct{ Code int }
	}
	if err := json.Unmarshal(a.Body, &x); err != nil || a.Truncated {
		return "", 0, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("gcs answered %d, and nothing that is read", a.Status))
	}
	switch {
	case a.Status == http.StatusOK && x.Kind == "storage#objects":
		return bucketListed, len(x.Items), nil
	case x.Error == nil || x.Error.Code != a.Status:
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		return bucketPrivate, 0, nil
	case a.Status == http.StatusNotFound:
		return bucketAbsent, 0, nil
	case a.Status == http.StatusTooManyRequests:
		return "", 0, pipeline.Fail(pipeline.RateLimited, "gcs answered 429")
	}
	return "", 0, pipeline.Fail(pipeline.Malformed, fmt.Sprintf("what gcs answers (%d) does not show what the bucket is", a.Status))
}

var regionForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`) })

// inRegion is the question put where S3 says that the bucket lies; "" if it
// does not say.
func (b bucket) inRegion(a *collectors.Answer) string {
	region := a.Header.Get("X-Amz-Bucket-Region")
	if !regionForm().MatchString(region) {
		return ""
	}
	return "https://s3." + region + ".amazonaws.com/" + b.name + "?list-type=2&max-keys=5"
}
