package dnssec

import "fmt"

// State is what the chain of trust says of data (RFC 4035, 4.3).
type State string

// The states.
const (
	Secure        State = "secure"        // signed all the way from the root
	Insecure      State = "insecure"      // a zone above proves that here nothing need be signed
	Bogus         State = "bogus"         // should be signed and is not, or not well
	Indeterminate State = "indeterminate" // what would tell was not seen
)

// A Verdict is a state, and for all but Secure where it began and why.
type Verdict struct {
	State  State
	Zone   string // the zone whose data or delegation decided it, with its trailing dot
	Reason string
}

func bogus(zone, format string, args ...any) Verdict {
	return Verdict{Bogus, zone, fmt.Sprintf(format, args...)}
}

func insecure(zone, format string, args ...any) Verdict {
	return Verdict{Insecure, zone, fmt.Sprintf(format, args...)}
}

func unseen(zone, format string, args ...any) Verdict {
	return Verdict{Indeterminate, zone, fmt.Sprintf(format, args...)}
}

func secure(zone string) Verdict { return Verdict{State: Secure, Zone: zone} }

// rank orders states by how much they spoil what they are combined with: what
// is known to be forged, what is not known, what need not be signed.
func (s State) rank() int {
	switch s {
	case Secure:
		return 0
	case Insecure:
		return 1
	case Indeterminate:
		return 2
	}
	return 3
}

// Worse returns the verdict on two things that both must hold.
func Worse(a, b Verdict) Verdict {
	if b.State.rank() > a.State.rank() {
		return b
	}
	return a
}
