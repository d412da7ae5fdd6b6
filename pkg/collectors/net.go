package collectors

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"osint/pkg/collectors/dnssec"
	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// Options say how a Net reaches the world. The zero value is the world as
// this machine sees it, with nothing remembered.
type Options struct {
	Resolvers    []netip.AddrPort  // instead of the system's
	ConnectTo    []ConnectTo       // see [ParseConnectTo]
	Endpoints    map[string]string // another base for a source, by its name
	Bases        map[string]string // likewise, of sources that are the operator's own; they lead to no other internet
	Barred       map[string]string // sources that are not asked, by name, and why; unless Endpoints has another base
	Proxy        *url.URL          // http, https or socks5; questions to the resolvers do not pass it
	Roots        *x509.CertPool    // nil: the system's
	TrustAnchors dnssec.Anchors    // that DNSSEC is judged by; nil: the root's own
	UserAgent    string            // "" is osint's own
	AllowPrivate bool              // lifts the address guard
	CacheDir     string            // "" keeps answers in memory only
	StateDir     string            // where usage.db lies; "" keeps pace for this process only
	BudgetUSD    float64           // of all runs together; 0 is no limit
	DayUSD       *float64          // that all runs of this machine may spend on one day, in UTC; nil is no limit
	Unattended   bool              // nobody started it by hand: what is kept for people of a source's allowance is not for it
	Keys         Keys              // where credentials come from; nil: there are none
	Now          func() time.Time  // clock of the record; nil: the machine's. Waits go by the machine's
}

// A Net is the only way out of this machine, one in a process, shared by all
// runs in it. It judges addresses, paces sources, bounds what comes back,
// retries what is safe, meters, caches, and hands every exchange with its
// bytes to the task that asked. It knows no case, no store and no key.
type Net struct {
	o     Options
	now   func() time.Time
	guard guard
	pace  *pace
	cache *cache

	unpaced bool // whatever is asked is on this machine: nobody is to be spared

	ctx  context.Context // ends with Close
	stop context.CancelFunc

	mu    sync.Mutex
	dns   *resolver.Resolver // nil until it is first needed
	spent float64
	rings map[string]*ring           // credentials, by name
	specs map[string][]pipeline.Spec // of the collectors that are bound, by source
	ways  map[lane]*http.Transport   // made when they are first needed
	found map[string]resolved        // names resolved for dialling
	live  map[*openConn]bool         // open connections
}

// New returns a Net. Nothing is sent before the first question.
func New(o Options) (*Net, error) {
	if o.UserAgent == "" {
		o.UserAgent = "osint/1 (investigation toolkit)"
	}
	n := &Net{o: o, now: o.Now, rings: map[string]*ring{}, specs: map[string][]pipeline.Spec{}, ways: map[lane]*http.Transport{}, found: map[string]resolved{}, live: map[*openConn]bool{}}
	if n.now == nil {
		n.now = time.Now
	}
	n.unpaced = o.inward()
	var err error
	if n.guard, err = newGuard(o); err != nil {
		return nil, err
	}
	if err := checkProxy(o.Proxy); err != nil {
		return nil, err
	}
	realm := o.realm()
	n.pace, n.cache = newPace(o.StateDir, realm, time.Now), newCache(o.CacheDir, realm)
	n.pace.unattended = o.Unattended
	n.ctx, n.stop = context.WithCancel(context.Background())
	return n, nil
}

// Close breaks off what is on its way and closes every connection. No View
// may be used after it.
func (n *Net) Close() error {
	n.stop()
	n.hangUp()
	n.mu.Lock()
	engine, ways := n.dns, slices.Collect(maps.Values(n.ways))
	n.mu.Unlock()
	for _, w := range ways {
		w.CloseIdleConnections()
	}
	n.cache.prune(n.now())
	if engine == nil {
		return nil
	}
	return engine.Close()
}

// Forget lets go of the answers that were kept for one case alone. It is
// called when the case's run has ended and others go on.
func (n *Net) Forget(caseID string) { n.cache.forget(casePrefix(caseID)) }

// Warning says why pace and quotas are kept for this process only although a
// StateDir was given; "" if they are shared.
func (n *Net) Warning() string { return n.pace.usage.warning() }

// realm names the internet that the options lead to, so that what was learned
// in one is not taken for an answer of another. "" is the one that everybody
// has.
func (o Options) realm() string {
	if len(o.Resolvers) == 0 && len(o.ConnectTo) == 0 && len(o.Endpoints) == 0 && len(o.TrustAnchors) == 0 {
		return ""
	}
	h := sha256.New()
	fmt.Fprintln(h, o.Resolvers, o.ConnectTo)
	for _, name := range slices.Sorted(maps.Keys(o.Endpoints)) {
		fmt.Fprintf(h, "%s=%s\n", name, o.Endpoints[name])
	}
	for _, anchor := range o.TrustAnchors {
		fmt.Fprintln(h, anchor)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
