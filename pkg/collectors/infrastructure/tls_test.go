package infrastructure

import (
	"crypto/tls"
	"errors"
	"testing"

	"osint/pkg/collectors"
)

// TLS 1.3 is spoken if either greeting came to it: a long one can be too much
// for what stands before a server.
func TestNewest(t *testing.T) {
	shaken := func(version uint16) *collectors.Handshake {
		return &collectors.Handshake{State: tls.ConnectionState{Version: version}}
	}
	refused := &collectors.Handshake{Err: errors.New("reset by peer")}
	alone, every, old := shaken(tls.VersionTLS13), shaken(tls.VersionTLS13), shaken(tls.VersionTLS12)
	for _, c := range []struct {
		name               string
		alone, every, want *collectors.Handshake
	}{
		{"both", alone, every, alone}, {"refused alone", refused, every, every}, {"silent alone", nil, every, every},
		{"an older one", refused, old, refused}, {"neither", refused, refused, refused}, {"only alone", alone, nil, alone}, {"nothing", nil, nil, nil},
	} {
		if got := newest(c.alone, c.every); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
