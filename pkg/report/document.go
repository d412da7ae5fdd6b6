package report

import (
	"slices"
	"time"

	"osint/pkg/pipeline"
)

// SchemaVersion is the version of the report's JSON. Keys are only ever
// added within a version.
const SchemaVersion = 1

// A Document is all that a report says. The JSON report is its encoding:
// lists are never null, and every key of the top level is always there.
type Document struct {
	SchemaVersion int                  `json:"schema_version"`
	Case          Case                 `json:"case"`
	Attestation   Attestation          `json:"attestation"`
	Summary       Summary              `json:"summary"`
	Risk          Risk                 `json:"risk"`
	Findings      []Finding            `json:"findings"` // by effect on the score, then severity
	Entities      []Entity             `json:"entities"` // by kind and value
	Observations  []Observation        `json:"observations"`
	Exchanges     []Exchange           `json:"exchanges"`
	Collectors    []Collector          `json:"collectors"` // in the case's order
	Rulings       []Ruling             `json:"rulings"`
	Withheld      []Withheld           `json:"withheld"`
	Coverage      Coverage             `json:"coverage"`
	Timeline      []Moment             `json:"timeline"` // by time
	Baseline      Baseline             `json:"baseline"`
	Suppressions  []Suppression        `json:"suppressions"` // in the order of their file
	FailOn        []pipeline.Condition `json:"fail_on"`
	Compliance    []Compliance         `json:"compliance"` // by framework; empty where none was asked
	Law           *Law                 `json:"law"`        // null: nothing of law, and nothing about a person
	Stages        []Stage              `json:"stages"`

	clear     []pipeline.Category
	relations []relation // what the layout draws and tabulates; in JSON they are observations
}

// Clear returns the categories of data about people that stand in the document
// in clear, sorted; none where every one of them is a label, or left out.
func (d *Document) Clear() []pipeline.Category { return slices.Clone(d.clear) }

// Case says what was investigated, by whom, why, and with what.
type Case struct {
	ID             string              `json:"id"`
	Lines          uint64              `json:"lines"` // number of the last line that is rendered
	Seeds          []pipeline.Entity   `json:"seeds"`
	Scope          Scope               `json:"scope"`
	Type           []pipeline.Domain   `json:"type"`
	Priority       string              `json:"priority"`
	Profile        pipeline.ProfileRef `json:"profile"`
	Purpose        string              `json:"purpose"`
	LawfulBasis    string              `json:"lawful_basis"`
	Reference      string              `json:"reference"`
	Investigator   string              `json:"investigator"`
	TLP            string              `json:"tlp"`                // at least as strict as its classification asks
	TLPOfCase      string              `json:"tlp_case,omitempty"` // the case's own, where that is more open
	Classification pipeline.Class      `json:"classification"`     // highest class of what the report holds
	Started        time.Time           `json:"started"`
	Finished       *time.Time          `json:"finished"` // null: something stopped the run
	Outcome        string              `json:"outcome"`  // complete, interrupted, timeout, or stopped
	Resumed        int                 `json:"resumed"`
	Limits         pipeline.Limits     `json:"limits"`
	Planned        *pipeline.Plan      `json:"planned"` // what was going to be asked about the targets themselves; null where no plan was made
	Tool           pipeline.Tool       `json:"tool"`

	asOf time.Time // of the last line rendered
}

// Scope is what was declared as the subject's.
type Scope struct {
	Declared []pipeline.Entity `json:"declared"` // beside the seeds
	Excluded []pipeline.Entity `json:"excluded"`
	InScope  int               `json:"in_scope"` // entities
	Context  int               `json:"context"`
}

// Summary is what a reader in a hurry reads.
type Summary struct {
	BottomLine      string           `json:"bottom_line"` // at most five lines
	Absent          []Absent         `json:"absent"`      // targets that do not exist
	KeyJudgements   []Judgement      `json:"key_judgements"`
	Recommendations []Recommendation `json:"recommendations"` // by effect on the score
}

// Judgement is an analytic sentence. The likelihood stands in Text, the
// confidence and its reason in Basis: never both in one sentence.
type Judgement struct {
	Text       string   `json:"text"`
	Basis      string   `json:"basis"`
	Likelihood string   `json:"likelihood"` // the word used
	Confidence string   `json:"confidence"` // low, moderate, high
	Findings   []string `json:"findings"`   // ids it rests on
}

// Recommendation is one thing to do. Effect is the change of the score if
// the rule's findings were cured, all else equal; effects do not add up.
type Recommendation struct {
	Rank     int               `json:"rank"`
	Rule     string            `json:"rule"`
	Title    string            `json:"title"`
	Action   string            `json:"action"`
	Severity pipeline.Severity `json:"severity"`
	Effect   float64           `json:"effect"`
	Findings []string          `json:"findings"`
	Subjects []pipeline.Entity `json:"subjects"`
}

// Risk is the score and what makes it. Score is null where nothing was
// assessed, or no target exists; Level is then "none".
type Risk struct {
	Model          string                  `json:"model"`
	RulesSHA256    string                  `json:"rules_sha256"`
	Score          *float64                `json:"score"`
	Level          string                  `json:"level"`
	Insufficient   bool                    `json:"insufficient"` // the level is indicative only
	Confidence     float64                 `json:"confidence"`   // of the level, 0..1
	ConfidenceWord string                  `json:"confidence_word"`
	Coverage       float64                 `json:"coverage"`
	Bounds         pipeline.Bounds         `json:"bounds"`
	Vectors        []pipeline.VectorScore  `json:"vectors"`       // by hazard
	Contributions  []pipeline.Contribution `json:"contributions"` // by hazard
	Sensitivity    []pipeline.Sensitivity  `json:"sensitivity"`   // by effect
	Thresholds     []pipeline.Threshold    `json:"thresholds"`
	Fixes          []string                `json:"fixes"`
	LevelAfter     string                  `json:"level_after"`
	NextSteps      []string                `json:"next_steps"`
	Checks         []pipeline.Check        `json:"checks"` // what became of each rule
}

// Finding is a judgement that stands on observations.
type Finding struct {
	ID           string            `json:"id"`
	Fingerprint  string            `json:"fingerprint"`
	Rule         string            `json:"rule"`
	Family       string            `json:"family"`
	Title        string            `json:"title"`
	Detail       string            `json:"detail"`
	Severity     pipeline.Severity `json:"severity"`
	Vector       string            `json:"vector"`
	Confidence   float64           `json:"confidence"`
	Status       pipeline.Status   `json:"status"`
	Subject      pipeline.Entity   `json:"subject"`
	Observations []string          `json:"observations"`
	Origins      []string          `json:"origins"` // whose knowledge it rests on
	Effect       float64           `json:"effect"`  // leave-one-out, of its rule
	Remediation  string            `json:"remediation"`
	References   []string          `json:"references"`
	FirstSeen    time.Time         `json:"first_seen,omitzero"`   // in a row of cases, each the baseline of the next
	Suppression  *Borne            `json:"suppression,omitempty"` // of suppressed: by whom and why
}
