package main

import (
	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// An erasedCase is what became of one case, or would.
type erasedCase struct {
	Case         string                `json:"case"`
	Dir          string                `json:"dir,omitempty"` // "" if its folder is not to be found
	Target       string                `json:"target,omitempty"`
	Values       int                   `json:"values"`       // sealed values of the person
	Observations []string              `json:"observations"` // about the person, by id
	Answers      int                   `json:"answers"`      // that these rest on, or that name the person
	Keys         int                   `json:"keys"`         // destroyed
	Unproven     []string              `json:"unproven"`     // observations about others that rest on the same answers
	Reports      []string              `json:"reports"`      // rendered anew
	Removed      []string              `json:"removed"`      // reports that can't be, or were not to be
	Clear        []pipeline.ClearLine  `json:"clear"`        // lines in which a value stands in clear: they stay
	Unread       []pipeline.ExchangeID `json:"unread"`       // answers that can't be read: nobody can tell whether they name the person
	Copies       []givenCopy           `json:"copies"`       // that others were given
	Finished     bool                  `json:"finished"`     // an erasure that was broken off before
	Held         string                `json:"held,omitempty"`
	Error        string                `json:"error,omitempty"`
}

// remains reports whether something of the person is left in the case.
func (x *erasedCase) remains() bool {
	return len(x.Clear)+len(x.Unread) > 0 || x.Held != "" || x.Dir == ""
}

// one erases the person from one case, or says what would be. It is nil if
// nothing of the person is in it.
func (e *erasing) one(f *foundCase) (*erasedCase, error) {
	told := &erasedCase{Case: f.id, Dir: f.dir, Observations: []string{}, Unproven: []string{}, Reports: []string{}, Removed: []string{}, Clear: []pipeline.ClearLine{}, Unread: []pipeline.ExchangeID{}, Copies: []givenCopy{}}
	switch {
	case f.dir == "" && len(f.kids) == 0:
		return e.lost(f, told)
	case f.dir == "":
		return told, e.keysOnly(f, told)
	case e.ledger == nil:
		cs, v, err := e.search.look(f.dir)
		if err != nil {
			return told, err
		}
		t, err := pipeline.Trace(f.dir, cs, v, e.search.subject)
		if err != nil {
			return told, err
		}
		e.tell(told, cs, v, t, f.dir)
		return orNil(told), nil
	}
	return e.inFolder(f, told)
}

// lost is of a case that is not in the index, and whose folder nobody can read
// through.
func (e *erasing) lost(f *foundCase, told *erasedCase) (*erasedCase, error) {
	if !f.older {
		return nil, nil
	}
	told.Error = "its keys are here and its folder is not: name it with --in, or nobody can tell whether the person is in it"
	return told, nil
}

// keysOnly destroys the keys of a person's values in a case whose folder is not
// here: wherever it is, they can't be read any more.
func (e *erasing) keysOnly(f *foundCase, told *erasedCase) error {
	var kids []string
	for _, k := range f.kids {
		kids = append(kids, k.Kid)
	}
	told.Values, told.Keys = len(kids), len(kids)
	told.Error = "its folder is not here, so its answers can't be told apart: name it with --in"
	if e.ledger == nil {
		return nil
	}
	body := audit.Body{"what": erasedWhat, "reason": e.done.Reason, "kids": kids, "subjects": e.digests()}
	if _, err := e.ledger.Append(audit.Act{Type: audit.Erasure, Case: f.id, Body: body}); err != nil {
		return err
	}
	_, err := pipeline.LoseKeys(e.search.keys, f.id, kids)
	return err
}

const erasedWhat = "a person"

// inFolder erases the person from a case that lies here.
func (e *erasing) inFolder(f *foundCase, told *erasedCase) (*erasedCase, error) {
	folder, err := pipeline.Open(f.dir, e.search.keys)
	if err != nil {
		return told, err
	}
	defer folder.Close()
	if err := e.c.enter(e.ledger, folder, audit.Consent{}); err != nil {
		return told, err
	}
	e.c.tidy(folder)
	t, err := pipeline.Trace(f.dir, folder.Case, folder.Vault(), e.search.subject)
	if err != nil {
		return told, err
	}
	e.tell(told, folder.Case, folder.Vault(), t, f.dir)
	if told.Held != "" {
		return orNil(told), nil
	}
	before, last := folder.Case.Seq, uint64(0)
	if last, _ = lastErased(folder.Case); last > 0 {
		told.Finished = folder.Vault().Left(folder.Case) > 0 || folder.Case.Covering(last) == nil
	}
	x := pipeline.Erasure{Traces: t, By: e.c.operator(), What: erasedWhat, Reason: e.done.Reason, Subjects: e.digests(), Reports: told.Removed}
	for _, c := range told.Copies {
		x.Recipients = append(x.Recipients, c.String())
	}
	if t.None() || folder.SaidErased(t) {
		x.Reports = nil
	}
	err = folder.Erase(x, func() error { return e.c.prove(e.ledger, folder) })
	if err == nil && f.older {
		err = folder.Enter()
	}
	told.Finished = told.Finished || t.None() && folder.Case.Seq > before
	if err != nil {
		return told, err
	}
	return orNil(told), nil
}

// digests returns the keyed digests of the person's values, as the index has
// them.
func (e *erasing) digests() (all []string) {
	for _, x := range e.search.subject.Entities {
		if d := e.search.index.Digest(x.Value); d != "" {
			all = append(all, d)
		}
	}
	return all
}

// tell says what was traced.
func (e *erasing) tell(told *erasedCase, cs *pipeline.Case, v *pipeline.Vault, t *pipeline.Traces, dir string) {
	told.Target, told.Values, told.Answers, told.Keys = title(cs.Opened.Seeds), len(t.Values), t.Answers, len(t.Kids)
	told.Observations, told.Unproven = append(told.Observations, t.Observations...), append(told.Unproven, t.Others...)
	told.Clear, told.Unread = append(told.Clear, t.Clear...), append(told.Unread, t.Unread...)
	e.shared = append(e.shared, t.Shared...)
	if t.None() && len(t.Clear) == 0 {
		return
	}
	told.Copies = append(told.Copies, copiesOf(cs, v)...)
	if h := holdOn(cs); h != nil && !t.None() {
		told.Held = h.Reason
		return
	}
	if t.None() {
		return
	}
	told.Reports, told.Removed = rendered(cs, dir)
	if e.reports {
		told.Reports, told.Removed = []string{}, append(told.Removed, told.Reports...)
	}
}

// orNil is nil for a case in which nothing of the person is.
func orNil(x *erasedCase) *erasedCase {
	if x.Keys+x.Answers+x.Values+len(x.Clear)+len(x.Unread) == 0 && !x.Finished {
		return nil
	}
	return x
}

// rendered returns the reports in a case's folder, by their names below it:
// those that can be rendered anew, and those that can't, which go.
func rendered(cs *pipeline.Case, dir string) (anew, goes []string) {
	anew, goes = []string{}, []string{}
	for name := range issuedReports(cs) {
		if !exists(inCase(dir, name)) {
			continue
		}
		if formatOf(name) == nil {
			goes = append(goes, name)
		} else {
			anew = append(anew, name)
		}
	}
	return sortedTexts(anew), sortedTexts(goes)
}

// formatOf returns the format that a report of a case is in by its name; nil if
// no report is called so.
func formatOf(name string) *report.Format {
	for _, f := range allFormats(noPlaces) {
		if name == "reports/report"+f.Extension {
			return &f
		}
	}
	return nil
}
