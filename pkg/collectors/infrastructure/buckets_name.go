package infrastructure

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A bucket is a place for files at a cloud, by its name there.
type bucket struct {
	provider  string // s3, gcs, azure
	name      string // of the bucket; of Azure the account
	container string // of Azure
	seen      string // where its name stood: page, policy, alias, guess
}

// maxBuckets is how many of one name are looked at.
const maxBuckets = 5

// bucketHost finds a cloud's hosts in any text, with what stands before them
// and the first part of the path.
var bucketHost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)([a-z0-9][a-z0-9._-]*\.)?(s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com|(?:c\.)?storage\.googleapis\.com|blob\.core\.windows\.net)(?::\d+)?(?:/([a-z0-9$][a-z0-9._-]*))?`)
})

// The forms of names at the clouds.
var (
	bucketForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$`) })
	azureForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]{3,24}$`) })
)

// bucketsIn returns the buckets that a text names, each once.
func bucketsIn(text, seen string) (out []bucket) {
	for _, m := range bucketHost().FindAllStringSubmatch(text, 500) {
		b := bucketAt(strings.ToLower(strings.TrimSuffix(m[1], ".")), strings.ToLower(m[2]), strings.ToLower(m[3]), seen)
		if b.provider != "" && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// bucketAt reads a host in two halves, and the first part of the path. A zero
// bucket is none.
func bucketAt(before, host, path, seen string) bucket {
	switch {
	case strings.HasPrefix(host, "s3"):
		if before == "" {
			before = path
		}
		if bucketForm().MatchString(before) {
			return bucket{provider: "s3", name: before, seen: seen}
		}
	case strings.HasSuffix(host, "storage.googleapis.com"):
		if before == "" {
			before = path
		}
		if bucketForm().MatchString(before) && before != "storage" && before != "c" { // storage/v1 is the way to the API
			return bucket{provider: "gcs", name: before, seen: seen}
		}
	default:
		if azureForm().MatchString(before) && bucketForm().MatchString(path) && !strings.Contains(path, ".") {
			return bucket{provider: "azure", name: before, container: path, seen: seen}
		}
	}
	return bucket{}
}

// of reports whether a bucket is called after a domain, or an alias leads to
// it: any other that a page names may be somebody else's.
func (b bucket) of(domain string) bool {
	label, _, _ := strings.Cut(domain, ".")
	plain := func(s string) string { return strings.NewReplacer("-", "", "_", "", ".", "").Replace(s) }
	return b.seen == "alias" || strings.Contains(b.name, domain) || len(label) > 3 && strings.Contains(plain(b.name), plain(label))
}

// address is where the bucket lies, as it is told.
func (b bucket) address() string {
	switch {
	case b.provider == "gcs":
		return "https://storage.googleapis.com/" + b.name + "/"
	case b.provider == "azure":
		return "https://" + b.name + ".blob.core.windows.net/" + b.container + "/"
	case strings.Contains(b.name, "."): // no certificate is for it
		return "https://s3.amazonaws.com/" + b.name + "/"
	}
	return "https://" + b.name + ".s3.amazonaws.com/"
}

// question asks for the list of its files, of which few are to come.
func (b bucket) question() string {
	switch b.provider {
	case "gcs": // sizes, and no names
		return "https://storage.googleapis.com/storage/v1/b/" + b.name + "/o?maxResults=5&fields=kind,items/size,nextPageToken"
	case "azure":
		return strings.TrimSuffix(b.address(), "/") + "?restype=container&comp=list&maxresults=5"
	}
	return b.address() + "?list-type=2&max-keys=5"
}
