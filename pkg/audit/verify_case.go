package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// A CaseFile is a case to be held against the ledger.
type CaseFile struct {
	ID   string
	Path string // of its lines; "" if there is no folder of it
}

// A Recorded is what the ledger knows of a case, and what was found of it.
type Recorded struct {
	Case     string `json:"case"`
	Path     string `json:"path,omitempty"`
	Lines    uint64 `json:"lines"`             // in the ledger
	Found    uint64 `json:"found"`             // in the file
	Attested uint64 `json:"attested"`          // by the newest attest entry that holds
	Removed  *int64 `json:"removed,omitempty"` // the entry that says that the case was removed

	acts []recordedAct
}

// Known reports whether the ledger has entries of the case.
func (r *Recorded) Known() bool { return len(r.acts) > 0 }

// A recordedAct is an entry of a case that is held against its lines.
type recordedAct struct {
	seq  int64
	kind Type
	body []byte
}

// told reports whether an entry of some type is held against the case.
func told(kind []byte) bool {
	switch Type(kind) {
	case Segment, Attest, Rollback, CaseRemove, CaseOpen:
		return true
	}
	return false
}

// A stretch is the lines that one entry holds the digest of.
type stretch struct {
	seq   int64
	span  span
	whole bool // from the first line on
}

// stretches returns what must hold of the lines, by where they end, less what
// the operator went on without.
func (r *Recorded) stretches(v *Verification) (all []stretch) {
	for _, a := range r.acts {
		var b struct {
			span
			Lines, Found, Had uint64
		}
		if err := json.Unmarshal(a.body, &b); err != nil {
			v.add(Tampered, a.seq, "body", "its body: %v", err)
			continue
		}
		switch a.kind {
		case Segment:
			all = append(all, stretch{seq: a.seq, span: b.span})
			r.Lines = b.Last
			if b.Adopted {
				v.add(Warned, a.seq, "adopted", "case %s: its lines %d to %d were not on record when they were written, and were taken in from the file", r.Case, b.First, b.Last)
			}
		case Attest:
			all = append(all, stretch{seq: a.seq, span: span{First: 1, Last: b.Lines, SHA256: b.SHA256}, whole: true})
		case Rollback:
			all = slices.DeleteFunc(all, func(s stretch) bool { return s.span.Last > b.Found })
			r.Lines = b.Found
			v.add(Warned, a.seq, "rollback", "case %s: the operator went on with %d lines of it where %d were recorded", r.Case, b.Found, b.Had)
		case CaseRemove:
			r.Removed = &a.seq
		}
	}
	slices.SortStableFunc(all, func(a, b stretch) int {
		if a.span.Last != b.span.Last {
			return int(int64(a.span.Last) - int64(b.span.Last))
		}
		return int(a.seq - b.seq)
	})
	return all
}

// judge holds the lines of a case against the entries about it.
func (r *Recorded) judge(v *Verification) error {
	if len(r.acts) == 0 {
		v.blame("case "+r.Case, Incomplete, -1, "case", "the ledger knows nothing of case %s", r.Case)
		return nil
	}
	all := r.stretches(v)
	f, err := os.Open(r.Path)
	if r.Path == "" || errors.Is(err, fs.ErrNotExist) {
		if r.Removed == nil {
			v.blame("case "+r.Case, Incomplete, -1, "case", "case %s is not here: the ledger knows %d lines of it, and no entry says that it was removed", r.Case, r.Lines)
		}
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if r.Removed != nil {
		v.blame("case "+r.Case, Warned, *r.Removed, "case", "case %s was removed, and lies here again", r.Case)
	}
	entry, parted, found, ok, err := r.givenUp(f, all)
	if err != nil {
		return err
	}
	if ok {
		r.Found = found
		v.blame("case "+r.Case, SetBackTo, entry, "case", "case %s: this copy is the one that was given up here: from line %d on it is another than the case that went on", r.Case, parted+1)
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := r.compare(f, all, v); err != nil {
		return err
	}
	switch {
	case r.Found < r.Lines:
		v.blame("case "+r.Case, SetBackTo, -1, "case", "case %s has %d lines, and the ledger knows %d: it was set back, or its end was cut off", r.Case, r.Found, r.Lines)
	case r.Found > r.Lines:
		v.blame("case "+r.Case, Warned, -1, "case", "case %s: its lines from %d on are not on record", r.Case, r.Lines+1)
	}
	return nil
}

// compare reads the lines and settles each stretch where it ends. A last line
// without its newline never was.
func (r *Recorded) compare(f io.Reader, all []stretch, v *Verification) error {
	in := bufio.NewReaderSize(f, 1<<16)
	part, whole := sha256.New(), sha256.New()
	var open bytes.Buffer // a line that is not ended yet
	for {
		line, err := in.ReadSlice('\n')
		open.Write(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		r.Found++
		part.Write(open.Bytes())
		whole.Write(open.Bytes())
		open.Reset()
		for len(all) > 0 && all[0].span.Last <= r.Found {
			s := all[0]
			all = all[1:]
			sum := whole
			if !s.whole {
				sum = part
			}
			same := hex.EncodeToString(sum.Sum(nil)) == s.span.SHA256
			switch {
			case !same:
				v.blame("case "+r.Case, Tampered, s.seq, "case", "case %s: its lines %d to %d are others than were recorded", r.Case, s.span.First, s.span.Last)
			case s.whole:
				r.Attested = s.span.Last
			}
			if !s.whole {
				part.Reset()
			}
		}
	}
}
