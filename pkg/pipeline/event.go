package pipeline

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// SchemaVersion is the version of the case file's lines. It only ever grows:
// a reader skips kinds and keys that it does not know.
const SchemaVersion = 1

// An Event is one line of a case: a number, a time, and exactly one pointer
// set. Seq counts from 1 without gaps.
type Event struct {
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`

	// Written by a run.
	Opened    *Opened      `json:"opened,omitempty"`
	Ruled     *Ruled       `json:"ruled,omitempty"`
	Started   *Started     `json:"started,omitempty"`
	Exchanged *Exchange    `json:"exchanged,omitempty"`
	Observed  *Observation `json:"observed,omitempty"`
	Withheld  *Withheld    `json:"withheld,omitempty"`
	Finished  *Finished    `json:"finished,omitempty"`
	Found     *Finding     `json:"found,omitempty"`
	Assessed  *Assessment  `json:"assessed,omitempty"`
	Closed    *Closed      `json:"closed,omitempty"`

	// Appended by commands, through the same lock.
	Triaged   *Triage `json:"triaged,omitempty"`
	Resumed   *Act    `json:"resumed,omitempty"`
	Noted     *Act    `json:"noted,omitempty"`
	Judged    *Act    `json:"judged,omitempty"`
	Approved  *Act    `json:"approved,omitempty"`
	Disputed  *Act    `json:"disputed,omitempty"`
	Disclosed *Act    `json:"disclosed,omitempty"`
	Attested  *Act    `json:"attested,omitempty"`
	Erased    *Act    `json:"erased,omitempty"`
	Imported  *Act    `json:"imported,omitempty"`
	Reported  *Act    `json:"reported,omitempty"`

	line []byte
}

// Opened is the first line of a case.
type Opened struct {
	Schema       int             `json:"schema"`
	Case         string          `json:"case"` // random id, "c-" and hex
	Seeds        []Entity        `json:"seeds"`
	Scope        []Entity        `json:"scope,omitempty"` // declared beside the seeds
	Excluded     []Entity        `json:"excluded,omitempty"`
	Types        []Domain        `json:"types"`
	Priority     string          `json:"priority"`
	Purpose      string          `json:"purpose,omitempty"`
	LawfulBasis  string          `json:"lawful_basis,omitempty"`
	Reference    string          `json:"reference,omitempty"`
	Investigator string          `json:"investigator,omitempty"`
	TLP          string          `json:"tlp"`
	Active       bool            `json:"active,omitempty"`    // the freedom to be seen by the subject was asked for
	Only         []string        `json:"only,omitempty"`      // collectors chosen by name; empty is all
	Exclude      []string        `json:"exclude,omitempty"`   // collectors left out by name
	Requested    []string        `json:"requested,omitempty"` // collectors that run on request only, and were asked for
	WordList     *WordListRef    `json:"word_list,omitempty"` // what sweeps try
	Profile      ProfileRef      `json:"profile"`
	Resolved     json.RawMessage `json:"resolved"`      // the profile as it was in force, whole
	Law          *LawRef         `json:"law,omitempty"` // what it rests on in law; nil where none was asked
	Limits       Limits          `json:"limits"`
	Plan         *Plan           `json:"plan,omitempty"` // what was going to be asked about the targets themselves
	Collectors   []CollectorRef  `json:"collectors"`
	Tool         Tool            `json:"tool"`
}

// ProfileRef names a profile and the digest of what it resolved to.
type ProfileRef struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// LawRef says what a case rests on in law: whose investigation it is, what it
// was given to go by, and the frameworks that it was ruled by.
type LawRef struct {
	Organisation  *DocumentRef    `json:"organisation,omitempty"` // nil: none was there
	Organised     json.RawMessage `json:"organised,omitempty"`    // the organisation's document, whole
	Mandate       json.RawMessage `json:"mandate,omitempty"`      // the job's, whole; people stand in it as tokens
	Frameworks    []DocumentRef   `json:"frameworks"`
	Lists         []DocumentRef   `json:"lists"`
	Stale         []string        `json:"stale,omitempty"` // what was due for review that day, a sentence each
	RetentionDays int             `json:"retention_days,omitempty"`
}

// A DocumentRef names a document, its version, and the digest of its bytes; of
// a framework also when it was held against the law, and when that is due
// again, as days.
type DocumentRef struct {
	ID       string `json:"id"`
	Title    string `json:"title,omitempty"`
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Reviewed string `json:"reviewed,omitempty"`
	ReviewBy string `json:"review_by,omitempty"`
}

// CollectorRef is what a case remembers of a collector that took part.
type CollectorRef struct {
	Name        string      `json:"name"`
	Title       string      `json:"title"`
	Domain      Domain      `json:"domain"`
	Mode        Mode        `json:"mode"`
	Source      string      `json:"source"`
	Family      string      `json:"family"`
	Country     string      `json:"country,omitempty"`
	StandsInFor string      `json:"stands_in_for,omitempty"`
	OnRequest   string      `json:"on_request,omitempty"` // the flag that asks for it
	Produces    []Predicate `json:"produces"`
}

// Unrequested reports whether a collector took no part because it runs on
// request only and nobody asked for it: that is no gap in what is known.
func (o *Opened) Unrequested(collector string) bool {
	if o == nil || slices.Contains(o.Requested, collector) || slices.Contains(o.Only, collector) {
		return false
	}
	return slices.ContainsFunc(o.Collectors, func(c CollectorRef) bool { return c.Name == collector && c.OnRequest != "" })
}

// WordListRef names a list of names without saying where it lies: a sweep is
// the same again only with the same bytes.
type WordListRef struct {
	Name   string `json:"name"` // "builtin", or the file's last element
	SHA256 string `json:"sha256"`
	Names  int    `json:"names"` // lines that are names
}

// Tool is what made the case.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Lab     string `json:"lab,omitempty"` // world, where the internet was ours
}

// Limits bound a run. Zero means no limit but for Workers (64) and Timeout
// (none).
type Limits struct {
	Depth    int           `json:"depth"`    // steps from a seed; 0 is seeds only
	Entities int           `json:"entities"` // asked about
	Workers  int           `json:"workers"`
	Timeout  time.Duration `json:"timeout_ns"`
	CostUSD  float64       `json:"cost_usd"`

	// CostUSDDay is what all runs on this machine may spend on one day, in UTC;
	// nil is no limit.
	CostUSDDay *float64 `json:"cost_usd_day,omitempty"`
}

// Started says that a task is about to begin. It is durable before the task
// begins.
type Started struct {
	Task    TaskKey `json:"task"`
	Attempt int     `json:"attempt"`
}

// Finished says how a task ended. A task that was allowed has exactly one
// last Finished line, also when it never started (skipped, cancelled); of one
// that was refused or waits for review, its lead's Ruled says so.
type Finished struct {
	Task         TaskKey       `json:"task"`
	Outcome      Outcome       `json:"outcome"`
	Reason       string        `json:"reason,omitempty"` // scrubbed of personal values
	Elapsed      time.Duration `json:"elapsed_ns"`
	Exchanges    int           `json:"exchanges"`
	Observations int           `json:"observations"`
	Cost         float64       `json:"cost_usd,omitempty"`
}

// Withheld says that something was seen and not kept, and under which
// ruling. It carries no value.
type Withheld struct {
	Task      TaskKey   `json:"task"`
	Predicate Predicate `json:"predicate"`
	Category  Category  `json:"category"`
	Ruling    Ruling    `json:"ruling"`
	Count     int       `json:"count"`
}

// ExcessRule begins the ids of the rules by which a gate holds back what a
// collector brings beyond its manifest.
const ExcessRule = "manifest."

// Excess reports whether it was held back because its collector's manifest says
// nothing of it.
func (w *Withheld) Excess() bool { return strings.HasPrefix(w.Ruling.Rule, ExcessRule) }

// Closed ends the collection, not the case.
type Closed struct {
	Outcome  string        `json:"outcome"` // complete, interrupted, timeout
	Stages   []StageTime   `json:"stages"`
	Verified Verification  `json:"verified"`
	CPU      time.Duration `json:"cpu_ns"`
	PeakRSS  int64         `json:"peak_rss_bytes"`
}

// Verification is what the verifying stage found.
type Verification struct {
	Exchanges int      `json:"exchanges"` // with bytes kept
	Bytes     int64    `json:"bytes"`
	Bad       []string `json:"bad,omitempty"`      // exchanges whose bytes do not match their digest
	Unruled   []string `json:"unruled,omitempty"`  // exchanges of tasks that no ruling allowed
	Unproven  []string `json:"unproven,omitempty"` // observations that name no recorded exchange

	// What collectors brought beyond their manifests.
	Quarantined int `json:"quarantined,omitempty"` // values that were held back for it
	Excess      int `json:"excess,omitempty"`      // answers that were sealed for it
}

// Act is a line that a command appends: who, what, and a free document.
type Act struct {
	By   string          `json:"by,omitempty"`
	What string          `json:"what"`
	Data json.RawMessage `json:"data,omitempty"`
}
