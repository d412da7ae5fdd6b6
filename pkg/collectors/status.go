package collectors

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"osint/pkg/pipeline"
)

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
	case s == http.StatusForbidden, s == http.StatusUnavailableForLegalReasons:
		o = pipeline.Blocked
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

// retryAfter reads a Retry-After header: seconds or a date, at most an hour.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	s := h.Get("Retry-After")
	if s == "" {
		return 0, false
	}
	d := time.Duration(0)
	if n, err := strconv.Atoi(s); err == nil {
		d = time.Duration(n) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), time.Hour), true
}

// backoff grows with each try, and differs between callers.
func backoff(try int) time.Duration {
	base := 200 * time.Millisecond << (try - 1)
	return base/2 + rand.N(base)
}
