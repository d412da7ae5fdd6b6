package threat

import "testing"

// Lists are read by hand: whatever comes, a parser ends, and takes nothing that
// has not the form of an entry.

func FuzzDrop(f *testing.F) {
	f.Add([]byte("{\"cidr\":\"192.0.2.0/24\"}\n{\"type\":\"metadata\",\"records\":1}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, _, err := parseDrop(b)
		for _, e := range entries {
			if err == nil && e.CIDR == "" && e.ASN.Int() <= 0 {
				t.Errorf("an entry of nothing: %+v", e)
			}
		}
	})
}

func FuzzNetset(f *testing.F) {
	f.Add([]byte("# Entries : 1 subnets\n# Source File Date: Thu Nov 26 04:05:06 UTC 2026\n192.0.2.0/24\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		nets, _, err := parseNetset(b)
		for _, p := range nets {
			if err == nil && (!p.IsValid() || p != p.Masked()) {
				t.Errorf("no network: %s", p)
			}
		}
	})
}
