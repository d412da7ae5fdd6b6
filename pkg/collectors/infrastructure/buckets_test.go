package infrastructure

import (
	"slices"
	"testing"
)

// Buckets are found by their hosts in any text, and those of others left be.
func TestBucketsIn(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		own  bool
	}{
		{`<img src="https://corp-media.s3.amazonaws.com/a.png">`, []string{"https://corp-media.s3.amazonaws.com/"}, true},
		{`https://corp.assets.s3.eu-west-1.amazonaws.com/x`, []string{"https://s3.amazonaws.com/corp.assets/"}, true},
		{`//s3-eu-west-1.amazonaws.com/corp-media/a.png`, []string{"https://corp-media.s3.amazonaws.com/"}, true},
		{"corp-media.s3-website.eu-central-1.amazonaws.com", []string{"https://corp-media.s3.amazonaws.com/"}, true},
		{"default-src corp-media.S3.Amazonaws.com *.cdn.example", []string{"https://corp-media.s3.amazonaws.com/"}, true},
		{"https://storage.googleapis.com/corp-data/x.js", []string{"https://storage.googleapis.com/corp-data/"}, true},
		{"https://corp-data.storage.googleapis.com/x.js", []string{"https://storage.googleapis.com/corp-data/"}, true},
		{"https://corpfiles.blob.core.windows.net/public/x.js", []string{"https://corpfiles.blob.core.windows.net/public/"}, true},
		{"https://corpfiles.blob.core.windows.net/", nil, false},
		{"https://widgets.s3.amazonaws.com/w.js", []string{"https://widgets.s3.amazonaws.com/"}, false},
		{"https://s3.amazonaws.com/ and s3.amazonaws.com.evil.test", nil, false},
		{"https://storage.googleapis.com/storage/v1/b/x/o", nil, false},
		{"nothing of the sort", nil, false},
	} {
		var got []string
		for _, b := range bucketsIn(c.text, "page") {
			got = append(got, b.address())
			if b.of("corp.example") != c.own {
				t.Errorf("%q: own %t", c.text, !c.own)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q names %v, want %v", c.text, got, c.want)
		}
	}
}

// Whatever a page holds, what is found in it has the form of a name.
func FuzzBucketsIn(f *testing.F) {
	f.Add("https://a.s3.amazonaws.com/b")
	f.Add("s3.amazonaws.com/../..%2f")
	f.Add("x.blob.core.windows.net/$root")
	f.Fuzz(func(t *testing.T, text string) {
		for _, b := range bucketsIn(text, "page") {
			if !bucketForm().MatchString(b.name) || b.provider == "azure" && !bucketForm().MatchString(b.container) {
				t.Errorf("%q: %+v", text, b)
			}
		}
	})
}
