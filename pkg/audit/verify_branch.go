package audit

import (
	"encoding/json"
	"io"
)

// givenUp returns the entry by which the operator gave up the history that the
// lines of a case follow, and the line after which that and the one which holds
// part; ok is false if the lines follow the one that holds as far, or follow none.
// found is how many lines there are.
func (r *Recorded) givenUp(f io.ReadSeeker, holds []stretch) (entry int64, parted, found uint64, ok bool, err error) {
	usual := int64(-2) // not held against the lines yet
	for i := len(r.acts) - 1; i >= 0; i-- {
		a := r.acts[i]
		var b struct{ Found uint64 }
		if a.kind != Rollback || json.Unmarshal(a.body, &b) != nil {
			continue
		}
		if usual == -2 {
			if usual, found, err = r.follows(f, holds); err != nil {
				return 0, 0, found, false, err
			}
		}
		before := &Recorded{Case: r.Case, acts: r.acts[:i]}
		far, _, err := r.follows(f, before.stretches(new(Verification)))
		if err != nil {
			return 0, 0, found, false, err
		}
		if far > max(usual, int64(b.Found)) {
			return a.seq, b.Found, found, true, nil
		}
	}
	return 0, 0, found, false, nil
}

// follows returns the last line up to which a case is what some entries say, of
// those lines that they say anything of; -1 if it isn't. found is how many there
// are.
func (r *Recorded) follows(f io.ReadSeeker, all []stretch) (last int64, found uint64, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return -1, 0, err
	}
	v, x := new(Verification), &Recorded{Case: r.Case}
	err = x.compare(f, all, v)
	for _, s := range all {
		if s.span.Last <= x.Found {
			last = max(last, int64(s.span.Last))
		}
	}
	if v.Verdict == Tampered {
		last = -1
	}
	return last, x.Found, err
}
