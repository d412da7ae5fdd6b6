package pipeline

import "slices"

// Outcome says how a task ended. The set is closed: a source that failed is
// never mistaken for one that answered "nothing".
type Outcome string

// The outcomes. OK and Empty are answers; Partial is an answer that we know
// to be incomplete; the rest say why there is none.
const (
	OK            Outcome = "ok"             // asked and answered
	Empty         Outcome = "empty"          // asked, and the source says there is nothing
	Partial       Outcome = "partial"        // some of the answer, cut by a limit or a later failure
	RateLimited   Outcome = "rate-limited"   // the source said: too fast
	QuotaExceeded Outcome = "quota-exceeded" // a day's or a plan's allowance is used up
	Unauthorized  Outcome = "unauthorized"   // the credential was not accepted
	Blocked       Outcome = "blocked"        // refused us as a client: 403, challenge page, address guard
	Timeout       Outcome = "timeout"        // no answer within the time allowed
	Unreachable   Outcome = "unreachable"    // no connection, no route, no name
	Malformed     Outcome = "malformed"      // an answer that is not what the source promises
	NoKey         Outcome = "no-key"         // needs a credential that we do not have
	Refused       Outcome = "refused"        // the gate said no: nothing was asked
	Review        Outcome = "review"         // waits for an approver: nothing was asked
	Skipped       Outcome = "skipped"        // scope, depth, limit, budget, breaker, fallback: nothing was asked
	Cancelled     Outcome = "cancelled"      // the run ended first
)

// Outcomes returns every outcome, in the order of the constants.
func Outcomes() []Outcome {
	return []Outcome{OK, Empty, Partial, RateLimited, QuotaExceeded, Unauthorized, Blocked,
		Timeout, Unreachable, Malformed, NoKey, Refused, Review, Skipped, Cancelled}
}

// Valid reports whether o is one of the closed set.
func (o Outcome) Valid() bool { return slices.Contains(Outcomes(), o) }

// Answered reports whether the source told us something, be it "nothing".
func (o Outcome) Answered() bool { return o == OK || o == Empty || o == Partial }

// Asked reports whether the question left this machine, or was meant to.
func (o Outcome) Asked() bool {
	switch o {
	case NoKey, Refused, Review, Skipped, Cancelled:
		return false
	}
	return true
}

// A Failure is the error a collector returns when it knows which outcome
// its task has. Any other error ends a task as [Malformed].
type Failure struct {
	Outcome Outcome
	Reason  string // lower case, what was tried and what came back
}

// Fail returns a Failure.
func Fail(o Outcome, reason string) *Failure { return &Failure{Outcome: o, Reason: reason} }

func (f *Failure) Error() string {
	if f.Reason == "" {
		return string(f.Outcome)
	}
	return string(f.Outcome) + ": " + f.Reason
}
