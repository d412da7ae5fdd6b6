package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Options say how a world is served.
type Options struct {
	// Latency is what each answer takes: a DNS reply, a WHOIS answer, a TLS
	// handshake, an HTTP answer. The first answer on a TLS connection takes
	// none beside its handshake: one exchange, one latency.
	Latency time.Duration
	// Now is the clock that the world's dates count from; nil is the
	// machine's. It is read once, and counts by the day.
	Now func() time.Time
}

// A Lab is a world being served on loopback.
type Lab struct {
	world     *World
	seeds     map[string]bool // canonical
	tree      *tree
	day       time.Time
	latency   time.Duration
	authority *authority
	counts    *counts

	resolver netip.AddrPort
	routes   []string

	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	closers []func() error
	close   func() error

	mu    sync.Mutex
	conns map[net.Conn]bool // of WHOIS; nil when closed
	log   []Request
}

// Serve opens the listeners of the world, all of them on 127.0.0.1, and
// serves it until ctx ends or Close is called.
func (w *World) Serve(ctx context.Context, o Options) (*Lab, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	l := &Lab{world: w, day: midnight(o.Now()), latency: o.Latency, counts: newCounts(), conns: map[net.Conn]bool{}}
	l.seeds = map[string]bool{}
	for _, s := range w.seeds {
		l.seeds[dns.CanonicalName(s)] = true
	}
	var err error
	if l.tree, err = w.plant(l.day); err != nil {
		return nil, err
	}
	if l.authority, err = newAuthority(l.day); err != nil {
		return nil, fmt.Errorf("make the lab's CA: %w", err)
	}
	if err := l.pins(); err != nil {
		return nil, err
	}
	if err := l.tree.sign(w.signings, l.day); err != nil {
		return nil, err
	}
	l.ctx, l.stop = context.WithCancel(ctx)
	l.close = sync.OnceValue(l.end)
	if err := l.listen(); err != nil {
		return nil, errors.Join(fmt.Errorf("serve the world %s: %w", w.name, err), l.Close())
	}
	l.running.Go(func() { <-l.ctx.Done(); l.shut() })
	return l, nil
}

func (l *Lab) listen() error {
	udp, tcp, err := listenDNS()
	if err != nil {
		return err
	}
	l.resolver = netip.MustParseAddrPort(udp.LocalAddr().String())
	l.serveDNS(udp, tcp, l.dns)
	if err := l.listenNameServers(); err != nil {
		return err
	}
	for _, server := range slices.Sorted(maps.Keys(l.world.whois)) {
		whois, err := l.port(server + ":43")
		if err != nil {
			return err
		}
		l.closers = append(l.closers, whois.Close)
		l.running.Go(func() { l.serveWhois(whois, server) })
	}
	for _, server := range slices.Sorted(maps.Keys(l.world.postgres)) {
		db, err := l.port(server + ":5432")
		if err != nil {
			return err
		}
		l.closers = append(l.closers, db.Close)
		l.running.Go(func() { l.servePostgres(db, server) })
	}
	for _, name := range slices.Sorted(maps.Keys(l.world.hosts)) {
		h := l.world.hosts[name]
		if h.smtp == "" {
			continue
		}
		mail, err := l.port(name + ":25")
		if err != nil {
			return err
		}
		l.closers = append(l.closers, mail.Close)
		l.running.Go(func() { l.serveSMTP(mail, name, h) })
		for _, a := range l.tree.addresses(name) { // for who comes without a name
			l.routes = append(l.routes, route(a, "25")+":"+mail.Addr().String())
		}
	}
	if err := l.speakers(); err != nil {
		return err
	}
	l.routes = append(l.routes, append(l.closed(), l.closedAddresses()...)...)
	plain, err := l.port(":80")
	if err != nil {
		return err
	}
	l.serveHTTP(plain, nil)
	secure, err := l.port(":443")
	if err != nil {
		return err
	}
	l.serveHTTP(secure, &tls.Config{GetConfigForClient: l.hello})
	l.routes = append(l.routes, "::"+nobody)
	return nil
}

// port opens a listener and notes the route that leads to it.
func (l *Lab) port(from string) (net.Listener, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l.routes = append(l.routes, from+":"+listener.Addr().String())
	return listener, nil
}

// Resolver returns the address of the lab's resolver, UDP and TCP.
func (l *Lab) Resolver() netip.AddrPort { return l.resolver }

// ConnectTo returns the routes into the lab, in the syntax of --connect-to
// and in the order in which they are to be tried: each name server by address,
// each WHOIS server and each mail host by name, the ports that speak by
// themselves by address, the subjects' hosts that serve
// nothing, HTTP and HTTPS for whatever host, and for every other port one that
// is closed.
func (l *Lab) ConnectTo() []string { return slices.Clone(l.routes) }

// CA returns the lab's root certificate as PEM.
func (l *Lab) CA() []byte { return l.authority.pem() }

// TrustAnchor returns the DS record of the lab's root key in master-file form,
// which is what --trust-anchor takes. It is the same in every lab.
func (l *Lab) TrustAnchor() string { return l.tree.anchor() }

// Close stops serving and returns when nothing of the lab runs any more.
func (l *Lab) Close() error { return l.close() }

func (l *Lab) end() error {
	l.stop()
	err := l.shut()
	l.running.Wait()
	return err
}

// shut closes all listeners and connections. It may run twice.
func (l *Lab) shut() error {
	l.mu.Lock()
	conns := l.conns
	l.conns = nil
	l.mu.Unlock()
	for c := range conns {
		_ = c.Close()
	}
	for _, c := range l.closers {
		_ = c() // what is closed twice says so
	}
	return nil
}

// keep notes a connection to close with the lab; false if it is too late.
func (l *Lab) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conns == nil {
		_ = c.Close()
		return false
	}
	l.conns[c] = true
	return true
}

func (l *Lab) drop(c net.Conn) {
	_ = c.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// host returns how a host behaves, by its name or by a wildcard for its
// siblings; nil if the world says nothing of it.
func (l *Lab) host(name string) *host {
	if h := l.world.hosts[name]; h != nil {
		return h
	}
	_, rest, _ := strings.Cut(name, ".")
	return l.world.hosts["*."+rest]
}

func (l *Lab) site(scheme, host string) *site {
	if s := l.world.sites[scheme+"://"+host]; s != nil {
		return s
	}
	_, rest, _ := strings.Cut(host, ".")
	return l.world.sites[scheme+"://*."+rest]
}

// A Request is something that the lab was asked.
type Request struct {
	At       time.Time
	Service  string      // dns (the resolver), name-server, whois, postgres, smtp, tcp (a port that speaks by itself), http, https or tls (a handshake)
	Host     string      // the name asked about, the name server, the WHOIS server, or the host of the request
	Question string      // record type, name and record type, query, command, or method and request target
	Header   http.Header // of HTTP
}

// logged bounds the log; when it is full its older half is forgotten.
const logged = 1 << 16

func (l *Lab) note(r Request) {
	r.At = time.Now().UTC()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.log) >= logged {
		l.log = slices.Clone(l.log[logged/2:])
	}
	l.log = append(l.log, r)
}

// Log returns what the lab was asked, in the order in which it came.
func (l *Lab) Log() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.log)
}
