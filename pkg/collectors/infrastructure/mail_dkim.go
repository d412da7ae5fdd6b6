package infrastructure

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// selectors are the DKIM selectors asked for: there is no listing of them.
var selectors = strings.Fields(`default dkim mail smtp email google 20230601 20221208 selector1
	selector2 s1 s2 k1 k2 k3 mandrill mte1 mte2 sig1 pm pm-bounces protonmail protonmail2
	protonmail3 fm1 fm2 fm3 zoho zmail mx mxvault cm dk key1 key2 everlytickey1 everlytickey2
	hs1 hs2 ctct1 ctct2 scph turbo-smtp krs smtpapi sm mailjet mlsend ml qualtrics sailthru
	zendesk1 zendesk2 intercom freshdesk titan1 titan2 amazonses yandex`)

// selectors returns the questions for DKIM keys: none if the name above them
// all does not exist (RFC 8020). One selector nobody uses tells a wildcard.
func (m mail) selectors() []collectors.Question {
	above := m.get("_domainkey."+m.domain, dns.TypeTXT)
	if above != nil && above.Rcode == dns.RcodeNameError {
		m.emit(pipeline.Observation{Predicate: "dkim-key", Denies: true, Exchanges: proof(above)})
		return nil
	}
	var qs []collectors.Question
	for _, s := range append([]string{m.unused()}, selectors...) {
		qs = append(qs, at(s+"._domainkey."+m.domain, dns.TypeTXT)...)
	}
	return qs
}

// unused returns a selector that the domain has only if it has all. It is the
// same each time, so a task run again asks the same.
func (m mail) unused() string {
	sum := sha256.Sum256([]byte(m.domain))
	return "osint" + hex.EncodeToString(sum[:6])
}

// dkim tells the keys found. Under a wildcard they are told once, with the
// selector "*".
func (m mail) dkim() {
	for _, s := range append([]string{m.unused()}, selectors...) {
		reply := m.get(s+"._domainkey."+m.domain, dns.TypeTXT)
		wild := s == m.unused()
		for _, text := range texts(reply) {
			k, err := parseDKIM(text)
			if err != nil {
				continue
			}
			if wild {
				s = "*"
			}
			m.emit(pipeline.Observation{Predicate: "dkim-key", Exchanges: proof(reply), Value: map[string]any{
				"selector": s, "type": k.kind, "bits": float64(k.bits), "testing": k.testing, "hash": k.hash, "revoked": k.revoked}})
		}
		if s == "*" {
			return
		}
	}
}

// A dkimKey is a DKIM key record (RFC 6376, 3.6.1; RFC 8463).
type dkimKey struct {
	kind    string // rsa or ed25519
	bits    int    // 0 if revoked
	testing bool
	hash    string // hash algorithms allowed, joined by ":"; "" is any
	revoked bool
}

// parseDKIM reads a key record.
func parseDKIM(text string) (dkimKey, error) {
	order, v := tags(text)
	p, has := v["p"]
	switch {
	case !has:
		return dkimKey{}, errors.New("no DKIM key: p is missing")
	case v["v"] != "" && (v["v"] != "DKIM1" || order[0] != "v"):
		return dkimKey{}, errors.New("no DKIM key: v is not DKIM1")
	case v["s"] != "" && !slices.Contains(list(v["s"]), "*") && !slices.Contains(list(v["s"]), "email"):
		return dkimKey{}, errors.New("a DKIM key for another service than mail")
	}
	k := dkimKey{kind: "rsa", hash: strings.Join(list(v["h"]), ":"), testing: slices.Contains(list(v["t"]), "y")}
	if v["k"] != "" {
		k.kind = strings.ToLower(v["k"])
	}
	data := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, p)
	if data == "" {
		k.revoked = true
		return k, nil
	}
	der, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return dkimKey{}, fmt.Errorf("DKIM key is not base64: %w", err)
	}
	k.bits, err = keyBits(k.kind, der)
	return k, err
}

// keyBits returns the size of a key.
func keyBits(kind string, der []byte) (int, error) {
	switch kind {
	case "ed25519":
		if len(der) != 32 {
			return 0, fmt.Errorf("ed25519 key of %d bytes, want 32", len(der))
		}
		return 256, nil
	case "rsa":
		if key, err := x509.ParsePKIXPublicKey(der); err == nil {
			if r, ok := key.(*rsa.PublicKey); ok {
				return r.N.BitLen(), nil
			}
			return 0, errors.New("key is not the RSA key it says it is")
		}
		key, err := x509.ParsePKCS1PublicKey(der)
		if err != nil {
			return 0, fmt.Errorf("RSA key can't be read: %w", err)
		}
		return key.N.BitLen(), nil
	}
	return 0, fmt.Errorf("unknown key type %.20q", kind)
}

// list splits a list at colons, in lower case.
func list(s string) []string {
	var out []string
	for x := range strings.SplitSeq(strings.ToLower(s), ":") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}
