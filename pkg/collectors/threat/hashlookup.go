package threat

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/derive"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// hashLookup asks CIRCL's collection of files that operating systems and
// packages are made of whether a file is one of them; it also knows some that
// are malware. Who keeps a package stands in its answers, and is not told.
func hashLookup() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "hashlookup", Title: "Is it a known file of a system or package (CIRCL hashlookup)", Domain: pipeline.Threat,
			Consumes: []pipeline.Kind{pipeline.KindFileHash},
			Produces: []pipeline.Predicate{"known-file", "file-facts", "same-file", "listed-by"},
			Emits:    []pipeline.Category{pipeline.Technical, pipeline.Contact, pipeline.Identity},
			Mode:     pipeline.Passive, Origin: "circl-hashlookup", Grade: "B2",
			Source: pipeline.Source{
				Name: "hashlookup", Family: "known-files", Base: "https://hashlookup.circl.lu", Country: "LU",
				Terms: "https://www.circl.lu/services/hashlookup/", Commercial: pipeline.UnknownOK, Verified: "2026-11-26", Class: pipeline.BusinessDirectory,
				Slots: 1, Interval: 500 * time.Millisecond, TTL: 24 * time.Hour,
			},
			Sends:   []pipeline.Kind{pipeline.KindFileHash},
			Ceiling: pipeline.Ceiling{Requests: 3, Bytes: 8 << 20},
			Derive: derive.JSON(derive.Shape{"MD5": hexadecimal, "SHA-1": hexadecimal, "SHA-256": hexadecimal, "FileSize": derive.Technical,
				"hashlookup:trust": derive.Quantity, "KnownMalicious": derive.Filled, "message": derive.Filled, "parents": derive.Count}),
		},
		Collect: readHashLookup,
	}
}

var isHexadecimal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Fa-f]{32,128}$`) })

// hexadecimal keeps a digest, in capitals too.
func hexadecimal(v any) any {
	if s, ok := v.(string); ok && isHexadecimal().MatchString(s) {
		return s
	}
	return derive.Filled(v)
}

// digests are the names of what has so many hexadecimal digits.
var digests = map[int]string{32: "md5", 40: "sha1", 64: "sha256"}

// knownFile is what is known of a file.
type knownFile struct {
	FileName  loose.Text
	FileSize  loose.Number
	MD5       loose.Text
	SHA1      loose.Text   `json:"SHA-1"`
	SHA256    loose.Text   `json:"SHA-256"`
	Type      loose.Text   `json:"mimetype"`
	Source    loose.Text   `json:"source"`
	DB        loose.Text   `json:"db"`
	Package   loose.Text   `json:"PackageName"`
	Trust     loose.Number `json:"hashlookup:trust"` // 0 to 100
	Malicious loose.Text   `json:"KnownMalicious"`   // who says so
	Product   loose.Object[struct {
		Name   loose.Text `json:"ProductName"`
		Vendor loose.Text `json:"MfgCode"`
	}] `json:"ProductCode"`
}

func readHashLookup(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	digest, ok := digests[len(subject.Value)]
	if !ok {
		return pipeline.Fail(pipeline.Skipped, "it takes MD5, SHA-1 and SHA-256, and no other")
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "lookup", URL: "/lookup/" + digest + "/" + subject.Value, Accept: "json", NoFollow: true})
	if err != nil {
		return err
	}
	say := func(o pipeline.Observation) {
		o.Exchanges = a.Exchanges()
		emit(o)
	}
	if a.Status == 404 {
		var m struct{ Message loose.Text }
		if json.Unmarshal(a.Body, &m) != nil || !strings.HasPrefix(m.Message.String(), "Non existing") {
			return pipeline.Fail(pipeline.Malformed, "hashlookup answered 404 without saying that the file is not known")
		}
		say(pipeline.Observation{Predicate: "known-file", Denies: true})
		return nil
	}
	var f knownFile
	if a.Status != 200 || json.Unmarshal(a.Body, &f) != nil || !f.is(subject.Value) {
		return pipeline.Fail(pipeline.Malformed, "hashlookup answered with something that is not about the file")
	}
	f.tell(roll{"CIRCL hashlookup, from " + collectors.OneLine(f.Malicious.String(), 60), "malware", a, emit}, subject, say)
	return nil
}

// is reports whether the file has the digest.
func (f knownFile) is(digest string) bool {
	for _, d := range []loose.Text{f.MD5, f.SHA1, f.SHA256} {
		if strings.EqualFold(d.String(), digest) {
			return true
		}
	}
	return false
}

// tell says what a file is. One that is known to be malicious is known to no
// good.
func (f knownFile) tell(r roll, subject pipeline.Entity, say collectors.Emit) {
	known := map[string]any{}
	for key, text := range map[string]loose.Text{"product": f.Product.Of.Name + f.Package, "vendor": f.Product.Of.Vendor, "source": f.Source} {
		if s := collectors.OneLine(text.String(), 120); s != "" {
			known[key] = s
		}
	}
	if f.Source == "" {
		known["source"] = collectors.OneLine(f.DB.String(), 120)
	}
	if f.Trust.Is && f.Trust.Value >= 0 && f.Trust.Value <= 100 {
		known["trust"] = f.Trust.Value
	}
	if f.Malicious == "" {
		say(pipeline.Observation{Predicate: "known-file", Value: known})
	} else {
		r.lists(nil)
	}
	facts := map[string]any{}
	if name := collectors.OneLine(baseName(f.FileName.String()), 120); name != "" {
		facts["name"] = name
	}
	if t := f.Type.String(); len(t) < 100 && strings.Count(t, "/") == 1 && word(strings.NewReplacer("/", "", "+", "").Replace(t), 100) != "" {
		facts["type"] = t
	}
	if f.FileSize.Is && f.FileSize.Value >= 0 {
		facts["size"] = f.FileSize.Value
	}
	if len(facts) > 0 {
		say(pipeline.Observation{Predicate: "file-facts", Value: facts})
	}
	for _, d := range []loose.Text{f.MD5, f.SHA1, f.SHA256} {
		if e, err := pipeline.NewEntity(pipeline.KindFileHash, d.String()); err == nil && e != subject {
			say(pipeline.Observation{Predicate: "same-file", Object: &e})
		}
	}
}

// baseName returns the last part of a path, of either sort.
func baseName(s string) string { return s[strings.LastIndexAny(s, `/\`)+1:] }
