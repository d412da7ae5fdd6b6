package incident

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// SchemaVersion is the version of an incident's file. Keys are only ever added
// within a version.
const SchemaVersion = 1

// An Incident is one breach of security by which personal data was lost,
// changed, disclosed or read. Its texts name no data subject.
type Incident struct {
	Schema     int                 `json:"schema_version"`
	ID         string              `json:"id"`      // random, "i-" and hex
	Version    int                 `json:"version"` // how often it was written, from 1
	Title      string              `json:"title"`
	Role       Role                `json:"role"`               // of the organisation
	Frameworks []string            `json:"frameworks"`         // whose clocks run
	Cases      []string            `json:"cases"`              // ids of those concerned
	Occurred   *time.Time          `json:"occurred,omitempty"` // when it began, where that is known
	Aware      time.Time           `json:"aware"`              // when the organisation knew: the clocks begin
	Nature     []Nature            `json:"nature"`
	Categories []pipeline.Category `json:"categories"`           // of the data
	People     *int                `json:"people,omitempty"`     // how many, about; nil is not known
	Records    *int                `json:"records,omitempty"`    // likewise
	California *int                `json:"california,omitempty"` // residents of California among the people
	Risk       Risk                `json:"risk"`                 // for the people
	Facts      string              `json:"facts"`
	Effects    string              `json:"effects"`
	Measures   string              `json:"measures"` // taken or proposed
	Told       []Told              `json:"told"`
	Delays     []Delay             `json:"delays"`
	History    []Change            `json:"history"` // oldest first
	Closed     *Change             `json:"closed,omitempty"`
}

// Role is whose data it was: a processor tells its controller.
type Role string

// The roles.
const (
	Controller Role = "controller"
	Processor  Role = "processor"
)

// Roles returns every role.
func Roles() []Role { return []Role{Controller, Processor} }

// Nature is what was lost.
type Nature string

// Natures returns every nature: data was read, changed, or could not be used.
func Natures() []Nature { return []Nature{"confidentiality", "integrity", "availability"} }

// Risk is how likely it harms the people. "" is not assessed, and lets no clock
// stand still.
type Risk string

// The risks.
const (
	Unlikely Risk = "unlikely" // and why stands among the effects
	Some     Risk = "risk"
	High     Risk = "high"
)

// Risks returns every risk, the mildest first.
func Risks() []Risk { return []Risk{Unlikely, Some, High} }

// Told says that somebody was told, as a clock wants it.
type Told struct {
	Clock     string    `json:"clock"` // id
	At        time.Time `json:"at"`
	Reference string    `json:"reference,omitempty"` // of the notification
	By        string    `json:"by"`
}

// Delay says why somebody was told late.
type Delay struct {
	Clock  string    `json:"clock"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"` // when this was written down
	By     string    `json:"by"`
}

// Change is one writing of the file.
type Change struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What []string  `json:"what"` // the fields that were set, or the reason of the end
}

// New returns an incident with a new id and no facts but when it was known.
func New(title string, aware time.Time) *Incident {
	var id [8]byte
	rand.Read(id[:]) // never fails
	return &Incident{Schema: SchemaVersion, ID: "i-" + hex.EncodeToString(id[:]), Title: title, Role: Controller, Aware: aware.UTC().Truncate(time.Second),
		Frameworks: []string{}, Cases: []string{}, Nature: []Nature{}, Categories: []pipeline.Category{}, Told: []Told{}, Delays: []Delay{}, History: []Change{}}
}

var idForm = regexp.MustCompile(`^i-[0-9a-f]{16}$`)

// ValidID reports whether an incident may be called so.
func ValidID(id string) bool { return idForm.MatchString(id) }

// Opened returns when the entry was made.
func (i *Incident) Opened() time.Time {
	if len(i.History) == 0 {
		return i.Aware
	}
	return i.History[0].At
}

// told returns the first time that somebody was told by a clock, or nil.
func (i *Incident) told(clock string) *Told {
	for n := range i.Told {
		if i.Told[n].Clock == clock {
			return &i.Told[n]
		}
	}
	return nil
}

// delay returns the last reason given for being late.
func (i *Incident) delay(clock string) string {
	for _, d := range slices.Backward(i.Delays) {
		if d.Clock == clock {
			return d.Reason
		}
	}
	return ""
}
