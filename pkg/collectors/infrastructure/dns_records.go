package infrastructure

import (
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// texts tells the TXT records. Of a verification token only whose it is: it
// shows that somebody proved control of the domain there once, no more.
func (r records) texts() {
	reply := r.get(r.subject.Value, dns.TypeTXT)
	for _, text := range texts(reply) {
		if vendor := tokenOf(text); vendor != "" {
			r.emit(pipeline.Observation{Predicate: "verification-token", Value: vendor, Exchanges: proof(reply)})
		} else {
			r.emit(pipeline.Observation{Predicate: "txt-record", Value: text, Exchanges: proof(reply)})
		}
	}
}

// tokens are the beginnings of verification tokens, in lower case, and whose
// they are.
var tokens = []struct{ prefix, vendor string }{
	{"google-site-verification=", "Google"},
	{"ms=ms", "Microsoft"},
	{"facebook-domain-verification=", "Facebook"},
	{"apple-domain-verification=", "Apple"},
	{"atlassian-domain-verification=", "Atlassian"},
	{"docusign=", "DocuSign"},
	{"adobe-idp-site-verification=", "Adobe"},
	{"stripe-verification=", "Stripe"},
	{"zoom_verify_", "Zoom"},
	{"dropbox-domain-verification=", "Dropbox"},
	{"globalsign-domain-verification=", "GlobalSign"},
	{"_globalsign-domain-verification=", "GlobalSign"},
	{"amazonses:", "Amazon SES"},
	{"mailru-verification:", "Mail.ru"},
	{"yandex-verification:", "Yandex"},
	{"have-i-been-pwned-verification=", "Have I Been Pwned"},
	{"openai-domain-verification=", "OpenAI"},
	{"anthropic-domain-verification-", "Anthropic"},
}

// tokenOf returns whose verification token a text is, or "".
func tokenOf(text string) string {
	lower := strings.ToLower(strings.TrimSpace(text))
	for _, t := range tokens {
		if strings.HasPrefix(lower, t.prefix) {
			return t.vendor
		}
	}
	return ""
}

// caa tells the first CAA set from the name upwards (RFC 8659, 3). That there
// is none is said only if every name on the way denied it.
func (r records) caa() {
	var asked []*collectors.Reply
	for _, name := range append([]string{r.subject.Value}, parents(r.subject.Value)...) {
		reply := r.get(name, dns.TypeCAA)
		if reply == nil {
			return
		}
		asked = append(asked, reply)
		if reply.Denied() {
			continue
		}
		for _, rr := range reply.Records() {
			c, ok := rr.(*dns.CAA)
			if !ok {
				continue
			}
			value := map[string]any{"flags": float64(c.Flag), "tag": strings.ToLower(c.Tag), "value": unescape(c.Value)}
			if name != r.subject.Value {
				value["at"] = name
			}
			r.emit(pipeline.Observation{Predicate: "caa-record", Value: value, Exchanges: proof(asked...)})
		}
		return
	}
	r.emit(pipeline.Observation{Predicate: "caa-record", Denies: true, Exchanges: proof(asked...)})
}

// services tells the SRV records. A target of "." says that the service is
// not offered.
func (r records) services() {
	for _, service := range services {
		reply := r.get(service+"."+r.subject.Value, dns.TypeSRV)
		if reply == nil {
			continue
		}
		for _, rr := range reply.Records() {
			s, ok := rr.(*dns.SRV)
			if !ok {
				continue
			}
			if bare(s.Target) == "" {
				r.emit(pipeline.Observation{Predicate: "srv-record", Denies: true, Exchanges: proof(reply),
					Value: map[string]any{"service": service}})
				continue
			}
			r.emit(pipeline.Observation{Predicate: "srv-record", Exchanges: proof(reply), Value: map[string]any{
				"service": service, "target": bare(s.Target), "port": float64(s.Port),
				"priority": float64(s.Priority), "weight": float64(s.Weight)}})
			r.name("served-by", s.Target, service, reply)
		}
	}
}

// mail tells the mail hosts, that there are none or that mail is refused
// (RFC 7505).
func (r records) mail() {
	reply := r.get(r.subject.Value, dns.TypeMX)
	if reply == nil {
		return
	}
	if reply.Denied() {
		r.emit(pipeline.Observation{Predicate: "mail-handled-by", Denies: true, Exchanges: proof(reply)})
		return
	}
	for _, rr := range reply.Records() {
		mx, ok := rr.(*dns.MX)
		if !ok {
			continue
		}
		if bare(mx.Mx) == "" {
			r.emit(pipeline.Observation{Predicate: "refuses-mail", Value: true, Exchanges: proof(reply)})
			continue
		}
		r.name("mail-handled-by", mx.Mx, float64(mx.Preference), reply)
	}
}
