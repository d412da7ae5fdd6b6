package lab

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// signing is how a zone is signed, as its file says it. The zero value of a
// field is what a well-kept zone has.
type signing struct {
	algorithm  uint8
	bits       int // of RSA keys
	nsec3      bool
	iterations uint16
	salt       string // hex
	optOut     bool
	from, to   time.Duration // of signatures, from the lab's day
	digest     uint8         // of the DS record
	noDS       bool          // the parent has none
	staleDS    bool          // the parent's is of a key that is gone
	noKeys     bool          // the zone has neither keys nor signatures
	forged     uint16        // a type whose signatures are not of its data
}

func wellKept() signing {
	return signing{algorithm: dns.ECDSAP256SHA256, bits: 2048, digest: dns.SHA256, from: -7 * 24 * time.Hour, to: 21 * 24 * time.Hour}
}

func (w *World) signingFile(f file, origin string) error {
	origin = dns.CanonicalName(origin)
	if _, twice := w.signings[origin]; twice {
		return fmt.Errorf("how %s is signed is said twice", origin)
	}
	s, n := wellKept(), 0
	for line := range strings.Lines(f.data) {
		n++
		word, arg := directive(line)
		if word == "" {
			continue
		}
		if err := s.set(word, arg); err != nil {
			return &lineError{n, err.Error()}
		}
	}
	w.signings[origin], w.signed[origin] = s, f
	return nil
}

func (s *signing) set(word, arg string) (err error) {
	switch word {
	case "algorithm":
		s.algorithm = dns.StringToAlgorithm[strings.ToUpper(arg)]
		if _, err := hashOf(s.algorithm); err != nil {
			return fmt.Errorf("unknown algorithm %q: want RSASHA1, RSASHA1-NSEC3-SHA1, RSASHA256, RSASHA512, ECDSAP256SHA256, ECDSAP384SHA384 or ED25519", arg)
		}
	case "bits":
		s.bits, err = strconv.Atoi(arg)
		if err != nil || s.bits < 1024 || s.bits > 4096 || s.bits%64 != 0 {
			return fmt.Errorf("bits wants a multiple of 64 from 1024 to 4096, not %q", arg)
		}
	case "nsec3":
		return s.hashed(arg)
	case "opt-out":
		s.nsec3, s.optOut = true, true
	case "signatures":
		what, span := directive(arg)
		if what != "from" {
			return fmt.Errorf("signatures wants a span such as %q, not %q", "signatures from -40d to -1d", arg)
		}
		t := tlsSettings{}
		err = t.span(span)
		s.from, s.to = t.from, t.to
	case "digest":
		n, err := strconv.Atoi(arg)
		if err != nil || n != int(dns.SHA1) && n != int(dns.SHA256) && n != int(dns.SHA384) {
			return fmt.Errorf("digest wants 1 (SHA-1), 2 (SHA-256) or 4 (SHA-384), not %q", arg)
		}
		s.digest = uint8(n)
	case "ds":
		s.noDS, s.staleDS = arg == "none", arg == "stale"
		if !s.noDS && !s.staleDS {
			return fmt.Errorf("ds wants none or stale, not %q", arg)
		}
	case "keys":
		if s.noKeys = arg == "none"; !s.noKeys {
			return fmt.Errorf("keys wants none, not %q", arg)
		}
	case "forged":
		if s.forged = dns.StringToType[strings.ToUpper(arg)]; s.forged == 0 {
			return fmt.Errorf("forged wants a type of records such as MX, not %q", arg)
		}
	default:
		err = fmt.Errorf("unknown directive %q: a signed zone has algorithm, bits, nsec3, opt-out, signatures, digest, ds, keys, forged", word)
	}
	return err
}

// hashed reads the iterations and the salt of NSEC3, or neither.
func (s *signing) hashed(arg string) error {
	s.nsec3 = true
	count, salt := directive(arg)
	if count == "" {
		return nil
	}
	n, err := strconv.ParseUint(count, 10, 16)
	if err != nil {
		return fmt.Errorf("nsec3 wants how many iterations, and a salt in hex, not %q", arg)
	}
	if _, err := hex.DecodeString(salt); err != nil {
		return errors.New("the salt of NSEC3 is pairs of hex digits")
	}
	s.iterations, s.salt = uint16(n), strings.ToUpper(salt)
	return nil
}

// fault is why a validating resolver refuses what lies in the zone (RFC 8914,
// 4); 0 if it does not.
func (s signing) fault() (code uint16) {
	switch {
	case s.noDS:
		return 0
	case s.staleDS, s.noKeys:
		return dns.ExtendedErrorCodeDNSKEYMissing
	case s.to <= 0:
		return dns.ExtendedErrorCodeSignatureExpired
	case s.from > 24*time.Hour:
		return dns.ExtendedErrorCodeSignatureNotYetValid
	}
	return 0
}
