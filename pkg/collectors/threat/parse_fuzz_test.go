package threat

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

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

func FuzzExits(f *testing.F) {
	f.Add([]byte("192.0.2.1\n2001:db8::1%eth0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		addrs, err := parseExits(b)
		for _, a := range addrs {
			if err == nil && (!a.IsValid() || a.Zone() != "") {
				t.Errorf("no address: %s", a)
			}
		}
	})
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte("https://a.example/\nhttp://192.0.2.1:8080/x?y\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		pages, _, err := parseFeed(b)
		for _, e := range pages {
			if again, bad := pipeline.NewEntity(e.Kind, e.Value); err == nil && (bad != nil || again != e) {
				t.Errorf("no URL: %s", e)
			}
		}
	})
}

func FuzzSentence(f *testing.F) {
	f.Add("A text\x1b[2J of ann@corp.example", 20)
	f.Fuzz(func(t *testing.T, s string, most int) {
		if most < 1 || most > 1000 {
			return
		}
		got := collectors.OneLine(s, most)
		if n := utf8.RuneCountInString(got); n > most || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func FuzzAhmia(f *testing.F) {
	f.Add([]byte(`<li class="result"><a href="/r?redirect_url=http://` + strings.Repeat("shop", 14) + `.onion/"></a><span class="lastSeen" data-timestamp="2026-11-20"></span></li>`))
	f.Add([]byte(`<input type="hidden" name="a1b2" value="0f9e">couldn&#39;t find results`))
	f.Fuzz(func(t *testing.T, b []byte) {
		hits, err := parseAhmia(b)
		for _, h := range hits {
			if err == nil && !isOnion().MatchString(h.service.Value) {
				t.Errorf("no service: %s", h.service)
			}
		}
		if name, value, ok := parseToken(b); ok && !isToken().MatchString(name+value) && len(name+value) <= 128 {
			t.Errorf("no token: %q %q", name, value)
		}
		_, _ = parseBanned(b)
	})
}
