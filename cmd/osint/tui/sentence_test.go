package tui

import (
	"testing"

	"github.com/charmbracelet/x/ansi"

	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// What is denied reads as a sentence.
func TestSentence(t *testing.T) {
	host, ns := entity(pipeline.KindHost, "dev.acme.example"), entity(pipeline.KindHost, "ns1.acme.example")
	m := &model{look: newLook(Options{Safe: report.Safe})}
	for want, o := range map[string]pipeline.Observation{
		"dev.acme.example does not resolve  dns":                                 {Predicate: "resolves-to", Denies: true, Collector: "dns"},
		"dev.acme.example does not accept TLS 1.1  tls":                          {Predicate: "tls-version", Value: "TLS 1.1", Denies: true, Collector: "tls"},
		"dev.acme.example accepts TLS 1.3  tls":                                  {Predicate: "tls-version", Value: "TLS 1.3", Collector: "tls"},
		"dev.acme.example accepts no weak suites  tls":                           {Predicate: "tls-cipher", Value: "weak suites", Denies: true, Collector: "tls"},
		"dev.acme.example is not handed out whole by ns1.acme.example  transfer": {Predicate: "zone-transfer", Object: &ns, Denies: true, Collector: "transfer"},
	} {
		o.Subject = host
		if got := ansi.Strip(m.sentence(&o)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
