package collectors

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// userTimeout bounds one HTTP request from its first byte to its last.
const userTimeout = 20 * time.Second

// transport returns the HTTP transport for sources, or for the subject's own
// servers, whose certificates are looked at and not trusted.
func (n *Net) transport(verify bool) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			way, _ := ctx.Value(wayKey{}).(*trail)
			return n.dial(ctx, addr, way)
		},
		TLSClientConfig:        &tls.Config{RootCAs: n.o.Roots, InsecureSkipVerify: !verify, MinVersion: lowest(verify)},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // we count what a body inflates to
		MaxResponseHeaderBytes: 256 << 10,
		ResponseHeaderTimeout:  15 * time.Second,
		TLSHandshakeTimeout:    dialTimeout,
		IdleConnTimeout:        30 * time.Second,
		MaxIdleConnsPerHost:    4,
	}
}

// wayKey leads the dialer to the trail of the request it dials for: the
// transport hands on nothing else.
type wayKey struct{}

func lowest(verify bool) uint16 {
	if verify {
		return tls.VersionTLS12
	}
	return tls.VersionTLS10
}
