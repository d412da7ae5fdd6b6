package collectors

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/pipeline"
)

// A Request is one HTTP request.
type Request struct {
	Operation string      // what is asked of the source: "search"
	Method    string      // default GET
	URL       string      // absolute; or a path, taken below the source's base
	Header    http.Header // beside User-Agent, which is ours
	Body      []byte
	Accept    string // "json": an answer that is not JSON is Malformed; else sent as the Accept header
	AnyStatus bool   // every status is an answer; else 404 is one and other 4xx and 5xx are Failures
	NoFollow  bool   // do not follow redirects; where JSON is due, one is Malformed
	MaxBytes  int64  // of the body; more is cut and Truncated set; default 8 MiB

	// Public says that what is asked for is the same for everybody and about
	// nobody, such as IANA's lists, whatever else its source may answer. One
	// case then serves another, in this process.
	Public bool

	// Asks says that a POST changes nothing where it is sent, so that it may be
	// put again as a GET may.
	Asks bool

	// Credential is put in on the way out, where the source wants it; and Also
	// beside it, such as the organisation that an account acts for.
	Credential, Also Credential
}

// An Answer is what came back over HTTP or WHOIS.
type Answer struct {
	Exchange  pipeline.ExchangeID // of the last hop
	Status    int
	Header    http.Header
	Body      []byte
	URL       string // of the last hop
	Hops      []Hop  // every request made, the last included
	At        time.Time
	Cached    bool
	Truncated bool // Body was cut at MaxBytes

	// Doubt says why the certificate that the last hop came under is not to be
	// trusted for its name, if the subject's own server was asked: there the
	// certificate is looked at and the answer taken all the same. "" if it is
	// to be trusted, or if there was none.
	Doubt string
}

// A Hop is one request on the way to an answer.
type Hop struct {
	URL      string
	Status   int
	Exchange pipeline.ExchangeID
	Header   http.Header
}

// Exchanges returns the ids of all hops.
func (a *Answer) Exchanges() []pipeline.ExchangeID {
	ids := make([]pipeline.ExchangeID, len(a.Hops))
	for i, h := range a.Hops {
		ids[i] = h.Exchange
	}
	return ids
}

// A Reply is the answer to one DNS question. NXDOMAIN and NODATA are replies;
// SERVFAIL and REFUSED are too, with their Rcode; silence is an error.
type Reply struct {
	Exchange pipeline.ExchangeID
	Name     string // canonical, no trailing dot but the root's
	Type     uint16
	Rcode    int
	AD       bool
	AA       bool     // the server's own knowledge: see [View.Inquire]
	RA       bool     // the server asks others for us
	Answer   []dns.RR // the whole answer section, aliases included
	Ns       []dns.RR
	Extra    []dns.RR
	Extended []string // what the resolver says beside the Rcode (RFC 8914): "7 signature expired"
	At       time.Time
}

// Denied reports whether the reply says that there is no such record:
// NXDOMAIN, or NOERROR without one of the type asked.
func (r *Reply) Denied() bool {
	if r.Rcode == dns.RcodeNameError {
		return true
	}
	return r.Rcode == dns.RcodeSuccess && len(r.Records()) == 0
}

// Failed reports whether the reply tells nothing: neither records nor a
// denial.
func (r *Reply) Failed() bool {
	return r.Rcode != dns.RcodeSuccess && r.Rcode != dns.RcodeNameError
}

// Records returns the records of the type asked.
func (r *Reply) Records() []dns.RR {
	var rrs []dns.RR
	for _, rr := range r.Answer {
		if rr.Header().Rrtype == r.Type {
			rrs = append(rrs, rr)
		}
	}
	return rrs
}

// A Question is one DNS question.
type Question struct {
	Name string // with or without trailing dot
	Type uint16
	DO   bool // signatures and proofs are wanted too
	CD   bool // the resolver is not to judge them: what it holds for forged is handed over
}

// canonical returns q with its name as a [Reply] has it.
func (q Question) canonical() Question {
	q.Name = bareName(q.Name)
	return q
}

// parts are what tells q from any other question: name, type, and the bits
// that are set.
func (q Question) parts() []string {
	parts := []string{q.Name, dns.Type(q.Type).String()}
	if q.DO {
		parts = append(parts, "do=1")
	}
	if q.CD {
		parts = append(parts, "cd=1")
	}
	return parts
}

// A Handshake is a TLS connection as far as it came.
type Handshake struct {
	Exchange pipeline.ExchangeID
	State    tls.ConnectionState // zero if Err is set
	Addr     string              // ip:port as resolved, before any --connect-to
	Err      error               // the server's refusal (alert, no common version); the exchange was had
	Clear    bool                // Err is that a mail server offers no TLS
	At       time.Time
}
