package lab

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// tlsSettings are what a host shows in a handshake. The zero value is a good
// host: TLS 1.2 and 1.3, a certificate for its name that the lab's CA issued.
type tlsSettings struct {
	given     bool // named in the world: the host speaks TLS even without a site
	min, max  uint16
	ciphers   []uint16
	close     bool // hangs up at the first byte
	silent    bool // never answers
	names     []string
	from, to  time.Duration // from the lab's day
	key       string
	sha1      bool
	issuer    string // "", self-signed or untrusted
	lacksLink bool   // the intermediate certificate is not sent
	subject   text   // organisation in it
	broken    string // garbage or malformed: see [broken]
	word      authorityWord
}

var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

func (s *tlsSettings) set(word, arg string) error {
	s.given = true
	switch word {
	case "tls":
		return s.versions(arg)
	case "ciphers":
		for _, name := range strings.Fields(arg) {
			id, err := cipher(name)
			if err != nil {
				return err
			}
			s.ciphers = append(s.ciphers, id)
		}
		return nil
	}
	what, arg := directive(arg)
	switch what {
	case "names":
		s.names = strings.Fields(arg)
		if len(s.names) == 0 {
			return errors.New("certificate names wants at least one name")
		}
		return nil
	case "from":
		return s.span(arg)
	case "key":
		if !slices.Contains([]string{"rsa-1024", "rsa-2048", "ecdsa-p224", "ecdsa-p256", "ecdsa-p384"}, arg) {
			return fmt.Errorf("unknown key %q: want rsa-1024, rsa-2048, ecdsa-p224, ecdsa-p256 or ecdsa-p384", arg)
		}
		s.key = arg
		return nil
	case "sha1":
		s.sha1 = true
	case "self-signed", "untrusted":
		s.issuer = what
	case "incomplete":
		s.lacksLink = true
	case "garbage", "malformed":
		s.broken = what
	case "subject":
		var err error
		s.subject, err = compile(arg)
		return err
	default:
		if known, err := s.word.set(what, arg); known {
			return err
		}
		return fmt.Errorf("unknown directive %q: a certificate has names, from, key, sha1, self-signed, untrusted, incomplete, subject, garbage, malformed, ocsp, crl, must-staple, stapled, revoked", what)
	}
	if arg != "" {
		return fmt.Errorf("certificate %s stands alone, without %q", what, arg)
	}
	return nil
}

func (s *tlsSettings) versions(arg string) error {
	switch arg {
	case "close":
		s.close = true
		return nil
	case "silent":
		s.silent = true
		return nil
	}
	low, high := directive(arg)
	if high == "" {
		high = low
	}
	s.min, s.max = tlsVersions[low], tlsVersions[high]
	if s.min == 0 || s.max < s.min {
		return fmt.Errorf("tls wants the lowest and the highest of 1.0, 1.1, 1.2, 1.3, or close or silent, not %q", arg)
	}
	return nil
}

// span reads "-80d to +5d".
func (s *tlsSettings) span(arg string) error {
	from, to, ok := strings.Cut(arg, " to ")
	if !ok {
		return fmt.Errorf("want a span such as \"certificate from -80d to +5d\", not %q", arg)
	}
	var err error
	if s.from, err = days(from); err != nil {
		return err
	}
	if s.to, err = days(strings.TrimSpace(to)); err == nil && s.to <= s.from {
		err = errors.New("the certificate ends before it begins")
	}
	return err
}

func cipher(name string) (uint16, error) {
	for _, c := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if c.Name == name {
			return c.ID, nil
		}
	}
	return 0, fmt.Errorf("unknown cipher suite %q: the names are those of crypto/tls", name)
}

// hello decides, when a client has said which host it wants, how the
// handshake goes on.
func (l *Lab) hello(h *tls.ClientHelloInfo) (*tls.Config, error) {
	name := strings.ToLower(strings.TrimSuffix(h.ServerName, "."))
	l.note(Request{Service: "tls", Host: name, Question: "handshake"})
	settings := tlsSettings{}
	if x := l.host(name); x != nil {
		settings = x.tls
		if err := wait(h.Context(), x.manner.latency); err != nil {
			return nil, err
		}
	}
	if err := wait(h.Context(), l.latency); err != nil {
		return nil, err
	}
	switch {
	case settings.close || !settings.given && l.site("https", name) == nil:
		hangUp(h.Conn)
		return nil, io.ErrClosedPipe
	case settings.silent:
		_, err := io.Copy(io.Discard, h.Conn) // until one of us hangs up
		return nil, errors.Join(io.ErrUnexpectedEOF, err)
	}
	return l.shown(name, settings)
}

// shown is how a host shakes hands.
func (l *Lab) shown(name string, settings tlsSettings) (*tls.Config, error) {
	certificate, err := l.authority.certificate(name, settings)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS13, CipherSuites: settings.ciphers}
	if settings.min != 0 {
		c.MinVersion, c.MaxVersion = settings.min, settings.max
	}
	return c, nil
}
