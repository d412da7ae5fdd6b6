package collectors

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"osint/pkg/collectors/resolver"
)

// Options say how a Net reaches the world. The zero value is the world as
// this machine sees it, with nothing remembered.
type Options struct {
	Resolvers    []netip.AddrPort  // instead of the system's
	ConnectTo    []ConnectTo       // see [ParseConnectTo]
	Endpoints    map[string]string // another base for a source, by its name
	Proxy        *url.URL          // http, https or socks5; DNS does not pass it
	Roots        *x509.CertPool    // nil: the system's
	UserAgent    string            // "" is osint's own
	AllowPrivate bool              // lifts the address guard
	CacheDir     string            // "" keeps answers in memory only
	StateDir     string            // where usage.db lies; "" keeps pace for this process only
	BudgetUSD    float64           // of all runs together; 0 is no limit
	Now          func() time.Time  // nil: the machine's clock
}

// A Net is the only way out of this machine, one in a process, shared by all
// runs in it. It judges addresses, paces sources, bounds what comes back,
// retries what is safe, meters, caches, and hands every exchange with its
// bytes to the task that asked. It knows no case, no store and no key.
type Net struct {
	o      Options
	now    func() time.Time
	guard  guard
	dns    *resolver.Resolver
	pace   *pace
	cache  *cache
	usual  *http.Transport // verifies certificates
	target *http.Transport // does not: the subject's servers are what is looked at

	mu    sync.Mutex
	spent float64
	found map[string]resolved // names resolved for dialling
}

// New returns a Net. Nothing is sent before the first question.
func New(o Options) (*Net, error) {
	if len(o.Resolvers) == 0 {
		system, err := resolver.System()
		if err != nil {
			return nil, fmt.Errorf("find the system's resolvers: %w; name one with --resolver HOST:PORT", err)
		}
		o.Resolvers = system
	}
	if o.UserAgent == "" {
		o.UserAgent = "osint/1 (investigation toolkit)"
	}
	n := &Net{o: o, now: o.Now, found: map[string]resolved{}}
	if n.now == nil {
		n.now = time.Now
	}
	var err error
	if n.guard, err = newGuard(o); err != nil {
		return nil, err
	}
	if n.pace, err = newPace(o.StateDir, n.now); err != nil {
		return nil, err
	}
	n.cache = newCache(o.CacheDir)
	if n.dns, err = resolver.New(resolver.Options{Servers: o.Resolvers}); err != nil {
		return nil, err
	}
	n.usual, n.target = n.transport(true), n.transport(false)
	return n, nil
}

// Close ends what is open. No View may be used after it.
func (n *Net) Close() error {
	n.usual.CloseIdleConnections()
	n.target.CloseIdleConnections()
	return n.dns.Close()
}

// charge takes the price of one request from the budget of all runs.
func (n *Net) charge(price float64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.o.BudgetUSD > 0 && n.spent+price > n.o.BudgetUSD {
		return false
	}
	n.spent += price
	return true
}
