package dnssec

import (
	"slices"
	"testing"

	"github.com/miekg/dns"
)

// The example of RFC 4034, 6.1, in its order.
func TestNamesAreOrdered(t *testing.T) {
	want := []string{"example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.", `\001.z.example.`, "*.z.example.", `\200.z.example.`}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Compare)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if Compare("A.example.", "a.example") != 0 {
		t.Error("case and the last dot matter")
	}
}

func TestGapsCloseTheRing(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		want           bool
	}{
		{"b.", "a.", "c.", true},
		{"a.", "a.", "c.", false},
		{"c.", "a.", "c.", false},
		{"x.", "m.", "a.", true},
		{"b.", "m.", "a.", false},
		{"b.", "a.", "a.", true},
		{"a.", "a.", "a.", false},
	} {
		if got := between(c.name, c.from, c.to); got != c.want {
			t.Errorf("%s from %s to %s: %v", c.name, c.from, c.to, got)
		}
	}
}

func TestBits(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{". DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==", 1024}, // RFC 4034, 2.3
		{". DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==", 256},                                                                                         // RFC 6605, 6.1
		{". DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", 256},                                                                                                                                     // RFC 8080, 6.1
		{". DNSKEY 257 3 8 AAAA", 0},
		{". DNSKEY 257 3 8 Aw==", 0},
		{". DNSKEY 257 3 8 AQEA", 0},
	} {
		rr, err := dns.NewRR(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := Bits(rr.(*dns.DNSKEY)); got != c.want {
			t.Errorf("%s: %d bits, want %d", c.text, got, c.want)
		}
	}
}

// The key and its DS record of RFC 6605, 6.1.
func TestDSNamesOneKey(t *testing.T) {
	key := record[*dns.DNSKEY](t, "example.net. DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==")
	const ds = "example.net. DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"
	if !Matches(record[*dns.DS](t, ds), key) {
		t.Error("the DS record of the key is not")
	}
	for _, other := range []string{
		"example.net. DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d18",
		"example.net. DS 55649 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
		"example.net. DS 55648 14 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
		"example.net. DS 55648 13 2 b4c8c1fe",
	} {
		if Matches(record[*dns.DS](t, other), key) {
			t.Errorf("%s is taken for the key's", other)
		}
	}
}
