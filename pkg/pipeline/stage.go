package pipeline

import "time"

// Stage is one of the seven stages a user sees.
type Stage string

// The stages, in order.
const (
	Planning   Stage = "planning"   // 0–10 %: the gate rules over the seeds with nothing started
	Profiling  Stage = "profiling"  // 10–20 %: what kind of target, whose jurisdiction, what is in scope
	Collecting Stage = "collecting" // 20–60 %
	Analyzing  Stage = "analyzing"  // 60–75 %: correlation, corroboration, contradictions
	Verifying  Stage = "verifying"  // 75–85 %: what was kept, against its digests and rulings
	Assessing  Stage = "assessing"  // 85–95 %
	Reporting  Stage = "reporting"  // 95–100 %: the command's, after the run
)

// Stages returns the seven stages in order.
func Stages() []Stage {
	return []Stage{Planning, Profiling, Collecting, Analyzing, Verifying, Assessing, Reporting}
}

// Span returns where a stage begins and ends, in per cent of the whole.
func (s Stage) Span() (from, to int) {
	ends := []int{0, 10, 20, 60, 75, 85, 95, 100}
	for i, x := range Stages() {
		if x == s {
			return ends[i], ends[i+1]
		}
	}
	return 0, 0
}

// Progress is how far a run is. It is shown and never written: it has no
// number and is no line.
type Progress struct {
	Stage   Stage
	Percent int           // 0..100 of the whole run
	Running int           // tasks at work
	Waiting int           // tasks that wait for their source's pace
	Done    int           // tasks ended
	Total   int           // tasks known so far
	Wait    time.Duration // until the next turn, when all that is left waits
	WaitFor string        // the source waited for
	Note    string        // one line for people
}

// StageTime is how long one stage took.
type StageTime struct {
	Stage   Stage         `json:"stage"`
	Elapsed time.Duration `json:"elapsed_ns"`
	Note    string        `json:"note,omitempty"`
}
