package dnssec

import (
	"time"

	"github.com/miekg/dns"
)

// Expires returns when a signature ends, in UTC. Its 32 bits of seconds are
// those nearest to its beginning (RFC 4034, 3.1.5), which is taken to lie
// before 2106.
func Expires(sig *dns.RRSIG) time.Time {
	begins := time.Unix(int64(sig.Inception), 0).UTC()
	return begins.Add(time.Duration(int32(sig.Expiration-sig.Inception)) * time.Second)
}
