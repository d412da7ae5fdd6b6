package infrastructure

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"osint/pkg/collectors/loose"
)

// A bootstrap says which RDAP server answers for what (RFC 9224): suffixes,
// prefixes or ranges of AS numbers, each with its servers.
type bootstrap []struct {
	keys  []string
	bases []string // URLs that end in a slash
}

// parseBootstrap reads one of IANA's registries. A service that names no
// server that can be asked is left out.
func parseBootstrap(body []byte) (bootstrap, error) {
	var file struct {
		Services [][]loose.Texts `json:"services"`
	}
	if err := json.Unmarshal(body, &file); err != nil {
		return nil, fmt.Errorf("the list of RDAP servers: %w", err)
	}
	var b bootstrap
	for _, s := range file.Services {
		if len(s) < 2 {
			continue
		}
		keys, bases := []string(s[len(s)-2]), webBases(s[len(s)-1])
		if len(keys) > 0 && len(bases) > 0 {
			b = append(b, struct{ keys, bases []string }{keys, bases})
		}
	}
	if len(b) == 0 {
		return nil, errors.New("the list of RDAP servers names none")
	}
	return b, nil
}

// webBases returns the bases over HTTPS, or else those over HTTP.
func webBases(urls []string) []string {
	for _, scheme := range []string{"https://", "http://"} {
		var bases []string
		for _, u := range urls {
			if len(u) > len(scheme) && strings.EqualFold(u[:len(scheme)], scheme) {
				bases = append(bases, strings.TrimSuffix(u, "/")+"/")
			}
		}
		if len(bases) > 0 {
			return bases
		}
	}
	return nil
}

// domain returns the base for the longest suffix of a name; "" if there is
// none.
func (b bootstrap) domain(name string) string {
	return b.best(func(key string) int {
		key = bare(key)
		if key != "" && (name == key || strings.HasSuffix(name, "."+key)) {
			return len(key)
		}
		return -1
	})
}

// address returns the base for the longest prefix that holds an address.
func (b bootstrap) address(a netip.Addr) string {
	return b.best(func(key string) int {
		if p, err := netip.ParsePrefix(key); err == nil && p.Contains(a) {
			return p.Bits()
		}
		return -1
	})
}

// network returns the base for the range that holds an AS number.
func (b bootstrap) network(n uint32) string {
	return b.best(func(key string) int {
		first, last, isRange := strings.Cut(key, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 32)
		to, err2 := strconv.ParseUint(last, 10, 32)
		if err != nil || err2 != nil || uint64(n) < from || uint64(n) > to {
			return -1
		}
		return 1
	})
}

// best returns the first base of the service one of whose keys fits best;
// below zero is no fit.
func (b bootstrap) best(fit func(key string) int) string {
	most, base := -1, ""
	for _, s := range b {
		for _, key := range s.keys {
			if n := fit(key); n > most {
				most, base = n, s.bases[0]
			}
		}
	}
	return base
}
