package infrastructure

import (
	"fmt"
	"strings"
	"testing"

	"osint/pkg/pipeline"
)

func TestReverseNames(t *testing.T) {
	r := read(t, reverseNames(), readReverse, zoneOf(t, "10.2.0.192.in-addr.arpa. PTR www.corp.example.\n10.2.0.192.in-addr.arpa. PTR localhost.\n"), "192.0.2.10")
	r.only(t, "reverse-name", "192.0.2.10 reverse-name host:www.corp.example")
	six := strings.Repeat("0.", 23)
	r = read(t, reverseNames(), readReverse, zoneOf(t, "1."+six+"8.b.d.0.1.0.0.2.ip6.arpa. PTR v6.corp.example.\n"), "2001:db8::1")
	r.only(t, "reverse-name", "2001:db8::1 reverse-name host:v6.corp.example")
	r = read(t, reverseNames(), readReverse, zoneOf(t, ""), "192.0.2.11")
	r.only(t, "reverse-name", "not 192.0.2.11 reverse-name")
}

func TestReverseOfSharedAddressIsCut(t *testing.T) {
	var zone strings.Builder
	for i := range reverseLimit + 1 {
		fmt.Fprintf(&zone, "10.2.0.192.in-addr.arpa. PTR h%d.corp.example.\n", i)
	}
	r := read(t, reverseNames(), readReverse, zoneOf(t, zone.String()), "192.0.2.10")
	if len(r.lines) != reverseLimit || outcome(r.err) != pipeline.Partial {
		t.Errorf("%d names, %v; want %d and partial", len(r.lines), r.err, reverseLimit)
	}
}

func TestReverseFailureDeniesNothing(t *testing.T) {
	f := zoneOf(t, "")
	f.broken["10.2.0.192.in-addr.arpa PTR"] = true
	if r := read(t, reverseNames(), readReverse, f, "192.0.2.10"); len(r.lines) > 0 || outcome(r.err) != pipeline.Unreachable {
		t.Errorf("%v, %v; want nothing and unreachable", r.lines, r.err)
	}
	f = zoneOf(t, "")
	f.silent["10.2.0.192.in-addr.arpa PTR"] = true
	if r := read(t, reverseNames(), readReverse, f, "192.0.2.10"); len(r.lines) > 0 || outcome(r.err) != pipeline.Timeout {
		t.Errorf("%v, %v; want nothing and timeout", r.lines, r.err)
	}
}
