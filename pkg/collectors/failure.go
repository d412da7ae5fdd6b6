package collectors

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"

	"osint/pkg/collectors/resolver"
	"osint/pkg/pipeline"
)

// absent is the failure of a name that does not exist, or of a port where
// nobody listens. Of a source it says that the source is out of reach; of the
// subject's own server it is the answer that there is none.
type absent struct{ *pipeline.Failure }

// Unwrap lets errors.As find the Failure.
func (a absent) Unwrap() error { return a.Failure }

// Absent reports whether an error says for certain that there is no such
// server.
func Absent(err error) bool {
	var a absent
	return errors.As(err, &a)
}

// ErrNoRoute is matched by the failure of an address that this machine has no
// way to, as one without IPv6 has none to any IPv6 address. It says nothing of
// the server.
var ErrNoRoute = errors.New("no way to the address from this machine")

type noRoute struct{ *pipeline.Failure }

// Is lets errors.Is find ErrNoRoute.
func (n noRoute) Is(target error) bool { return target == ErrNoRoute }

// Unwrap lets errors.As find the Failure.
func (n noRoute) Unwrap() error { return n.Failure }

// failure gives an error of the network its outcome: the result holds a
// Failure, and a Failure stays what it is. Nil stays nil.
func failure(ctx context.Context, err error) error {
	var f *pipeline.Failure
	var slow net.Error
	var gone absent
	var lost noRoute
	var untrusted *tls.CertificateVerificationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &gone):
		return gone
	case errors.As(err, &lost):
		return lost
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.Canceled), errors.Is(err, context.Canceled):
		return pipeline.Fail(pipeline.Cancelled, "broken off")
	case errors.Is(err, resolver.ErrHidden):
		return pipeline.Fail(pipeline.Skipped, bare(err))
	case errors.As(err, &untrusted):
		return pipeline.Fail(pipeline.Unreachable, "its certificate is not trusted ("+untrusted.Err.Error()+"); --ca-file adds an authority")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, resolver.ErrTimeout), errors.As(err, &slow) && slow.Timeout():
		return pipeline.Fail(pipeline.Timeout, bare(err))
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, errNoAddress):
		return absent{pipeline.Fail(pipeline.Unreachable, bare(err))}
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EAFNOSUPPORT):
		return noRoute{pipeline.Fail(pipeline.Unreachable, bare(err))}
	case garbled(err), errors.Is(err, resolver.ErrUnreadable):
		return pipeline.Fail(pipeline.Malformed, bare(err))
	}
	return pipeline.Fail(pipeline.Unreachable, bare(err))
}

// bare is an error's text without the URL that net/http puts before it, which
// a record says in its own field, scrubbed; and without this machine's ports,
// which differ from run to run.
func bare(err error) string {
	var u *url.Error
	var op *net.OpError
	if errors.As(err, &op) && op.Source != nil {
		return op.Op + ": " + strings.TrimPrefix(op.Err.Error(), op.Op+": ")
	}
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}

// garbled reports whether the peer answered what no HTTP server does. The
// library gives such errors no types.
func garbled(err error) bool {
	var record tls.RecordHeaderError
	if errors.As(err, &record) {
		return true
	}
	text := err.Error()
	for _, sign := range []string{"malformed", "response headers exceeded", "gave HTTP response to HTTPS", "bad Content-Length", "invalid header",
		"header too large", "transfer encoding", "invalid byte in chunk length", "chunked encoding", "too many 1xx"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}

// outcome is what an exchange says of an error.
func outcome(err error) (pipeline.Outcome, string) {
	var f *pipeline.Failure
	switch {
	case err == nil:
		return pipeline.OK, ""
	case errors.As(failure(context.Background(), err), &f):
		return f.Outcome, f.Reason
	}
	return pipeline.Malformed, err.Error()
}
