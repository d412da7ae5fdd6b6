package lab

import (
	"testing"
	"time"

	"github.com/miekg/dns"
)

// Signatures go to who asks for them; what is bogus goes to who judges for
// himself.
func TestSignedZones(t *testing.T) {
	w, err := Open("signed")
	if err != nil {
		t.Fatal(err)
	}
	c := serveWorld(t, w, Options{})
	put := func(name string, kind uint16, do, cd bool) *dns.Msg {
		t.Helper()
		q := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
		q.SetEdns0(4096, do)
		q.CheckingDisabled = cd
		m, _, err := (&dns.Client{Net: "tcp", Timeout: 10 * time.Second}).Exchange(q, c.lab.Resolver().String())
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	signatures := func(rrs []dns.RR) (n int) {
		for _, rr := range rrs {
			if rr.Header().Rrtype == dns.TypeRRSIG {
				n++
			}
		}
		return n
	}
	if m := put("Alderwick.Example", dns.TypeA, true, false); signatures(m.Answer) != 1 || m.Answer[1].Header().Name != "Alderwick.Example." || m.AuthenticatedData {
		t.Errorf("asked with DO: %v", m)
	}
	if m := put("alderwick.example", dns.TypeA, false, false); len(m.Answer) != 1 {
		t.Errorf("asked without DO: %v", m)
	}
	if m := put("none.alderwick.example", dns.TypeA, true, false); m.Rcode != dns.RcodeNameError || signatures(m.Ns) != 3 {
		t.Errorf("a denial wants its head and two proofs signed: %v", m)
	}
	for _, do := range []bool{false, true} {
		m := put("www.thornbury.example", dns.TypeA, do, false)
		opt := m.IsEdns0()
		if m.Rcode != dns.RcodeServerFailure || len(m.Answer) > 0 || len(opt.Option) != 1 || opt.Option[0].(*dns.EDNS0_EDE).InfoCode != dns.ExtendedErrorCodeDNSKEYMissing {
			t.Errorf("bogus, DO %v: %v", do, m)
		}
	}
	if m := put("www.thornbury.example", dns.TypeA, true, true); m.Rcode != dns.RcodeSuccess || signatures(m.Answer) != 1 {
		t.Errorf("bogus, and not to be judged: %v", m)
	}
	if m := put("thornbury.example", dns.TypeDS, true, false); m.Rcode != dns.RcodeSuccess || len(m.Answer) != 2 {
		t.Errorf("the DS record is the zone's above: %v", m)
	}
}

// Two labs have the same keys, so that a case can be resumed in another.
func TestKeysRepeat(t *testing.T) {
	w, err := Open("signed")
	if err != nil {
		t.Fatal(err)
	}
	var anchors, pins []string
	for range 2 {
		c := serveWorld(t, w, Options{})
		anchors = append(anchors, c.lab.TrustAnchor())
		pins = append(pins, c.ask("tcp", "_25._tcp.mx1.alderwick.example", dns.TypeTLSA).Answer[0].String())
	}
	if anchors[0] != anchors[1] || pins[0] != pins[1] {
		t.Errorf("%q\n%q", anchors, pins)
	}
}
