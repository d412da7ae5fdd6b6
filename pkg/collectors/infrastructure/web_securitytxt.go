package infrastructure

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// securityTxt is what RFC 9116 has in a file.
type securityTxt struct {
	contacts []string
	expires  time.Time // zero if absent or unreadable
	faults   []string
}

// parseSecurityTxt reads the file's fields; a clear-signed one is read
// through its wrapper.
func parseSecurityTxt(body string, now time.Time) securityTxt {
	var s securityTxt
	expires := 0
	for _, line := range strings.Split(body, "\n") {
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ":")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "contact":
			if len(s.contacts) < 20 {
				s.contacts = append(s.contacts, cut(value, 200))
			}
		case "expires":
			expires++
			s.expires, _ = time.Parse(time.RFC3339, strings.ToUpper(value))
		}
	}
	if len(s.contacts) == 0 {
		s.faults = append(s.faults, "no Contact")
	}
	switch {
	case expires == 0:
		s.faults = append(s.faults, "no Expires")
	case expires > 1:
		s.faults = append(s.faults, "more than one Expires")
	case s.expires.IsZero():
		s.faults = append(s.faults, "Expires is no date")
	case s.expires.Before(now):
		s.faults = append(s.faults, "expired")
	}
	return s
}

// emitSecurityTxt reports a host's security.txt, or that there is none. A
// page where the file is due is none; a server's failure says nothing.
func emitSecurityTxt(emit collectors.Emit, a *collectors.Answer, host string, now time.Time) {
	if a == nil || a.Status >= 500 || a.Status == http.StatusTooManyRequests || a.Status == http.StatusForbidden {
		return
	}
	proof := a.Exchanges()
	at, err := url.Parse(a.URL)
	media, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if err != nil || a.Status != http.StatusOK || strings.TrimSpace(strings.ToLower(media)) == "text/html" {
		emit(pipeline.Observation{Predicate: "security-txt", Denies: true, Exchanges: proof})
		return
	}
	s := parseSecurityTxt(string(a.Body), now)
	if registrableOf(at.Hostname()) != registrableOf(host) { // within the domain a redirect is nobody else's (RFC 9116, 5.2)
		s.faults = append(s.faults, "served by "+at.Hostname())
	}
	expires := ""
	if !s.expires.IsZero() {
		expires = s.expires.UTC().Format(time.RFC3339)
	}
	var links []string
	for _, c := range s.contacts {
		if to, ok := contactOf(c); ok {
			emit(pipeline.Observation{Predicate: "has-contact", Subject: registrableOf(host), Object: &to, Value: "security.txt", Exchanges: proof})
		}
		if strings.HasPrefix(c, "https:") {
			links = append(links, c)
		}
	}
	emit(pipeline.Observation{Predicate: "security-txt", Exchanges: proof, Value: map[string]any{
		"contact": links, "contacts": len(s.contacts), "expires": expires, "valid": len(s.faults) == 0, "reason": strings.Join(s.faults, ", ")}})
}

// contactOf makes an entity of a Contact field.
func contactOf(s string) (pipeline.Entity, bool) {
	kind := pipeline.KindURL
	switch scheme, _, _ := strings.Cut(s, ":"); strings.ToLower(scheme) {
	case "mailto":
		kind = pipeline.KindEmail
	case "tel":
		kind = pipeline.KindPhone
	}
	e, err := pipeline.NewEntity(kind, s)
	return e, err == nil
}

func registrableOf(host string) pipeline.Entity {
	e, err := pipeline.NewName(host)
	if err != nil {
		return pipeline.Entity{}
	}
	return e.Registrable()
}
