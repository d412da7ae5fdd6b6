package incident

import (
	"slices"
	"time"
)

// A duty is what a framework wants of an incident.
type duty struct {
	framework, whom string
	role            Role
	cite            string
	term            string
	until           func(begins time.Time) time.Time  // nil: law has no number
	after           string                            // id of the duty with whose fulfilment the time begins; "" is with knowing
	applies         func(i *Incident) (State, string) // "" where it does
}

func (d *duty) id() string { return d.framework + "/" + d.whom }

func hours(n int) func(time.Time) time.Time {
	return func(t time.Time) time.Time { return t.Add(time.Duration(n) * time.Hour) }
}

func days(n int) func(time.Time) time.Time { return hours(24 * n) }

func inBrazil(n int) func(time.Time) time.Time {
	return func(t time.Time) time.Time { return businessDays(t, n, brasilia) }
}

const (
	authority = "authority"
	people    = "people"
	attorney  = "attorney-general"
	details   = "details"
	owner     = "controller"
)

// duties are those of all frameworks, in the order in which they are shown.
var duties = []duty{
	{"gdpr", authority, Controller, "Art. 33(1)", "72 hours after knowing", hours(72), "", unlessUnlikely},
	{"gdpr", people, Controller, "Art. 34(1)", "without undue delay, if the risk is high", nil, "", ifHigh},
	{"gdpr", owner, Processor, "Art. 33(2)", "without undue delay", nil, "", always},
	{"uk-gdpr", authority, Controller, "UK GDPR Art. 33(1)", "72 hours after knowing", hours(72), "", unlessUnlikely},
	{"uk-gdpr", people, Controller, "UK GDPR Art. 34(1)", "without undue delay, if the risk is high", nil, "", ifHigh},
	{"uk-gdpr", owner, Processor, "UK GDPR Art. 33(2)", "without undue delay", nil, "", always},
	{"ccpa", people, Controller, "Cal. Civ. Code 1798.82(a)", "30 days after knowing", days(30), "", ifCalifornians(0)},
	{"ccpa", attorney, Controller, "Cal. Civ. Code 1798.82(f)", "15 days after the people were told, if they are more than 500", days(15), "ccpa/" + people, ifCalifornians(500)},
	{"ccpa", owner, Processor, "Cal. Civ. Code 1798.82(b)", "immediately", nil, "", always},
	{"pipeda", authority, Controller, "PIPEDA s. 10.1(1)-(2)", "as soon as feasible, if the risk is real and the harm significant", nil, "", unlessUnlikely},
	{"pipeda", people, Controller, "PIPEDA s. 10.1(3), (6)", "as soon as feasible, if the risk is real and the harm significant", nil, "", unlessUnlikely},
	{"pipeda", owner, Processor, "PIPEDA s. 10.1; Sch. 1 cl. 4.1.3", "as the contract says: the duty is that of whoever controls the data", nil, "", always},
	{"lgpd", authority, Controller, "LGPD Art. 48; Res. CD/ANPD 15/2024", "3 business days after knowing", inBrazil(3), "", unlessUnlikely},
	{"lgpd", people, Controller, "LGPD Art. 48; Res. CD/ANPD 15/2024", "3 business days after knowing", inBrazil(3), "", unlessUnlikely},
	{"lgpd", details, Controller, "Res. CD/ANPD 15/2024", "20 business days after the authority was told, for what was not known then", inBrazil(20), "lgpd/" + authority, unlessUnlikely},
	{"lgpd", owner, Processor, "LGPD Art. 39, 48", "as the contract says: the duty is that of whoever controls the data", nil, "", always},
}

func always(*Incident) (State, string) { return "", "" }

func unlessUnlikely(i *Incident) (State, string) {
	if i.Risk == Unlikely {
		return NotNeeded, "a risk to the people is held to be unlikely"
	}
	return "", ""
}

func ifHigh(i *Incident) (State, string) {
	switch i.Risk {
	case High:
		return "", ""
	case "":
		return Undecided, "say how high the risk to the people is"
	}
	return NotNeeded, "the risk to the people is held not to be high"
}

// ifCalifornians is for duties towards more than so many residents. Towards
// the residents themselves one that is not counted is presumed.
func ifCalifornians(more int) func(*Incident) (State, string) {
	return func(i *Incident) (State, string) {
		switch n := i.California; {
		case n == nil && more == 0:
			return "", ""
		case n == nil:
			return Undecided, "say how many residents of California are among the people"
		case *n <= more && more == 0:
			return NotNeeded, "no resident of California is among the people"
		case *n <= more:
			return NotNeeded, "no more than 500 residents of California are among the people"
		}
		return "", ""
	}
}

// Frameworks returns every framework that has duties here, in order.
func Frameworks() (all []string) {
	for _, d := range duties {
		if !slices.Contains(all, d.framework) {
			all = append(all, d.framework)
		}
	}
	return all
}

// ClockIDs returns the id of every duty, in order.
func ClockIDs() (all []string) {
	for _, d := range duties {
		all = append(all, d.id())
	}
	return all
}

// KeepUntil returns until when the entry must be kept at least, and by which
// law; the zero time where none of the frameworks has a number.
func (i *Incident) KeepUntil() (at time.Time, cite string) {
	for _, k := range []struct {
		framework, cite string
		years           int
	}{{"lgpd", "Res. CD/ANPD 15/2024", 5}, {"pipeda", "SOR/2018-64 s. 6", 2}} {
		if t := i.Opened().AddDate(k.years, 0, 0); slices.Contains(i.Frameworks, k.framework) && t.After(at) {
			at, cite = t, k.cite
		}
	}
	return at, cite
}
