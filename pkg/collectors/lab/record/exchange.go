package record

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// exchange adds the file that answers as an exchange was answered. What got no
// answer gets no file, and what no file can answer is noted.
func (w *writer) exchange(x pipeline.Exchange, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	kind, _, _ := strings.Cut(x.Locator, ":")
	switch kind {
	case "dns":
		if x.Operation == "sweep" {
			return w.sweep(body)
		}
		if !strings.HasPrefix(x.Locator, "dns://") { // else a name server's own answer, which does not tell what the server is like
			return w.dns(body)
		}
	case "whois":
		return w.whois(x.Locator, body)
	case "tcp":
		return w.scan(x, body)
	case "tls", "smtp":
		return w.tls(x, body)
	case "http", "https":
		return w.http(x, body)
	}
	if !slices.Contains(w.left, x.Locator) {
		w.left = append(w.left, x.Locator)
	}
	return nil
}

// kept are the headers that say something; the values of cookies do not.
var kept = []string{"Content-Type", "Location", "Link", "Retry-After", "Server", "X-Powered-By", "Strict-Transport-Security", "Content-Security-Policy",
	"X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Set-Cookie"}

func (w *writer) http(x pipeline.Exchange, raw []byte) error {
	u, err := url.Parse(x.Locator)
	if err != nil {
		return err
	}
	a, err := collectors.ReadAnswer(x, raw)
	if err != nil {
		return err
	}
	var b strings.Builder
	if a.Status != http.StatusOK {
		fmt.Fprintf(&b, "status %d\n", a.Status)
	}
	for _, name := range kept {
		for _, v := range a.Header.Values(name) {
			if name == "Set-Cookie" {
				v = withoutValue(v)
			}
			fmt.Fprintf(&b, "%s: %s\n", name, literal(w.r.text(v)))
		}
	}
	b.WriteString("\n" + lines(w.r.body(a.Body)))
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	w.add(u.Scheme+"://"+w.r.name(u.Hostname())+w.subjectIn(path), b.String())
	return nil
}

// subjectIn redacts what a path or a query says of the subject.
func (w *writer) subjectIn(s string) string {
	if w.r.top != "" && strings.HasSuffix(s, "/"+w.r.top) {
		s = strings.TrimSuffix(s, w.r.top) + "example"
	}
	return w.r.text(s)
}

func withoutValue(cookie string) string {
	name, rest, _ := strings.Cut(cookie, "=")
	_, attributes, more := strings.Cut(rest, ";")
	if more {
		attributes = ";" + attributes
	}
	return name + "=x" + attributes
}

func (w *writer) whois(locator string, raw []byte) error {
	server, query, _ := strings.Cut(strings.TrimPrefix(locator, "whois://"), "/")
	server, _, _ = strings.Cut(server, ":")
	w.add("whois://"+w.r.name(server)+w.subjectIn("/"+query), lines(w.r.whois(raw)))
	return nil
}

// signing are the types that only the holder of a zone's keys can make: a lab
// signs with its own.
var signing = []uint16{dns.TypeRRSIG, dns.TypeDNSKEY, dns.TypeDS, dns.TypeNSEC3PARAM}

// dns adds the records of an answer; a denial needs none, and signatures can't
// be had again.
func (w *writer) dns(raw []byte) error {
	m := new(dns.Msg)
	if err := m.Unpack(raw); err != nil {
		return fmt.Errorf("recorded DNS answer: %w", err)
	}
	signed := slices.ContainsFunc(m.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == dns.TypeRRSIG })
	for _, rr := range m.Answer {
		if signed && slices.Contains(signing, rr.Header().Rrtype) {
			continue
		}
		line := w.record(rr)
		if rr.Header().Rrtype == dns.TypeSOA { // stands in the zone that it begins
			zone, _, _ := strings.Cut(line, " ")
			w.add("dns://"+strings.TrimSuffix(zone, "."), line+"\n")
			continue
		}
		w.records[line] = true
	}
	return nil
}

// tls says how the host shakes hands: what its certificate is for, until when,
// and which versions it takes.
func (w *writer) tls(x pipeline.Exchange, raw []byte) error {
	h, err := collectors.ReadHandshake(x, raw)
	if err != nil || h.Err != nil || len(h.State.PeerCertificates) == 0 {
		return err
	}
	u, err := url.Parse(x.Locator)
	if err != nil {
		return err
	}
	c := h.State.PeerCertificates[0]
	var b strings.Builder
	if u.Scheme == "smtp" {
		b.WriteString("smtp\n")
	}
	names := slices.Clone(c.DNSNames)
	for i, n := range names {
		names[i] = w.r.name(n)
	}
	if len(names) > 0 {
		fmt.Fprintf(&b, "certificate names %s\n", strings.Join(names, " "))
	}
	days := func(t time.Time) int { return int(t.Sub(x.At).Hours() / 24) }
	fmt.Fprintf(&b, "certificate from %+dd to %+dd\n", days(c.NotBefore), days(c.NotAfter))
	if c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
		b.WriteString("certificate self-signed\n")
	}
	w.add("host://"+w.r.name(u.Hostname()), b.String())
	w.records[fmt.Sprintf("%s. A 203.0.113.99", w.r.name(u.Hostname()))] = true
	return nil
}

// literal writes a text so that the lab sends it as it is: braces are no
// templates.
func literal(s string) string { return strings.ReplaceAll(s, "{{", "{{hex 7b 7b}}") }

// lines writes a body so: what would begin another file does not, and where it
// ends without a newline the lab adds none.
func lines(s string) string {
	s = literal(s)
	if strings.HasPrefix(s, "-- ") {
		s = "{{hex 2d}}" + s[1:]
	}
	s = strings.ReplaceAll(s, "\n-- ", "\n{{hex 2d}}- ")
	if !strings.HasSuffix(s, "\n") {
		s += "{{end}}\n"
	}
	return s
}
