package collectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"osint/pkg/pipeline"
)

// judge returns a Failure for what is no answer to the request.
func (v *View) judge(r Request, a *Answer) error {
	if !r.AnyStatus {
		if f := statusFailure(a); f != nil {
			return f
		}
	}
	if r.Accept == "json" && r.NoFollow && !r.AnyStatus && a.Status >= 300 && a.Status < 400 {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s led elsewhere (HTTP status %d) where JSON is due", v.spec.Source.Name, a.Status))
	}
	if r.Accept != "json" || a.Status < 200 || a.Status > 299 || a.Status == http.StatusNoContent || r.method() == http.MethodHead {
		return nil
	}
	body := bytes.TrimSpace(a.Body)
	switch {
	case challenge(a):
		return pipeline.Fail(pipeline.Blocked, v.spec.Source.Name+" sent a page that asks whether we are a person")
	case len(body) == 0 || body[0] != '{' && body[0] != '[' || !a.Truncated && !json.Valid(body):
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("%s sent %s where JSON is due", v.spec.Source.Name, kindOf(body)))
	}
	return nil
}

// challenge reports whether an answer is a page meant to stop programs.
func challenge(a *Answer) bool {
	if strings.EqualFold(a.Header.Get("Cf-Mitigated"), "challenge") {
		return true
	}
	head := bytes.ToLower(bytes.TrimSpace(a.Body[:min(len(a.Body), 16<<10)]))
	if !bytes.HasPrefix(head, []byte("<")) {
		return false
	}
	for _, sign := range []string{"<title>just a moment", "<title>attention required", "cf-chl-", "g-recaptcha", "h-captcha", "<title>ddos-guard"} {
		if bytes.Contains(head, []byte(sign)) {
			return true
		}
	}
	return false
}

// statusFailure returns what an HTTP status means for a task; nil for 2xx,
// 3xx and 404, which are answers.
func statusFailure(a *Answer) *pipeline.Failure {
	var o pipeline.Outcome
	switch s := a.Status; {
	case s < 400, s == http.StatusNotFound:
		return nil
	case s == http.StatusUnauthorized:
		o = pipeline.Unauthorized
	case s == http.StatusPaymentRequired:
		o = pipeline.QuotaExceeded
	case s == http.StatusTooManyRequests, s == 509:
		o = pipeline.RateLimited
	case s == http.StatusForbidden, s == http.StatusUnavailableForLegalReasons, challenge(a):
		o = pipeline.Blocked
	case s == http.StatusRequestTimeout:
		o = pipeline.Timeout
	case s >= 500:
		o = pipeline.Unreachable
	default:
		o = pipeline.Malformed
	}
	return pipeline.Fail(o, fmt.Sprintf("HTTP status %d %s", a.Status, http.StatusText(a.Status)))
}

// kindOf names what a body looks like, for an error.
func kindOf(b []byte) string {
	switch {
	case len(b) == 0:
		return "nothing"
	case bytes.HasPrefix(b, []byte("<")):
		return "HTML"
	}
	return "text"
}

// maxAlone bounds what a server may wish: its clock or its mind may be wrong.
const maxAlone = time.Hour

// retryAfter reads how long a server wishes to be left alone, in the forms
// that are in use.
func retryAfter(h http.Header, now time.Time) (d time.Duration, said bool) {
	for _, name := range []string{"Retry-After", "X-Limited-For", "X-Rate-Limit-Reset-After"} {
		s := strings.TrimSpace(h.Get(name))
		if n, err := strconv.ParseFloat(s, 64); err == nil && n == n {
			return time.Duration(min(max(n, 0), maxAlone.Seconds()) * float64(time.Second)), true
		}
		if at, err := http.ParseTime(s); err == nil {
			return min(max(at.Sub(now), 0), maxAlone), true
		}
		if d, err := time.ParseDuration(s); err == nil {
			return min(max(d, 0), maxAlone), true
		}
	}
	return 0, false
}

// backoff grows with each try, and differs between callers.
func backoff(try int) time.Duration {
	base := 200 * time.Millisecond << (try - 1)
	return base/2 + rand.N(base)
}
