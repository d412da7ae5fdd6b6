package dnssec

import (
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// The root's keys are those that everybody has. Where the machine has a copy
// of its own, it is the same.
func TestRootAnchors(t *testing.T) {
	anchors := RootAnchors()
	if len(anchors) != 2 {
		t.Fatalf("%d anchors", len(anchors))
	}
	for i, tag := range []uint16{20326, 38696} {
		ds := anchors[i].(*dns.DS)
		digest, err := hex.DecodeString(ds.Digest)
		if ds.Hdr.Name != "." || ds.KeyTag != tag || ds.Algorithm != dns.RSASHA256 || ds.DigestType != dns.SHA256 || err != nil || len(digest) != 32 {
			t.Errorf("%v", ds)
		}
	}
	installed, err := os.ReadFile("/usr/share/dns/root.ds")
	if err != nil {
		t.Log("left out: no copy of the root's anchors on this machine (dns-root-data)")
		return
	}
	theirs, err := ParseAnchors("root.ds", string(installed))
	if err != nil || len(theirs) < 1 {
		t.Fatal(err)
	}
	for _, rr := range theirs {
		own := false
		for _, a := range anchors {
			own = own || dns.IsDuplicate(a, rr)
		}
		if !own {
			t.Errorf("this machine trusts %v, we do not", rr)
		}
	}
}

func TestParseAnchors(t *testing.T) {
	const digest = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
	const key = "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="
	for _, c := range []struct{ text, want string }{
		{". DS 20326 8 2 " + digest, ""},
		{"; a comment\n. 172800 IN DNSKEY 257 3 13 " + key + "\n. IN DS 1 8 2 " + digest, ""},
		{"", "there is no DS or DNSKEY record"},
		{"; nothing", "there is no DS or DNSKEY record"},
		{"\n. DS twenty 8 2 00", "a.ds:2: "},
		{"example. DS 1 8 2 " + digest, `its owner must be "."`},
		{". A 192.0.2.1", "the A record of .: a trust anchor is"},
		{". DS 1 8 1 E06D", "wrong length"},
		{". DS 1 8 3 " + digest, "not known here"},
		{". DS 1 12 2 " + digest, "algorithm 12 is not known here"},
		{". DNSKEY 385 3 13 " + key, "it is revoked"},
		{". DNSKEY 1 3 13 " + key, "not a zone key"},
	} {
		got, err := ParseAnchors("a.ds", c.text)
		if c.want == "" && (err != nil || len(got) == 0) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%q: %v, %v; want %q", c.text, got, err, c.want)
		}
	}
}

func FuzzParseAnchors(f *testing.F) {
	f.Add(root)
	f.Add(". DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=")
	f.Add("$INCLUDE /etc/passwd\n")
	f.Add("$GENERATE 1-10 . DS $ 8 2 00\n")
	f.Fuzz(func(t *testing.T, text string) {
		anchors, err := ParseAnchors("f", text)
		for _, a := range anchors {
			if err != nil || a.Header().Name != "." {
				t.Errorf("%v beside %v", a, err)
			}
		}
	})
}
