package report

import (
	"fmt"

	"osint/pkg/pipeline"
)

// since tells of a review what became of its questions. told are those that were
// counted before.
func (x *Ruling) since(e pipeline.Entity, collectors []string, standing map[pipeline.TaskKey]pipeline.Ruling, told map[pipeline.TaskKey]bool) {
	if x.Verdict != pipeline.ReviewIt {
		return
	}
	if len(collectors) == 0 {
		collectors = []string{""}
	}
	for _, name := range collectors {
		k := pipeline.TaskKey{Collector: name, Subject: e}
		if told[k] {
			continue
		}
		told[k] = true
		last := standing[k]
		if last.Verdict == pipeline.ReviewIt {
			x.Waiting++
			continue
		}
		if last.Law == nil {
			continue
		}
		for _, f := range last.Law.Fired {
			if f.Waived != "" {
				x.Approved = insert(x.Approved, f.Waived)
			}
		}
	}
}

// Since says of a review what became of it; "" of another ruling.
func (x *Ruling) Since() string {
	switch {
	case x.Verdict != pipeline.ReviewIt:
		return ""
	case len(x.Approved) == 0 && x.Waiting == 0:
		return "ruled anew"
	case len(x.Approved) == 0:
		return "waits"
	case x.Waiting == 0:
		return "approved by " + join(x.Approved)
	}
	return fmt.Sprintf("approved by %s; %s waiting", join(x.Approved), group(x.Waiting))
}
