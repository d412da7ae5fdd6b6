package main

import "testing"

func TestSizesAndAges(t *testing.T) {
	for text, want := range map[string]int64{"10GiB": 10 << 30, "500MB": 500e6, "1.5M": 3 << 19, "7": 7, "2 KiB": 2048} {
		if got, err := parseSize(text); got != want || err != nil {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"90d": "2160h0m0s", "2w": "336h0m0s", "36h": "36h0m0s", "0.5d": "12h0m0s"} {
		if got, err := parseAge(text); got.String() != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "d", "-1d", "0", "many", "1y"} {
		if got, err := parseAge(bad); err == nil {
			t.Errorf("%q is %s", bad, got)
		}
	}
	for _, bad := range []string{"", "GiB", "-1", "1e30", "10XB"} {
		if got, err := parseSize(bad); err == nil {
			t.Errorf("%q is %d", bad, got)
		}
	}
	for n, want := range map[int64]string{5: "5 bytes", 2048: "2.0 KiB", 3 << 29: "1.5 GiB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}
