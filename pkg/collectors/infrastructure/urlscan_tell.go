package infrastructure

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// scans tells of each name, or of the address, the scan that is found first,
// which is the newest; and every place that a name was served from.
type scans struct {
	subject pipeline.Entity
	emit    collectors.Emit
	told    map[string]bool
}

func newScans(subject pipeline.Entity, emit collectors.Emit) *scans {
	return &scans{subject, emit, map[string]bool{}}
}

// first reports whether something is told for the first time.
func (s *scans) first(what string) bool {
	if s.told[what] {
		return false
	}
	s.told[what] = true
	return true
}

var scanID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`) })

// tell takes one result. It returns a Failure if more is known than is told.
func (s *scans) tell(r scanned, x []pipeline.ExchangeID) error {
	p := r.Page.Of
	name, err := pipeline.NewName(p.Domain.String())
	if err != nil {
		return nil
	}
	ip, noIP := pipeline.NewEntity(pipeline.KindIP, p.IP.String())
	of := name
	switch s.subject.Kind {
	case pipeline.KindIP:
		if noIP != nil || ip != s.subject {
			return nil
		}
		of = s.subject
	case pipeline.KindHost:
		if name != s.subject {
			return nil
		}
	default:
		if _, below := nameBelow(name.Value, s.subject.Value); !below && name != s.subject {
			return nil
		}
	}
	if len(s.told) >= maxCertifiedNames {
		return pipeline.Fail(pipeline.Partial, fmt.Sprintf("more than the %d facts that are told of one subject", maxCertifiedNames))
	}
	if s.subject.Kind == pipeline.KindDomain && name != s.subject && s.first("name "+name.Value) {
		s.emit(pipeline.Observation{Predicate: "has-name", Object: &name, Exchanges: x})
	}
	at := r.Task.Of.Time.RFC3339()
	if noIP == nil && s.first("from "+name.Value+" "+ip.Value) {
		v := map[string]any{"type": map[bool]string{true: "AAAA", false: "A"}[strings.Contains(ip.Value, ":")]}
		if at != "" {
			v["last"] = at
		}
		s.emit(pipeline.Observation{Subject: name, Predicate: "resolved-to", Object: &ip, Value: v, Exchanges: x})
	}
	if s.first("scan " + of.Value) {
		s.emit(pipeline.Observation{Subject: of, Predicate: "scanned-as", Value: r.facts(at, noIP == nil), Exchanges: x})
	}
	return nil
}

// facts are what a scan says of the page. The title is told of a front page
// alone: a page below one may be about somebody.
func (r scanned) facts(at string, placed bool) map[string]any {
	p, v := r.Page.Of, map[string]any{}
	if id := r.ID.String(); scanID().MatchString(id) {
		v["url"] = "https://urlscan.io/result/" + id + "/"
	}
	for key, text := range map[string]string{"at": at, "server": label(p.Server.String())} {
		if text != "" {
			v[key] = text
		}
	}
	if placed {
		v["ip"] = p.IP.String()
	}
	if s := p.Status.String(); len(s) == 3 && s[0] >= '1' && s[0] <= '5' {
		v["status"] = s
	}
	if u, err := url.Parse(p.URL.String()); err == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == "" {
		if title := collectors.OneLine(p.Title.String(), 120); title != "" {
			v["title"] = title
		}
	}
	if m := r.Verdicts.Of.Malicious; m != nil {
		v["malicious"] = bool(*m)
	}
	return v
}
