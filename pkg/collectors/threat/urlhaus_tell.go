package threat

import (
	"strings"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// about reports whether an answer is to the question.
func (x *urlhausAnswer) about(subject pipeline.Entity) bool {
	switch subject.Kind {
	case pipeline.KindURL:
		u, err := pipeline.NewEntity(pipeline.KindURL, x.URL.String())
		return err == nil && u == subject
	case pipeline.KindFileHash:
		return strings.EqualFold(x.MD5.String(), subject.Value) || strings.EqualFold(x.SHA256.String(), subject.Value)
	}
	return strings.EqualFold(strings.TrimSuffix(x.Host.String(), "."), subject.Value)
}

func (x *urlhausAnswer) tell(subject pipeline.Entity, emit collectors.Emit) {
	since, last := x.since()
	emit(pipeline.Observation{Predicate: "listed-by", Value: stated(map[string]any{"list": urlhausList, "for": "malware", "code": x.status(),
		"since": since.RFC3339(), "last": last.RFC3339(), "reference": x.reference(), "malware": family(x.Signature.String())})})
	if f := family(x.Signature.String()); f != "" {
		emit(pipeline.Observation{Predicate: "malware-family", Value: f})
	}
	if subject.Kind == pipeline.KindFileHash {
		sameFile(subject, emit, x.MD5, x.SHA256)
		if facts := stated(map[string]any{"type": oneLineOf(x.Type.String()), "size": counted(x.Size), "first": x.First.RFC3339(), "last": x.Last.RFC3339()}); len(facts) > 0 {
			emit(pipeline.Observation{Predicate: "file-facts", Value: facts})
		}
		return
	}
	for _, p := range x.Payloads {
		if file, err := pipeline.NewEntity(pipeline.KindFileHash, p.SHA256.String()); err == nil {
			emit(pipeline.Observation{Predicate: "served-file", Object: &file, Value: stated(map[string]any{"at": p.First.RFC3339(), "by": urlhausList})})
			if f := family(p.Signature.String()); f != "" {
				emit(pipeline.Observation{Subject: file, Predicate: "malware-family", Value: f})
			}
		}
	}
}

// status is "online" if any URL still hands out what it did, "offline" if one is
// known not to.
func (x *urlhausAnswer) status() (status string) {
	for _, u := range append(x.URLs, x.urlhausURL) {
		switch u.Status {
		case "online":
			return "online"
		case "offline":
			status = "offline"
		}
	}
	return status
}

// since returns when the subject was first and last reported, or seen at work.
func (x *urlhausAnswer) since() (first, last loose.Time) {
	first, last = x.First, x.Last
	for _, u := range append(x.URLs, x.urlhausURL) {
		if first.IsZero() || !u.Added.IsZero() && u.Added.Before(first.Time) {
			first = u.Added
		}
		for _, at := range []loose.Time{u.Added, u.Online} {
			if at.After(last.Time) {
				last = at
			}
		}
	}
	if last.IsZero() {
		last = first
	}
	return first, last
}

// reference is the page that says more; "" if it is none of theirs.
func (x *urlhausAnswer) reference() string {
	if u, err := pipeline.NewEntity(pipeline.KindURL, x.Reference.String()); err == nil && strings.HasPrefix(u.Value, "https://urlhaus.abuse.ch/") {
		return u.Value
	}
	return ""
}
