package dnssec

import (
	"bytes"
	"slices"

	"github.com/miekg/dns"
)

// Compare orders names as a signed zone does (RFC 4034, 6.1): by labels from
// the right, each as bytes with letters in lower case.
func Compare(a, b string) int {
	x, y := labels(a), labels(b)
	for i := 1; i <= len(x) && i <= len(y); i++ {
		if c := bytes.Compare(x[len(x)-i], y[len(y)-i]); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// labels returns the labels of a name as bytes; none if it is no name.
func labels(name string) (out [][]byte) {
	var buf [256]byte
	n, err := dns.PackDomainName(dns.CanonicalName(name), buf[:], 0, nil, false)
	if err != nil {
		return nil
	}
	for b := buf[:n]; len(b) > 0 && b[0] > 0 && int(b[0]) < len(b); b = b[1+b[0]:] {
		out = append(out, bytes.ToLower(b[1:1+b[0]]))
	}
	return out
}

// between reports whether a name lies in the gap from one name to the next,
// which is the zone's own where the ring closes.
func between(name, from, to string) bool {
	after, before := Compare(from, name) < 0, Compare(name, to) < 0
	if Compare(from, to) < 0 {
		return after && before
	}
	return after || before
}

// parent returns the name without its first label; the root's is the root.
func parent(name string) string {
	if at, end := dns.NextLabel(name, 0); !end {
		return name[at:]
	}
	return "."
}

// Path returns the names from the root down to a name: ".", "example.",
// "corp.example.".
func Path(name string) (path []string) {
	for name = dns.CanonicalName(name); name != "."; name = parent(name) {
		path = append(path, name)
	}
	path = append(path, ".")
	slices.Reverse(path)
	return path
}

// wildcard returns the name that stands for what is not there below a name.
func wildcard(name string) string {
	if name == "." {
		return "*."
	}
	return "*." + name
}
