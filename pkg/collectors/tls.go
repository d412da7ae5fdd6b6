package collectors

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// TLS connects to host:port, shakes hands and hangs up. Certificates are not
// verified: they are what is looked at. config chooses versions, suites and
// key exchanges; without a choice of the last the usual curves are offered.
// ServerName is host. The exchange's bytes are one line of JSON about the
// connection, and the chain as PEM.
func (v *View) TLS(ctx context.Context, host string, port int, config *tls.Config) (*Handshake, error) {
	return v.handshake(ctx, "tls", host, port, config, nil)
}

// An opening leads a fresh connection to where TLS may begin, and returns what
// the server said.
type opening func(net.Conn) (said string, err error)

// handshake does what TLS and StartTLS promise. scheme tells them apart.
func (v *View) handshake(ctx context.Context, scheme, host string, port int, config *tls.Config, open opening) (*Handshake, error) {
	hostport := net.JoinHostPort(host, strconv.Itoa(port))
	config = offered(config, host)
	offer := fmt.Sprintf("%04x-%04x %v %v %v", config.MinVersion, config.MaxVersion, config.CipherSuites, config.NextProtos, config.CurvePreferences)
	question := v.digest(scheme, hostport, offer)
	if x, body, ok := v.recall(question); ok {
		return handshake(x, body)
	}
	if err := v.take(ctx, strings.ToLower(hostport)); err != nil {
		return nil, err
	}
	began, clock := v.net.now(), time.Now()
	way := new(trail)
	limited, stop := within(ctx)
	state, said, failed := v.shake(limited, hostport, config, way, open)
	stop()
	if ctx.Err() != nil {
		failed = failure(ctx, failed)
	}
	shaken := shape(state, way.addr, said, failed)
	x := pipeline.Exchange{Operation: "handshake", Question: question, Locator: scheme + "://" + hostport, At: began,
		Elapsed: time.Since(clock)}
	if way.addr != "" {
		x.Detail = way.String() + ", offered " + versions(config)
	}
	var refusal *refused
	if errors.As(failed, &refusal) {
		x.Outcome, x.Error = pipeline.OK, refusal.Error()
		failed = nil
	} else {
		x.Outcome, x.Error = outcome(failed)
	}
	x, err := v.record(x, shaken)
	if err != nil {
		return nil, err
	}
	v.weigh(len(shaken))
	if failed != nil {
		return nil, failed
	}
	return handshake(x, shaken)
}

// usualCurves are what every server can agree to. With the hybrid ones, which
// crypto/tls would put before them, a handshake takes half as much computing
// again.
var usualCurves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// offered completes a configuration.
func offered(config *tls.Config, host string) *tls.Config {
	if config == nil {
		config = new(tls.Config)
	}
	config = config.Clone()
	config.InsecureSkipVerify = true
	if config.CurvePreferences == nil {
		config.CurvePreferences = usualCurves
	}
	if _, err := netip.ParseAddr(host); err != nil { // an address is no server name
		config.ServerName = host
	}
	return config
}

// refused is a server's refusal of what we offered: an answer, not a fault.
type refused struct {
	error
	clear bool // it will not even begin TLS
}

func (v *View) shake(ctx context.Context, hostport string, config *tls.Config, way *trail, open opening) (state *tls.ConnectionState, said string, err error) {
	conn, err := v.net.dial(ctx, v.spec.Source.Name, hostport, way)
	if err != nil {
		return nil, "", err
	}
	defer conn.Close()
	ctx, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	if open != nil {
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		if said, err = open(conn); err != nil {
			return nil, said, shakeError(ctx, err)
		}
	}
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, said, shakeError(ctx, err)
	}
	shaken := c.ConnectionState()
	return &shaken, said, nil
}

// shakeError tells a refusal from silence and from what can't be read.
func shakeError(ctx context.Context, err error) error {
	var record tls.RecordHeaderError
	var no *refused
	var known *pipeline.Failure
	text := err.Error()
	switch {
	case ctx.Err() != nil:
		return failure(ctx, ctx.Err())
	case errors.As(err, &no), errors.As(err, &known):
		return err
	case errors.As(err, &record):
		return pipeline.Fail(pipeline.Malformed, text)
	case strings.Contains(text, "remote error"),
		strings.Contains(text, "unsupported protocol version"),
		strings.Contains(text, "unconfigured cipher suite"), errors.Is(err, io.EOF), strings.Contains(text, "reset by peer"):
		return &refused{error: err}
	case strings.Contains(text, "certificate"), strings.Contains(text, "x509"), strings.Contains(text, "tls:"):
		return pipeline.Fail(pipeline.Malformed, text)
	}
	return failure(ctx, err)
}

// shaken is the first line of the bytes kept.
type shakeLine struct {
	Addr    string   `json:"addr"`
	Said    string   `json:"said,omitempty"` // before TLS
	Version uint16   `json:"version,omitempty"`
	Suite   uint16   `json:"suite,omitempty"`
	Group   uint16   `json:"group,omitempty"`
	ALPN    string   `json:"alpn,omitempty"`
	Staple  []byte   `json:"ocsp,omitempty"`
	SCTs    [][]byte `json:"scts,omitempty"`
	Error   string   `json:"error,omitempty"`
	Clear   bool     `json:"clear,omitempty"` // the error is that TLS is not offered
}

// shape writes down a connection.
func shape(state *tls.ConnectionState, addr, said string, err error) []byte {
	if addr == "" {
		return nil
	}
	l := shakeLine{Addr: addr, Said: said}
	if err != nil {
		var r *refused
		if !errors.As(err, &r) {
			return nil
		}
		l.Error, l.Clear = err.Error(), r.clear
	}
	var b bytes.Buffer
	if state != nil {
		l.Version, l.Suite, l.Group, l.ALPN = state.Version, state.CipherSuite, uint16(state.CurveID), state.NegotiatedProtocol
		l.Staple, l.SCTs = state.OCSPResponse, state.SignedCertificateTimestamps
	}
	_ = json.NewEncoder(&b).Encode(l) // strings and numbers always encode
	if state != nil {
		for _, c := range state.PeerCertificates {
			_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // into memory
		}
	}
	return b.Bytes()
}

// handshake reads back what shape wrote.
func handshake(x pipeline.Exchange, body []byte) (*Handshake, error) {
	in := bufio.NewReader(bytes.NewReader(body))
	head, err := in.ReadBytes('\n')
	var l shakeLine
	if err == nil {
		err = json.Unmarshal(head, &l)
	}
	if err != nil {
		return nil, pipeline.Fail(pipeline.Malformed, "recorded handshake: "+err.Error())
	}
	h := &Handshake{Exchange: x.ID, Addr: l.Addr, At: x.At}
	if l.Error != "" {
		h.Err, h.Clear = errors.New(l.Error), l.Clear
		return h, nil
	}
	h.State = tls.ConnectionState{Version: l.Version, CipherSuite: l.Suite, CurveID: tls.CurveID(l.Group), NegotiatedProtocol: l.ALPN, OCSPResponse: l.Staple, SignedCertificateTimestamps: l.SCTs, HandshakeComplete: true}
	for rest := body[len(head):]; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return h, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, pipeline.Fail(pipeline.Malformed, err.Error())
		}
		h.State.PeerCertificates = append(h.State.PeerCertificates, c)
	}
}

func versions(c *tls.Config) string {
	low, high := tls.VersionName(c.MinVersion), tls.VersionName(c.MaxVersion)
	switch {
	case c.MinVersion == 0 && c.MaxVersion == 0:
		return "the usual versions"
	case c.MaxVersion == 0:
		return low + " and later"
	case c.MinVersion == 0:
		return high + " and before"
	case c.MinVersion == c.MaxVersion:
		return low
	}
	return low + " to " + high
}
