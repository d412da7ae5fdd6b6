package compliance

import (
	"errors"

	"osint/pkg/pipeline"
)

// Retention says for how many days what is kept, by how closely it is held; 0
// is not said.
type Retention struct {
	MaxDays      int `yaml:"max_days" json:"max_days"`                   // of a case, and of anything in it
	Restricted   int `yaml:"restricted" json:"restricted,omitempty"`     //
	Confidential int `yaml:"confidential" json:"confidential,omitempty"` //
	Internal     int `yaml:"internal" json:"internal,omitempty"`         //
	Reports      int `yaml:"reports" json:"reports,omitempty"`           // rendered ones
}

// Check implements [rule.Checker]: what is held more closely goes sooner, and
// nothing stays past the end.
func (r Retention) Check() error {
	if r.MaxDays == 0 {
		return errors.New("max_days is missing: write max_days: and after how many days the last of a case goes")
	}
	var errs []error
	for _, x := range []struct {
		key  string
		days int
		most int
	}{{"max_days", r.MaxDays, maxDays}, {"internal", r.Internal, r.MaxDays},
		{"confidential", r.Confidential, r.Days(pipeline.Internal)}, {"restricted", r.Restricted, r.Days(pipeline.Confidential)},
		{"reports", r.Reports, r.MaxDays}} {
		switch {
		case x.days < 0:
			errs = append(errs, key(x.key, "%d is no number of days: write 1 or more", x.days))
		case x.days > x.most && x.key == "max_days":
			errs = append(errs, key(x.key, "%d days are more than a hundred years: write fewer", x.days))
		case x.days > x.most:
			errs = append(errs, key(x.key, "%d days are more than the %d of what is held less closely: write %d or fewer", x.days, x.most, x.most))
		}
	}
	return errors.Join(errs...)
}

// Days returns for how many days data of a class is kept: as long as what is
// held less closely, where nothing is said of it.
func (r Retention) Days(c pipeline.Class) int {
	days := r.MaxDays
	for _, x := range []struct {
		class pipeline.Class
		days  int
	}{{pipeline.Public, 0}, {pipeline.Internal, r.Internal}, {pipeline.Confidential, r.Confidential}, {pipeline.Restricted, r.Restricted}} {
		if x.days > 0 {
			days = x.days
		}
		if x.class == c {
			break
		}
	}
	return days
}
