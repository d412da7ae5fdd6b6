package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A measurement is one word after `bench`. Those with a hyphen are one side of
// another, which runs them as processes of their own.
type measurement struct {
	args string // what it takes
	do   func(args []string) error
}

var measurements = map[string]measurement{
	"startup":       {"BINARY FLOOR...", func(a []string) error { return startup(a[0], a[1:]) }},
	"run":           {"BINARY", func(a []string) error { return labRun(a[0]) }},
	"comprehensive": {"BINARY", func(a []string) error { return comprehensive(a[0]) }},
	"batch":         {"BINARY", func(a []string) error { return batch(a[0], a[1:]) }},
	"scale":         {"", func([]string) error { return scale() }},
	"scale-of":      {"SHAPE N", func(a []string) error { return scaleOf(a[0], number(a[1])) }},
	"pages":         {"", func([]string) error { return pages() }},
	"pages-of":      {"ROWS", func(a []string) error { return pagesOf(number(a[0])) }},
	"ledger":        {"", func([]string) error { return ledger() }},
	"record":        {"", func([]string) error { return record() }},
	"record-of":     {"DIR HOSTS LEDGER", func(a []string) error { return recordOf(a[0], number(a[1]), a[2] == "true") }},
	"overhead":      {"", func([]string) error { return overhead() }},
	"overhead-of":   {"HOME CASE LEDGER", func(a []string) error { return overheadOf(a[0], a[1], a[2] == "true") }},
	"erase":         {"BINARY", func(a []string) error { return erase(a[0]) }},
	"verify":        {"BINARY ENTRIES", func(a []string) error { return verify(a[0], a[1]) }},
	"verify-fill":   {"HOME ENTRIES", func(a []string) error { return verifyFill(a[0], number(a[1])) }},
	"verify-prove":  {"HOME", func(a []string) error { return verifyProve(a[0]) }},
	"dns":           {"BINARY", func(a []string) error { return dnsBench(a[0]) }},
	"dns-ask":       {"HOW SERVER NAMES", func(a []string) error { return dnsAsk(a[0], a[1], a[2]) }},
	"dns-far":       {"WAIT LOST", func(a []string) error { return dnsFar(a[0], number(a[1])) }},
	"tls":           {"", func([]string) error { return handshakes() }},
	"tls-serve":     {"", func([]string) error { return tlsServe() }},
	"tls-meet":      {"HOW ADDRESS", func(a []string) error { return tlsMeet(a[0], a[1]) }},
	"web":           {"", func([]string) error { return pageCosts() }},
	"law":           {"", func([]string) error { return rulings() }},
	"law-of":        {"N", func(a []string) error { return rulingsOf(number(a[0])) }},
	"web-of":        {"PAGES", func(a []string) error { return pageCostsOf(number(a[0])) }},
}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: bench MEASUREMENT [ARG...], one of %s", strings.Join(slices.Sorted(maps.Keys(measurements)), ", ")))
	}
	m, ok := measurements[os.Args[1]]
	args := os.Args[2:]
	switch {
	case !ok:
		fail(fmt.Errorf("unknown measurement %q", os.Args[1]))
	case len(args) < len(strings.Fields(m.args)) && !strings.Contains(m.args, "..."):
		fail(fmt.Errorf("usage: bench %s %s", os.Args[1], m.args))
	}
	if err := m.do(args); err != nil {
		fail(err)
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		fail(err)
	}
	return n
}

// spread prints the median of figures and their range.
func spread(figures []float64, format string) string {
	slices.Sort(figures)
	return fmt.Sprintf(format+" ("+format+"–"+format+")", figures[len(figures)/2], figures[0], figures[len(figures)-1])
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}
