package infrastructure

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"sync"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// daneMatch connects to the ports at which a name pins certificates, and says
// whether what is presented there is what is pinned. The server can see it.
func daneMatch() collectors.Entry {
	return collectors.Entry{
		Spec: pipeline.Spec{
			Name: "dane-match", Title: "Certificates presented where DNS pins them (DANE)", Domain: pipeline.Infrastructure,
			Consumes: []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Produces: []pipeline.Predicate{"dane-match"},
			Emits:    []pipeline.Category{pipeline.Technical},
			Mode:     pipeline.Active, Source: ownServers(), Origin: "subject", Grade: pipeline.Own,
			Sends:   []pipeline.Kind{pipeline.KindDomain, pipeline.KindHost},
			Ceiling: pipeline.Ceiling{Requests: 4},
			Timeout: 25 * time.Second,
		},
		Collect: matchPins,
	}
}

func matchPins(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	ports := []pinned{{host: subject, port: portHTTPS}, {host: subject, port: portMail}}
	c := newChain(net.Lookup, net.TrustAnchors(), net.Now())
	if err := c.pins(ctx, ports); err != nil {
		return err
	}
	emit = c.hear(emit)
	errs := make([]error, len(ports))
	var wg sync.WaitGroup
	for i, p := range ports {
		reply := c.reply(p.name(), dns.TypeTLSA)
		if pins := usablePins(reply, p.port); len(pins) > 0 {
			wg.Go(func() { errs[i] = matchPort(ctx, net, p, pins, reply, emit) })
		}
	}
	wg.Wait()
	return cmp.Or(errs[0], errs[1], c.end())
}

func usablePins(r *collectors.Reply, port int) (pins []*dns.TLSA) {
	if r == nil {
		return nil
	}
	for _, rr := range r.Records() {
		if t, ok := rr.(*dns.TLSA); ok && unusable(t, port) == "" {
			pins = append(pins, t)
		}
	}
	return pins
}

// matchPort shakes hands at one port. One pin that matches is enough (RFC
// 7671, 5). A mail server that offers no TLS presents nothing of what is
// pinned; one that refuses us may present it to others.
func matchPort(ctx context.Context, net *collectors.View, p pinned, pins []*dns.TLSA, reply *collectors.Reply, emit collectors.Emit) error {
	shake := net.TLS
	if p.port == portMail {
		shake = net.StartTLS
	}
	h, err := shake(ctx, p.host.Hostname(), p.port, &tls.Config{MinVersion: tls.VersionTLS10})
	if err != nil {
		return err
	}
	if h.Err != nil && !h.Clear {
		return pipeline.Fail(pipeline.Blocked, "the server refused the handshake")
	}
	reason := mismatch(h.State.PeerCertificates, pins, p.host.Hostname(), net.Roots(), net.Now())
	emit(pipeline.Observation{Predicate: "dane-match", Exchanges: append(proof(reply), h.Exchange), Value: map[string]any{
		"host": p.host.Value, "port": float64(p.port), "matches": reason == "", "records": float64(len(pins)), "reason": reason}})
	return nil
}

// mismatch says why a chain of certificates fits none of the pins; "" if it
// fits one.
func mismatch(chain []*x509.Certificate, pins []*dns.TLSA, host string, roots *x509.CertPool, now time.Time) string {
	if len(chain) == 0 {
		return "no certificate is presented"
	}
	reason := ""
	for _, pin := range pins {
		why := fits(pin, chain, host, roots, now)
		if why == "" {
			return ""
		}
		reason = cmp.Or(reason, why)
	}
	return reason
}

// fits says why a chain does not fit one pin (RFC 6698, 2.1.1; RFC 7671, 5).
// The usages with an even number pin an authority, the others the server's own
// certificate; those below 2 want what any browser wants, too.
func fits(pin *dns.TLSA, chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time) string {
	o := x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: x509.NewCertPool(), CurrentTime: now}
	for _, c := range chain[1:] {
		o.Intermediates.AddCert(c)
	}
	own := pin.Usage == 1 || pin.Usage == 3
	switch {
	case own && pin.Verify(chain[0]) != nil:
		return "the server's certificate is another one than is pinned"
	case pin.Usage == 3: // name and dates do not matter
		return ""
	case pin.Usage == 2:
		o.Roots = x509.NewCertPool()
		for _, c := range chain {
			if pin.Verify(c) == nil {
				o.Roots.AddCert(c)
			}
		}
	}
	paths, err := chain[0].Verify(o)
	if err != nil {
		return "the server's certificate is not valid for its name, or does not lead to what is pinned"
	}
	if pin.Usage != 0 {
		return ""
	}
	for _, path := range paths {
		for _, c := range path[1:] {
			if pin.Verify(c) == nil {
				return ""
			}
		}
	}
	return "no authority that vouches for the server's certificate is the one that is pinned"
}
