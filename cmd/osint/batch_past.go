package main

import (
	"path/filepath"
	"slices"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/fleet"
)

// termsOf returns the terms of one target: those of the batch, and, unless
// --baseline says otherwise, the last case that judged it to compare with.
func (b *batch) termsOf(j *job) *terms {
	t := *b.terms
	if t.past == nil && !t.noPast && j.before != nil && j.before.AsOf != "" {
		t.past, t.digest = b.past(j.before)
	}
	return &t
}

// past returns what was known of a target: its last case that was judged, and
// what stood on from before it without being seen. Where that case was removed
// the row alone tells.
func (b *batch) past(r *fleet.Row) (cs *pipeline.Case, digest string) {
	var err error
	if r.Basis != "" {
		cs, digest, err = b.c.earlier(filepath.Join(b.folder.dir, filepath.FromSlash(r.Basis), caseFile))
	}
	if cs == nil || err != nil {
		cs, digest = pipeline.NewCase(), ""
		cs.Opened = &pipeline.Opened{Case: r.ID, Seeds: []pipeline.Entity{{Kind: r.Kind, Value: r.Target}}}
		cs.Ended = r.Began.Add(r.Elapsed)
	}
	for _, f := range r.Standing {
		if !slices.ContainsFunc(cs.Findings, func(x *pipeline.Finding) bool { return x.Fingerprint == f.Fingerprint }) && !f.Subject.Sealed() {
			cs.Findings = append(cs.Findings, &pipeline.Finding{Fingerprint: f.Fingerprint, Rule: f.Rule, Severity: f.Severity, Subject: f.Subject, Title: f.Title})
		}
	}
	return cs, digest
}
