package collectors

import (
	"testing"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// What names a person in an answer of a collector that says it brings none.
func TestExcess(t *testing.T) {
	zone := func(contact string) []byte {
		m := new(dns.Msg).SetQuestion("corp.example.", dns.TypeDS)
		m.Response = true
		m.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: "corp.example.", Rrtype: dns.TypeSOA, Class: dns.ClassINET}, Ns: "ns1.corp.example.", Mbox: contact}}
		wire, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return wire
	}
	technical := pipeline.Spec{Emits: []pipeline.Category{pipeline.Technical}}
	for _, c := range []struct {
		name string
		body []byte
		over bool
	}{
		{"nothing", nil, false},
		{"a zone run by a role", zone("hostmaster.corp.example."), false},
		{"a zone run by nobody", zone("."), false},
		{"a zone run by a person", zone(`jane\.doe.corp.example.`), true},
		{"a page", []byte("HTTP/1.1 200 OK\r\n\r\nwrite to security@corp.example"), false},
		{"a page that names somebody", []byte("HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n# ask Jane.Doe@corp.example"), true},
		{"a head that does", []byte("HTTP/1.1 200 OK\r\nX-By: tel:+44-20-7946-0000\r\n\r\n\x00\xff"), true},
		{"a certificate that does", []byte("\x30\x82\x00\xff\x81\x10jane@corp.example\x00"), true},
		{"a certificate", []byte("\x30\x82\x00\xff@\x81\x10corp.example\x00"), false},
	} {
		v := &View{spec: technical}
		if got := v.excess(c.body); (len(got) > 0) != c.over {
			t.Errorf("%s: %v", c.name, got)
		}
		v.spec.Emits = append(technical.Emits, pipeline.Contact)
		if got := v.excess(c.body); got != nil {
			t.Errorf("%s, of a collector that says so: %v", c.name, got)
		}
	}
}
