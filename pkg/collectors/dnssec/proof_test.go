package dnssec

import (
	"testing"
	"time"

	"github.com/miekg/dns"
)

func record[T dns.RR](t *testing.T, text string) T {
	t.Helper()
	rr, err := dns.NewRR(text)
	if err != nil {
		t.Fatal(err)
	}
	return rr.(T)
}

// The NSEC of a delegation speaks for the zone above: neither of what is below
// it nor of the types that are the zone's own.
func TestDelegationsProveLittle(t *testing.T) {
	p := nsecs{zone: "example.", records: []*dns.NSEC{
		record[*dns.NSEC](t, "example. NSEC corp.example. NS SOA RRSIG NSEC DNSKEY"),
		record[*dns.NSEC](t, "corp.example. NSEC \\000.example. NS RRSIG NSEC")}}
	if p.covers("www.corp.example.") || p.noName("www.corp.example.") {
		t.Error("it denies names below")
	}
	if p.noData("corp.example.", dns.TypeA) || !p.noData("corp.example.", dns.TypeDS) {
		t.Error("it denies what is the zone's own")
	}
	if got, _ := p.cut("corp.example."); got != unsigned {
		t.Errorf("the delegation itself: %d", got)
	}
	child := nsecs{zone: "corp.example.", records: []*dns.NSEC{record[*dns.NSEC](t, "corp.example. NSEC a.corp.example. NS SOA RRSIG NSEC DNSKEY")}}
	if got, _ := child.cut("corp.example."); got != unproven || child.noData("corp.example.", dns.TypeDS) {
		t.Error("a zone denies its own DS record")
	}

	h := nsec3s{zone: "example."}
	hash := func(name string) string { return dns.HashName(name, dns.SHA1, 0, "") }
	add := func(owner, next string, types ...uint16) {
		h.add(&dns.NSEC3{Hdr: dns.RR_Header{Name: owner + ".example.", Rrtype: dns.TypeNSEC3}, Hash: dns.SHA1, NextDomain: next, TypeBitMap: types})
	}
	add(hash("corp.example."), hash("corp.example."), dns.TypeNS)
	if _, _, gap := h.encloser("www.corp.example."); gap != nil || h.noName("www.corp.example.") {
		t.Error("a hashed delegation denies names below")
	}
	if h.noData("corp.example.", dns.TypeA) {
		t.Error("a hashed delegation denies what is the zone's own")
	}
}

// An answer may be made to cost; there is an end to it.
func TestChecksAreBounded(t *testing.T) {
	key := &dns.DNSKEY{Hdr: dns.RR_Header{Name: "example.", Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET}, Flags: 257, Protocol: 3, Algorithm: dns.ED25519}
	if _, err := key.Generate(256); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	sig := &dns.RRSIG{Hdr: dns.RR_Header{Name: "example.", Rrtype: dns.TypeRRSIG, Class: dns.ClassINET}, TypeCovered: dns.TypeA, Algorithm: dns.ED25519, Labels: 1,
		KeyTag: key.KeyTag(), SignerName: "example.", Inception: uint32(now.Add(-time.Hour).Unix()), Expiration: uint32(now.Add(time.Hour).Unix()), Signature: "AAAA"}
	s := set{name: "example.", kind: dns.TypeA, records: []dns.RR{record[*dns.A](t, "example. A 192.0.2.1")}}
	var keys []*dns.DNSKEY
	for range 1000 {
		s.sigs, keys = append(s.sigs, sig), append(keys, key)
	}
	v := &Validator{Now: now}
	if got := v.verify("example.", keys, s); got.State != Indeterminate || v.spent > maxChecks+1 {
		t.Errorf("%+v after %d checks", got, v.spent)
	}
}

// Times are serial numbers (RFC 4034, 3.1.5).
func TestExpires(t *testing.T) {
	for _, c := range []struct {
		from, to uint32
		want     string
	}{
		{1764547200, 1767139200, "2025-12-31T00:00:00Z"},
		{4294900000, 100000, "2106-02-08T10:14:56Z"},
		{1764547200, 1764460800, "2025-11-30T00:00:00Z"},
	} {
		if got := Expires(&dns.RRSIG{Inception: c.from, Expiration: c.to}).Format(time.RFC3339); got != c.want {
			t.Errorf("%d to %d: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}
