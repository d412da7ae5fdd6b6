package fleet

import (
	"time"

	"osint/pkg/pipeline"
)

// SchemaVersion is the version of an index. Keys are only ever added within a
// version.
const SchemaVersion = 1

// An Index is the record of one run of a batch. Lists are never null.
type Index struct {
	SchemaVersion int           `json:"schema_version"`
	Run           string        `json:"run"`    // its name: when it began
	Before        string        `json:"before"` // the run it is compared with; "" if there was none
	Source        string        `json:"source"` // the list of targets
	Tool          pipeline.Tool `json:"tool"`
	TLP           string        `json:"tlp,omitempty"` // strictest label of the reports that it is made of
	Began         time.Time     `json:"began"`
	Ended         time.Time     `json:"ended"`
	Outcome       Outcome       `json:"outcome"` // complete or interrupted
	Resumed       int           `json:"resumed"` // how often
	Code          int           `json:"code"`    // of the process
	Changed       bool          `json:"changed"` // some row is, or a target is left
	Left          []string      `json:"left"`    // targets of the run before that are not in the list any more
	Rows          []Row         `json:"rows"`    // in the order of the list
}

// Outcome says how a row, or a run, ended.
type Outcome string

// The outcomes. A run is complete or interrupted.
const (
	Complete    Outcome = "complete"
	TimedOut    Outcome = "timeout"     // at the run's time limit: judged on what was known
	Interrupted Outcome = "interrupted" // by a signal: judged on what was known, can be resumed
	Refused     Outcome = "refused"     // the gate let nothing be asked
	Failed      Outcome = "failed"      // something went wrong here
	NotStarted  Outcome = "not-started" // a signal came before its turn
)

// Settled reports whether nothing is left to do for a row.
func (o Outcome) Settled() bool { return o == Complete || o == TimedOut || o == Refused }

// A Row is what became of one target.
type Row struct {
	Line    int           `json:"line"`   // in the list of targets
	Target  string        `json:"target"` // canonical; of a person, "a sealed target"
	Kind    pipeline.Kind `json:"kind"`
	Case    string        `json:"case"` // its folder below the batch's, with slashes; "" if there is none
	ID      string        `json:"id"`   // of the case
	Profile string        `json:"profile"`
	TLP     string        `json:"tlp,omitempty"` // of the report that tells it; "" if there is none
	Outcome Outcome       `json:"outcome"`
	Code    int           `json:"code"`   // the exit code that a run of its own would have had
	Reason  string        `json:"reason"` // of a code that is not 0
	Began   time.Time     `json:"began"`
	Elapsed time.Duration `json:"elapsed_ns"`

	// What is known of it, by the last run that judged it.
	AsOf     string                    `json:"as_of"` // that run; "" if none has
	Basis    string                    `json:"basis"` // its case, as in Case; "" if that was removed
	Level    string                    `json:"level"`
	Score    *float64                  `json:"score"`
	Held     bool                      `json:"held"`     // level and score are of the run before: this one saw too little to say less
	Coverage float64                   `json:"coverage"` // 0..1
	Counts   map[pipeline.Severity]int `json:"counts"`   // of Standing
	Standing []Finding                 `json:"standing"`

	Changes []Change  `json:"changes"` // since the run before, sorted
	New     []Finding `json:"new"`
	Gone    []Finding `json:"gone"`
	Was     *Was      `json:"was"` // null: nothing to compare with
}

// A Finding is as much of one as its comparison needs, and its telling.
type Finding struct {
	Fingerprint string            `json:"fingerprint"` // of one about a sealed subject: its rule and a number
	Rule        string            `json:"rule"`
	Severity    pipeline.Severity `json:"severity"`
	Subject     pipeline.Entity   `json:"subject"`
	Title       string            `json:"title"`
	Unverified  bool              `json:"unverified,omitempty"` // stood before, and could not be checked this time
}

// Was is what a row is compared with.
type Was struct {
	AsOf     string   `json:"as_of"`
	Level    string   `json:"level"`
	Score    *float64 `json:"score"`
	Coverage float64  `json:"coverage"`
}

// Change is one way in which a row differs from the run before.
type Change string

// The changes.
const (
	First    Change = "first"    // never judged before
	Added    Change = "new"      // a finding that did not stand
	Removed  Change = "gone"     // a finding that stands no more, by a check that ran
	Leveled  Change = "level"    // another level of risk
	Obscured Change = "coverage" // less was seen, by a percentage point or more
	Trouble  Change = "trouble"  // it was not judged, or its code says that somebody should look
)
