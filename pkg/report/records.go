package report

import (
	"time"

	"osint/pkg/pipeline"
)

// Entity is one thing the case met. A personal value is a label ("[sealed
// person 1]") with its token beside it, unless the profile shows it.
type Entity struct {
	Kind      pipeline.Kind `json:"kind"`
	Value     string        `json:"value"`
	Token     string        `json:"token,omitempty"`
	InScope   bool          `json:"in_scope"`
	Reason    string        `json:"reason"` // why it is in scope or not
	Depth     int           `json:"depth"`  // steps from a seed; -1 where no way leads
	Asked     int           `json:"asked"`  // tasks about it
	FirstSeen time.Time     `json:"first_seen"`
}

// Observation is one thing one collector saw.
type Observation struct {
	ID        string                `json:"id"`
	Collector string                `json:"collector"`
	Source    string                `json:"source"`
	Origin    string                `json:"origin"`
	Subject   pipeline.Entity       `json:"subject"`
	Predicate pipeline.Predicate    `json:"predicate"`
	Object    *pipeline.Entity      `json:"object"`
	Value     any                   `json:"value"`
	Category  pipeline.Category     `json:"category"`
	Grade     pipeline.Grade        `json:"grade"`
	At        time.Time             `json:"at"`
	Denies    bool                  `json:"denies"`
	Exchanges []pipeline.ExchangeID `json:"exchanges"`
}

// Exchange is one question put to one source, and what is kept of the answer.
type Exchange struct {
	ID        pipeline.ExchangeID `json:"id"`
	Task      string              `json:"task"`
	Source    string              `json:"source"`
	Operation string              `json:"operation"`
	Locator   string              `json:"locator"`
	Outcome   pipeline.Outcome    `json:"outcome"`
	Status    int                 `json:"status"`
	At        time.Time           `json:"at"`
	Bytes     int                 `json:"bytes"`
	ElapsedMS float64             `json:"elapsed_ms"`
	Cached    bool                `json:"cached"`
	CostUSD   float64             `json:"cost_usd"`
	Kept      pipeline.Keep       `json:"kept"`
	SHA256    string              `json:"sha256"` // of the bytes kept; empty where none are
	Error     string              `json:"error,omitempty"`
	Detail    string              `json:"detail,omitempty"`
}

// Collector is what became of one source's tasks: a count for each outcome,
// never one word for many.
type Collector struct {
	Name         string                   `json:"name"`
	Title        string                   `json:"title"`
	Domain       pipeline.Domain          `json:"domain"`
	Mode         pipeline.Mode            `json:"mode"`
	Source       string                   `json:"source"`
	Country      string                   `json:"country"`  // of the source; "" where the subject or the operator decides
	Outcomes     map[pipeline.Outcome]int `json:"outcomes"` // "open": started and never ended
	Calls        int                      `json:"calls"`
	Cached       int                      `json:"cached"`                 // answers that a cache had: no calls
	CachedSince  *time.Time               `json:"cached_since,omitempty"` // when the oldest of them was fetched
	CostUSD      float64                  `json:"cost_usd"`
	ElapsedMS    float64                  `json:"elapsed_ms"`
	Observations int                      `json:"observations"`
	Errors       []Trouble                `json:"errors"`
}

// Age says how old the oldest answer was that a cache had, when the case began;
// "" where there was none.
func (x *Collector) Age(began time.Time) string {
	if x.CachedSince == nil {
		return ""
	}
	switch d := began.Sub(*x.CachedSince); {
	case d <= 0:
		return "fetched in this run"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute", "minutes") + " old"
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour", "hours") + " old"
	default:
		return plural(int(d.Hours()/24), "day", "days") + " old"
	}
}

// Trouble is one reason why tasks ended without an answer, and how many.
type Trouble struct {
	Outcome pipeline.Outcome `json:"outcome"`
	Reason  string           `json:"reason"`
	Count   int              `json:"count"`
}

// Ruling is one thing the gate said, and to which questions.
type Ruling struct {
	Verdict    pipeline.Verdict  `json:"verdict"`
	Rule       string            `json:"rule"`
	Cite       string            `json:"cite"`
	Reason     string            `json:"reason"`
	Unknown    []string          `json:"unknown"`
	Redact     []string          `json:"redact"`
	Keep       pipeline.Keep     `json:"keep"`
	Collectors []string          `json:"collectors"`
	Subjects   []pipeline.Entity `json:"subjects"`
	Questions  int               `json:"questions"` // pairs of collector and entity
	Approved   []string          `json:"approved"`  // of a review: in whose names it was let pass since
	Waiting    int               `json:"waiting"`   // of a review: questions, and people as such, whose last ruling it is
}

// Withheld is what was seen and not kept.
type Withheld struct {
	Collector string             `json:"collector"`
	Predicate pipeline.Predicate `json:"predicate"`
	Category  pipeline.Category  `json:"category"`
	Verdict   pipeline.Verdict   `json:"verdict"`
	Rule      string             `json:"rule"`
	Reason    string             `json:"reason"`
	Count     int                `json:"count"`
}

// Coverage is what could be seen, and what could not and why.
type Coverage struct {
	Share           float64          `json:"share"` // weighted, of the applicable checks
	Sufficient      bool             `json:"sufficient"`
	Checks          Checks           `json:"checks"`
	Gaps            []Gap            `json:"gaps"`
	Unknown         []pipeline.Check `json:"unknown"` // rules that could not be judged
	Statements      Statements       `json:"statements"`
	PersonalSealed  int              `json:"personal_sealed"`  // entities shown as labels
	PersonalOmitted int              `json:"personal_omitted"` // rows left out
	Verified        VerifiedEvidence `json:"verified"`
	Outcomes        map[string]int   `json:"outcomes"` // tasks, over all collectors
}

// VerifiedEvidence is what the run read back before it judged.
type VerifiedEvidence struct {
	Answers  int      `json:"answers"` // with bytes kept
	Bytes    int64    `json:"bytes"`
	Bad      []string `json:"bad"`
	Unruled  []string `json:"unruled"`
	Unproven []string `json:"unproven"`

	Quarantined int `json:"quarantined,omitempty"` // values held back, of which a manifest says nothing
	Excess      int `json:"excess,omitempty"`      // answers sealed for the same reason
}

// Checks counts rules by what became of them.
type Checks struct {
	Failed        int `json:"failed"`
	Passed        int `json:"passed"`
	Unknown       int `json:"unknown"`
	NotApplicable int `json:"not_applicable"`
}

// Gap is one reason for not knowing, in a sentence.
type Gap struct {
	Kind    string `json:"kind"`    // an outcome, or: rules, withheld, context, depth, limit, evidence, stopped
	Subject string `json:"subject"` // a collector, or what it concerns
	Count   int    `json:"count"`
	Text    string `json:"text"`
}

// Statements counts what was said alike, by origin: two sources that pass on
// one origin's knowledge are one witness.
type Statements struct {
	Total          int             `json:"total"`
	Corroborated   int             `json:"corroborated"` // two origins or more, none against
	Contradicted   int             `json:"contradicted"`
	Contradictions []Contradiction `json:"contradictions"`
}

// Contradiction is a statement that somebody denies, or says otherwise.
type Contradiction struct {
	Text         string   `json:"text"`
	For          []string `json:"for"`     // origins
	Against      []string `json:"against"` // origins
	Observations []string `json:"observations"`
}

// Moment is one dated fact.
type Moment struct {
	At       time.Time       `json:"at"`
	Lane     string          `json:"lane"` // registration, certificates, names, case
	Text     string          `json:"text"`
	Subject  pipeline.Entity `json:"subject"`
	Evidence string          `json:"evidence"` // id of the observation; empty for the case's own acts
}

// Stage is how long one stage of the run took.
type Stage struct {
	Stage     pipeline.Stage `json:"stage"`
	ElapsedMS float64        `json:"elapsed_ms"`
	Note      string         `json:"note"`
}
