package infrastructure

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"crypto/rsa"

	"osint/pkg/pipeline"
)

// rsaKey returns the record form of an RSA key of a size. Nobody will check a
// signature with it, so an odd number of that size will do.
func rsaKey(t testing.TB, bits int) string {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	n.Add(n, big.NewInt(12345))
	der, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: 65537})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestParseDKIM(t *testing.T) {
	ed := base64.StdEncoding.EncodeToString(make([]byte, 32))
	n := new(big.Int).Lsh(big.NewInt(1), 1023)
	pkcs1 := base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(&rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}))
	k2048 := rsaKey(t, 2048)
	for text, want := range map[string]string{
		"v=DKIM1; k=rsa; p=" + k2048:                         "rsa 2048 false  false",
		"p=" + rsaKey(t, 1024):                               "rsa 1024 false  false",
		"v=DKIM1; p=" + rsaKey(t, 512):                       "rsa 512 false  false",
		"v=DKIM1; p=" + pkcs1:                                "rsa 1024 false  false",
		"v=DKIM1; k=ed25519; p=" + ed:                        "ed25519 256 false  false",
		"v=DKIM1; h=sha1:SHA256; t=s:y; p=" + k2048:          "rsa 2048 true sha1:sha256 false",
		"v=DKIM1; p=":                                        "rsa 0 false  true",
		"v=DKIM1; s=email; p=" + k2048[:8] + " " + k2048[8:]: "rsa 2048 false  false",
		"v=DKIM1; s=tlsrpt; p=" + k2048:                      "error",
		"k=rsa; v=DKIM1; p=" + k2048:                         "error",
		"v=DKIM2; p=" + k2048:                                "error",
		"v=DKIM1; k=rsa":                                     "error",
		"v=DKIM1; p=!!!!":                                    "error",
		"v=DKIM1; p=AAAA":                                    "error",
		"v=DKIM1; k=ed25519; p=AAAA":                         "error",
		"v=DKIM1; k=dsa; p=AAAA":                             "error",
		"v=spf1 -all":                                        "error",
		"":                                                   "error",
	} {
		got := "error"
		if k, err := parseDKIM(text); err == nil {
			got = fmt.Sprintf("%s %d %v %s %v", k.kind, k.bits, k.testing, k.hash, k.revoked)
		}
		if got != want {
			t.Errorf("%.60q: %s, want %s", text, got, want)
		}
	}
}

// txt writes a TXT record as strings of at most 200 bytes.
func txt(name, text string) string {
	var b strings.Builder
	b.WriteString(name + " TXT")
	for part := range slices.Chunk([]byte(text), 200) {
		fmt.Fprintf(&b, " %q", part)
	}
	return b.String() + "\n"
}

func TestDKIMSelectors(t *testing.T) {
	zone := txt("google._domainkey.corp.example.", "v=DKIM1; k=rsa; p="+rsaKey(t, 1024)) +
		"s1._domainkey.corp.example. CNAME s1.key.mailer.example.\n" + txt("s1.key.mailer.example.", "v=DKIM1; t=y; p="+rsaKey(t, 2048)) +
		txt("k1._domainkey.corp.example.", "v=DKIM1; p=")
	f := zoneOf(t, zone)
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "dkim-key",
		`corp.example dkim-key {"bits":1024,"hash":"","revoked":false,"selector":"google","testing":false,"type":"rsa"}`,
		`corp.example dkim-key {"bits":2048,"hash":"","revoked":false,"selector":"s1","testing":true,"type":"rsa"}`,
		`corp.example dkim-key {"bits":0,"hash":"","revoked":true,"selector":"k1","testing":false,"type":"rsa"}`)
	if f.trips != 2 {
		t.Errorf("%d round trips, want 2", f.trips)
	}
}

func TestDKIMIsNotProbedWhereNothingIs(t *testing.T) {
	f := zoneOf(t, "corp.example. A 192.0.2.1\n")
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "dkim-key", "not corp.example dkim-key")
	if f.trips != 1 || slices.ContainsFunc(f.asked, func(q string) bool { return strings.Contains(q, "._domainkey.") }) {
		t.Errorf("asked %v", f.asked)
	}
	f = zoneOf(t, "corp.example. A 192.0.2.1\n")
	f.broken["_domainkey.corp.example TXT"] = true
	r = read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "dkim-key")
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("%v; want partial", r.err)
	}
}

func TestDKIMWildcardIsToldOnce(t *testing.T) {
	f := zoneOf(t, "")
	m := mail{domain: "corp.example"}
	text := "v=DKIM1; p=" + rsaKey(t, 2048)
	zone := txt(m.unused()+"._domainkey.corp.example.", text)
	for _, s := range selectors {
		zone += txt(s+"._domainkey.corp.example.", text)
	}
	f = zoneOf(t, zone)
	r := read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "dkim-key", `corp.example dkim-key {"bits":2048,"hash":"","revoked":false,"selector":"*","testing":false,"type":"rsa"}`)
}

func TestTransportPolicies(t *testing.T) {
	r := read(t, mailPolicy(), readMailPolicy, zoneOf(t, `_smtp._tls.corp.example. TXT "v=TLSRPTv1; rua=mailto:tls@corp.example"
		_mta-sts.corp.example. TXT "v=STSv1; id=20261123;"
`), "corp.example")
	r.wants(t, "corp.example tls-rpt-record v=TLSRPTv1; rua=mailto:tls@corp.example", "corp.example mta-sts-record v=STSv1; id=20261123;")
	r = read(t, mailPolicy(), readMailPolicy, zoneOf(t, `_mta-sts.corp.example. TXT "v=STSv10; id=1;"`+"\n"), "corp.example")
	r.only(t, "tls-rpt-record", "not corp.example tls-rpt-record")
	r.only(t, "mta-sts-record", "not corp.example mta-sts-record")
	f := zoneOf(t, "")
	f.silent["_mta-sts.corp.example TXT"] = true
	r = read(t, mailPolicy(), readMailPolicy, f, "corp.example")
	r.only(t, "mta-sts-record")
	if outcome(r.err) != pipeline.Partial {
		t.Errorf("%v; want partial", r.err)
	}
}

func FuzzDKIM(f *testing.F) {
	for _, s := range []string{"v=DKIM1; k=rsa; h=sha256; t=y:s; p=" + rsaKey(f, 1024), "v=DKIM1; k=ed25519; p=AAAA", "p=", "v=DKIM1; s=*:email; p=M="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := parseDKIM(s)
		if err == nil && k.revoked != (k.bits == 0) {
			t.Errorf("%q: %+v", s, k)
		}
	})
}
