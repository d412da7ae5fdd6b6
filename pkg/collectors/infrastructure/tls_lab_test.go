package infrastructure_test

import (
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// check returns the certificate-check that was told.
func (o *told) check(t *testing.T) string {
	t.Helper()
	for _, l := range o.lines {
		if _, check, ok := strings.Cut(l, " certificate-check "); ok {
			return check
		}
	}
	t.Fatalf("no certificate-check: %v", o.err)
	return ""
}

func TestTLSCertificates(t *testing.T) {
	for _, c := range []struct {
		name, host string
		want       []string
	}{
		{"good", "", []string{`"trusted":true`, `"name_match":true`, `"self_signed":false`, `"expired":false`, `"reason":""`, `"key_type":"ECDSA"`, `"key_bits":256`, `"weak_chain":false`, `"chain":2`}},
		{"self-signed", "certificate self-signed", []string{`"trusted":false`, `"self_signed":true`, `"chain":1`}},
		{"of an unknown authority", "certificate untrusted", []string{`"trusted":false`, `"self_signed":false`}},
		{"with a link missing", "certificate incomplete", []string{`"trusted":false`, `"chain":1`}},
		{"expired, and trusted but for that", "certificate from -90d to -5d", []string{`"trusted":true`, `"expired":true`}},
		{"for another name", "certificate names other.example", []string{`"trusted":true`, `"name_match":false`}},
		{"of a wildcard", "certificate names *.acme.example", []string{`"name_match":true`}},
		{"with a short key", "certificate key rsa-1024", []string{`"key_type":"RSA"`, `"key_bits":1024`}},
		{"signed with SHA-1", "certificate sha1", []string{`"weak_chain":true`, `"trusted":false`, `"signature":"ECDSA-SHA1"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "tls", "www.acme.example", siteZone+"\n-- https://www.acme.example/ --\n\n-- host://www.acme.example --\n"+c.host+"\n")
			got.ends(t, pipeline.OK, "")
			for _, w := range c.want {
				if check := got.check(t); !contains(check, w) {
					t.Errorf("want %s in %s", w, check)
				}
			}
		})
	}
}

func TestTLSTellsOfTheCertificate(t *testing.T) {
	got := tell(t, "tls", "www.acme.example", siteZone+`
-- https://www.acme.example/ --

-- host://www.acme.example --
certificate names www.acme.example *.acme.example WWW.acme.example localhost
certificate from -30d to +60d
`)
	got.ends(t, pipeline.OK, "")
	got.says(t, "www.acme.example listens-on 192.0.2.2:443/tcp")
	presents := ""
	for _, l := range got.lines {
		if _, cert, ok := strings.Cut(l, " presents-certificate "); ok {
			presents = cert
		}
	}
	got.says(t, presents+" certified-for www.acme.example", presents+" certified-for acme.example wildcard",
		presents+" issued-by Lab", presents+" valid-from", presents+" valid-until", presents+` certificate-key {"bits":256,"type":"ECDSA"}`,
		presents+" signature-algorithm ECDSA-SHA256", "!"+presents+" certified-for localhost")
}

func TestTLSVersions(t *testing.T) {
	for _, c := range []struct {
		name, host string
		want       []string
	}{
		{"modern", "tls 1.2 1.3", []string{"not www.acme.example tls-version TLS 1.0", "not www.acme.example tls-version TLS 1.1",
			"www.acme.example tls-version TLS 1.2", "www.acme.example tls-version TLS 1.3", "not www.acme.example tls-cipher weak suites",
			"www.acme.example tls-key-exchange X25519MLKEM768"}},
		{"old", "tls 1.0 1.2\ncertificate key rsa-2048\nciphers TLS_RSA_WITH_3DES_EDE_CBC_SHA TLS_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			[]string{"www.acme.example tls-version TLS 1.0", "www.acme.example tls-version TLS 1.1", "www.acme.example tls-version TLS 1.2",
				"not www.acme.example tls-version TLS 1.3", "www.acme.example tls-cipher TLS_RSA_WITH_", "!www.acme.example tls-key-exchange"}},
		{"newest only", "tls 1.3", []string{"www.acme.example tls-version TLS 1.3", "not www.acme.example tls-version TLS 1.2", "www.acme.example presents-certificate"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := tell(t, "tls", "www.acme.example", siteZone+"\n-- https://www.acme.example/ --\n\n-- host://www.acme.example --\n"+c.host+"\n")
			got.ends(t, pipeline.OK, "")
			got.says(t, c.want...)
		})
	}
}

func TestTLSThatIsNotThere(t *testing.T) {
	hung := tell(t, "tls", "www.acme.example", siteZone+"\n-- https://www.acme.example/ --\n\n-- host://www.acme.example --\ntls close\n")
	hung.ends(t, pipeline.Unreachable, "hung up on every handshake")
	if hung.err != nil && contains(hung.err.Error(), "127.0.0.1") {
		t.Errorf("the reason differs from run to run: %v", hung.err)
	}
	tell(t, "tls", "mail.acme.example", siteZone+"mail TXT x\n-- http://www.acme.example/ --\n\n").ends(t, pipeline.Empty, "")
	tell(t, "tls", "in.acme.example", siteZone+"in A 127.0.0.1\n").ends(t, pipeline.Blocked, "not a public address")
}
