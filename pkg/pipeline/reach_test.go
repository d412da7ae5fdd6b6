package pipeline

import "testing"

// A weakness is asked about where what it was told of still is; nothing else
// goes beyond the limit, and at a limit of no step nothing at all.
func TestReach(t *testing.T) {
	for _, c := range []struct {
		kind        Kind
		limit, want int
	}{{KindVulnerability, 2, 3}, {KindVulnerability, 1, 2}, {KindVulnerability, 0, 0}, {KindIP, 2, 2}, {KindHost, 0, 0}} {
		if got := reach(c.kind, c.limit); got != c.want {
			t.Errorf("a %s is asked about up to %d steps away, where the limit is %d; want %d", c.kind, got, c.limit, c.want)
		}
	}
}
