package audit

import (
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// A Verdict says what a verification came to. Its number is the exit code.
type Verdict int

// The verdicts. When several hold, the first of 20, 22, 21, 23, 24 is the one.
const (
	Sound      Verdict = 0
	Tampered   Verdict = 20 // changed, or never written by osint
	SetBackTo  Verdict = 21 // an older or shorter copy than somebody knows
	Forked     Verdict = 22 // another history than somebody knows
	Incomplete Verdict = 23 // something to hold against could not be had
	Warned     Verdict = 24 // sound, with something to look at
)

func (v Verdict) String() string {
	switch v {
	case Sound:
		return "ok"
	case Tampered:
		return "tampered"
	case SetBackTo:
		return "rollback"
	case Forked:
		return "fork"
	case Incomplete:
		return "incomplete"
	case Warned:
		return "warnings"
	}
	return fmt.Sprintf("verdict %d", int(v))
}

// weight orders verdicts by what matters more.
func (v Verdict) weight() int {
	for i, o := range []Verdict{Sound, Warned, Incomplete, SetBackTo, Forked, Tampered} {
		if v == o {
			return i
		}
	}
	return 0
}

// Stronger returns the one of two verdicts that says more.
func Stronger(a, b Verdict) Verdict {
	if b.weight() > a.weight() {
		return b
	}
	return a
}

// A Level says how far a good verdict can be trusted.
type Level string

// The levels.
const (
	Local     Level = "L0" // whoever has the signing key could have written all of it anew
	Anchored  Level = "L1" // not before the newest anchor that agreed
	Witnessed Level = "L2" // a witness saw the checkpoint and signed so
)

// Means says in words what a level promises.
func (l Level) Means() string {
	switch l {
	case Anchored:
		return "anchored: entries up to the newest anchor were not cut, replaced or written anew"
	case Witnessed:
		return "witnessed: an independent witness signed that it saw this history up to the size named"
	}
	return "local: damage and edits show; who has the signing key could have cut it or written it anew unseen"
}

// A Flaw is one thing that is wrong.
type Flaw struct {
	Code  Verdict `json:"code"`
	Entry *int64  `json:"entry,omitempty"` // its number, if it is about one
	About string  `json:"about,omitempty"` // what is wrong, if not the record itself: a case, a report, an anchor
	What  string  `json:"what"`

	fault, name string // of a holder: see charge
}

// A Bond is somebody outside who agreed on the history.
type Bond struct {
	Name  string    `json:"name"`
	Level Level     `json:"level"`
	Size  int64     `json:"entries"` // it covers
	Until time.Time `json:"until"`   // when the last of them was recorded, or a witness signed

	via string // the anchor that said so; "" if it is the ledger
}

// A Verification is what verifying came to.
type Verification struct {
	Verdict     Verdict    `json:"code"`
	Word        string     `json:"verdict"`
	Level       Level      `json:"level"`
	Path        string     `json:"path"`
	Ledger      string     `json:"ledger,omitempty"`
	Size        int64      `json:"entries"`
	Root        string     `json:"root,omitempty"` // base64
	Sealed      int64      `json:"sealed"`         // entries under the newest checkpoint that counts
	Checkpoints int        `json:"checkpoints"`
	Key         string     `json:"key,omitempty"` // that signs
	Fingerprint string     `json:"fingerprint,omitempty"`
	Newest      time.Time  `json:"newest,omitzero"` // when the last entry was recorded
	Silence     int64      `json:"silence_ms"`      // the longest time without an entry
	Anchors     []Bond     `json:"anchors"`
	Cases       []Recorded `json:"cases,omitempty"`     // that were asked about
	Elsewhere   []string   `json:"elsewhere,omitempty"` // cases of the record that were to be met, and were not
	Flaws       []Flaw     `json:"findings"`
	More        int        `json:"more,omitempty"` // findings like those, not listed
	Next        string     `json:"next,omitempty"` // what to do

	at      time.Time
	own     Verdict // on the record alone
	newer   bool    // a later osint wrote it
	kinds   map[string]int
	against []string // anchors that contradict the ledger
	shipped bool     // somebody confirmed that he has entries
}

// listed is how many findings of one kind are listed.
const listed = 10

// Blame adds a finding of another check: something beside the record is wrong,
// such as a case or a report.
func (v *Verification) Blame(about string, code Verdict, what string) {
	v.blame(about, code, -1, what, "%s", what)
	v.conclude()
}

// add adds a finding about the record itself.
func (v *Verification) add(code Verdict, entry int64, kind, format string, args ...any) {
	v.own = Stronger(v.own, code)
	v.blame("", code, entry, kind, format, args...)
}

func (v *Verification) blame(about string, code Verdict, entry int64, kind, format string, args ...any) {
	v.Verdict = Stronger(v.Verdict, code)
	if v.kinds == nil {
		v.kinds = map[string]int{}
	}
	if v.kinds[kind]++; v.kinds[kind] > listed {
		v.More++
		return
	}
	f := Flaw{Code: code, What: fmt.Sprintf(format, args...), About: about}
	if entry >= 0 {
		f.Entry = &entry
	}
	v.Flaws = append(v.Flaws, f)
}

// bind notes that somebody outside agreed: once, if he did so in two ways.
func (v *Verification) bind(b Bond) {
	again := func(x Bond) bool { return x.Name == b.Name && x.Level == b.Level && x.Size == b.Size && x.via == b.via }
	if !slices.ContainsFunc(v.Anchors, again) {
		v.Anchors = append(v.Anchors, b)
	}
}

// Age returns how old the newest thing is that somebody outside vouches for; ok
// is false if nobody does.
func (v *Verification) Age() (age time.Duration, ok bool) {
	for _, b := range v.Anchors {
		if d := v.at.Sub(b.Until); !ok || d < age {
			age, ok = d, true
		}
	}
	return age, ok
}

func (v *Verification) conclude() {
	v.Word, v.Level = v.Verdict.String(), Local
	v.Anchors = slices.DeleteFunc(v.Anchors, func(b Bond) bool { return b.via != "" && slices.Contains(v.against, b.via) })
	for _, b := range v.Anchors {
		v.Level = max(v.Level, b.Level)
	}
	if v.Flaws == nil {
		v.Flaws = []Flaw{}
	}
	if v.Anchors == nil {
		v.Anchors = []Bond{}
	}
	v.Next = v.next()
}

func (e *edge) text() string {
	r := e.root()
	return base64.StdEncoding.EncodeToString(r[:])
}
