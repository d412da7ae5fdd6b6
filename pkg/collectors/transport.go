package collectors

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 256 << 10

// A lane is what may share connections: what is permitted to one source is to no
// other, and what was verified is not mixed with what was not.
type lane struct {
	source string // whose base the operator named; "" are all others
	verify bool
}

// way returns the HTTP transport of a source, or of the subject's own servers.
func (n *Net) way(source string, target bool) *http.Transport {
	l := lane{verify: !target}
	if n.guard.named[source] != "" {
		l.source = source
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ways[l] == nil {
		n.ways[l] = n.transport(l)
	}
	return n.ways[l]
}

// transport makes the HTTP transport of a lane. The certificates of the subject's
// own servers are looked at and not trusted.
func (n *Net) transport(l lane) *http.Transport {
	config := &tls.Config{RootCAs: n.o.Roots, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(128)}
	if !l.verify {
		config.InsecureSkipVerify, config.MinVersion, config.CipherSuites, config.ClientSessionCache = true, tls.VersionTLS10, everySuite(), nil
	}
	return &http.Transport{
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			t := new(trail)
			conn, err := n.dial(ctx, l.source, addr, t)
			if err != nil {
				return nil, err
			}
			return &meant{conn, t.addr}, nil
		},
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // we count what a body unpacks to
		MaxResponseHeaderBytes: maxHeader,
		TLSHandshakeTimeout:    dialTimeout,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    16,
	}
}

func everySuite() (ids []uint16) {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, s.ID)
	}
	return ids
}

// meant is a connection that knows whom it was meant for.
type meant struct {
	net.Conn
	addr string // ip:port as resolved, before any --connect-to
}

// wayOf names the peer of a connection, and the TLS version.
func wayOf(c net.Conn) string {
	version := ""
	if t, ok := c.(*tls.Conn); ok {
		version, c = ", "+tls.VersionName(t.ConnectionState().Version), t.NetConn()
	}
	if m, ok := c.(*meant); ok {
		return "peer " + m.addr + version
	}
	return "peer unknown" + version
}

// doubt says why a browser would not trust the certificate that an answer of
// the subject's own server came under; "" if it would, or if there is none.
// The answer was taken all the same. The text is the same whenever it is said.
func (v *View) doubt(state *tls.ConnectionState, host string) string {
	if state == nil || len(state.PeerCertificates) == 0 {
		return ""
	}
	o := x509.VerifyOptions{Roots: v.Roots(), DNSName: host, CurrentTime: v.Now(), Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(o)
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired: // whose text has the time
		return "certificate has expired or is not valid yet"
	}
	return "certificate not trusted: " + err.Error()
}
