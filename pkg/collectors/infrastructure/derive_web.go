package infrastructure

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"osint/pkg/collectors/loose"
)

// deriveWeb reads an answer of the subject's own server: which headers it sent
// of those that are looked at, how its cookies are guarded, and of a
// security.txt how it is made. Not a word of a page.
func deriveWeb(s *sheet, answer []byte) error {
	head, body, err := s.web(answer)
	if err != nil {
		return err
	}
	media, _, _ := strings.Cut(head.Get("Content-Type"), ";")
	s.word("media type", strings.ToLower(strings.TrimSpace(media)), []string{"text/html", "text/plain", "application/xhtml+xml", "application/json", "image/x-icon", "image/png", "image/svg+xml"})
	for _, name := range append([]string{"server", "x-powered-by", "location", "set-cookie"}, wanted...) {
		s.count("header "+name, len(head.Values(name)))
	}
	for _, c := range (&http.Response{Header: head}).Cookies() {
		s.line("cookie", fmt.Sprintf("secure %t, httponly %t, samesite %s", c.Secure, c.HttpOnly, cmp.Or(sameSite(c.SameSite), "unset")))
	}
	s.count("bytes", len(body))
	if t := parseSecurityTxt(string(body), time.Time{}); len(t.contacts) > 0 {
		s.count("security.txt, contacts", len(t.contacts))
		s.at("security.txt, expires", t.expires)
	}
	return nil
}

// deriveCertificates reads a list of logged certificates, of either source:
// names and times.
func deriveCertificates(s *sheet, answer []byte) error {
	_, body, err := s.web(answer)
	if err != nil {
		return err
	}
	var certs []struct {
		Names     loose.Text  `json:"name_value"`
		Listed    loose.Texts `json:"dns_names"`
		NotBefore loose.Text  `json:"not_before"`
		NotAfter  loose.Text  `json:"not_after"`
	}
	if json.Unmarshal(body, &certs) != nil {
		return errUnread
	}
	s.line("certificates", strconv.Itoa(len(certs)))
	for _, c := range certs {
		s.line("certificate", moment(crtshTime(c.NotBefore))+" to "+moment(crtshTime(c.NotAfter)))
		for _, n := range append(strings.Fields(string(c.Names)), c.Listed...) {
			s.name("name", n)
		}
	}
	return nil
}

// deriveSize reads an answer in which anything may stand: its status, and how
// long it was.
func deriveSize(s *sheet, answer []byte) error {
	_, body, err := s.web(answer)
	if err != nil {
		return err
	}
	s.line("bytes", strconv.Itoa(len(body)))
	s.line("lines", strconv.Itoa(strings.Count(string(body), "\n")))
	return nil
}
