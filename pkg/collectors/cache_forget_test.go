package collectors

import (
	"bytes"
	"testing"
	"time"
)

// What is cached of somebody is found by what was asked and by what was
// answered, and goes; the rest stays.
func TestForgetCached(t *testing.T) {
	c := newCache(t.TempDir(), "r")
	now := time.Now()
	put := func(key, url, body string) {
		c.put(key, &kept{At: now, URL: url, Body: []byte(body)}, true, time.Hour)
	}
	put("a", "https://x.example/?q=ada", "nothing")
	put("b", "https://x.example/", "of ada, something")
	put("c", "https://x.example/", "of bob")
	says := func(text []byte) bool { return bytes.Contains(text, []byte("ada")) }
	for _, want := range []int{2, 2} {
		if n, err := ForgetCached(c.disk.dir, true, says); n != want || err != nil {
			t.Errorf("%d would go: %v", n, err)
		}
	}
	if n, err := ForgetCached(c.disk.dir, false, says); n != 2 || err != nil {
		t.Errorf("%d went: %v", n, err)
	}
	if c.disk.read("a") != nil || c.disk.read("b") != nil || c.disk.read("c") == nil {
		t.Error("others went")
	}
	if n, err := ForgetCached("nowhere", false, says); n != 0 || err != nil {
		t.Errorf("where there is no cache: %d, %v", n, err)
	}
}
