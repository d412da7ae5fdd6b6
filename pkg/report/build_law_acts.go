package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"osint/pkg/pipeline"
)

// acts takes in what commands appended up to a line: approvals, disclosures,
// erasures.
func (l *Law) acts(c *pipeline.Case, t *teller, last uint64) {
	l.Waivers, l.Disclosures, l.Erasures = []Waiver{}, []Disclosure{}, []ErasureNote{}
	for _, e := range c.Acts {
		switch {
		case e.Seq > last:
		case e.Approved != nil:
			l.Waivers = append(l.Waivers, waiverOf(e, t))
		case e.Disclosed != nil:
			l.Disclosures = append(l.Disclosures, disclosureOf(e, t))
		case e.Erased != nil:
			l.Erasures = append(l.Erasures, erasureOf(e, t))
		}
	}
}

func waiverOf(e *pipeline.Event, t *teller) Waiver {
	var d struct {
		Statement struct {
			Approver, Reason, Expires string
			Rules                     []string
		}
		Key string
	}
	_ = json.Unmarshal(e.Approved.Data, &d) // what can't be read is not told
	return Waiver{At: e.Time.UTC(), Approver: t.text(cmp.Or(d.Statement.Approver, e.Approved.By)), Reason: t.text(cmp.Or(d.Statement.Reason, e.Approved.What)),
		Rules: orEmpty(d.Statement.Rules), Expires: d.Statement.Expires, Key: d.Key}
}

func disclosureOf(e *pipeline.Event, t *teller) Disclosure {
	var d struct {
		What, Audience, Recipient, Form, SHA256 string
		Clear                                   []pipeline.Category
	}
	_ = json.Unmarshal(e.Disclosed.Data, &d)
	return Disclosure{At: e.Time.UTC(), By: t.text(e.Disclosed.By), What: t.text(cmp.Or(d.What, e.Disclosed.What)), Audience: d.Audience,
		Recipient: t.text(d.Recipient), Form: d.Form, SHA256: d.SHA256, Clear: orEmpty(d.Clear)}
}

func erasureOf(e *pipeline.Event, t *teller) ErasureNote {
	var d struct {
		Kids, Digests, Recipients []string
		Reason                    string
	}
	_ = json.Unmarshal(e.Erased.Data, &d)
	out := ErasureNote{At: e.Time.UTC(), By: t.text(e.Erased.By), What: t.text(e.Erased.What), Reason: t.text(d.Reason),
		Keys: len(d.Kids), Texts: len(d.Digests), Recipients: []string{}}
	for _, r := range d.Recipients {
		out.Recipients = append(out.Recipients, t.text(r))
	}
	return out
}

// complianceOf returns what each framework said, in the order of their ids.
func complianceOf(c *pipeline.Case, t *teller) []Compliance {
	out := []Compliance{}
	if c.Opened == nil || c.Opened.Law == nil {
		return out
	}
	at := map[string]int{}
	for _, d := range c.Opened.Law.Frameworks {
		at[d.ID] = len(out)
		out = append(out, Compliance{Framework: d.ID, Title: cmp.Or(d.Title, d.ID), Version: d.Version, SHA256: d.SHA256, Reviewed: d.Reviewed, ReviewBy: d.ReviewBy,
			Stale: d.ReviewBy != "" && c.Began.UTC().Format("2006-01-02") > d.ReviewBy, Rules: []LawRule{}})
	}
	lawRulings(c, func(_ pipeline.Entity, collector string, r *pipeline.Ruling) {
		for _, id := range r.Law.Applied {
			if i, known := at[id]; known {
				out[i].Applied++
			}
		}
		for i := range r.Law.Fired {
			if n, known := at[r.Law.Fired[i].Framework]; known {
				out[n].fire(&r.Law.Fired[i], collector, t)
			}
		}
	})
	for i := range out {
		x := &out[i]
		slices.SortStableFunc(x.Rules, func(a, b LawRule) int {
			return cmp.Or(cmp.Compare(b.Outcome.Strictness(), a.Outcome.Strictness()), cmp.Compare(a.Rule, b.Rule))
		})
		x.Text = x.sentence()
	}
	slices.SortStableFunc(out, func(a, b Compliance) int { return cmp.Compare(a.Framework, b.Framework) })
	return out
}

// fire counts one rule that fired in one ruling.
func (x *Compliance) fire(f *pipeline.FiredRule, collector string, t *teller) {
	i := slices.IndexFunc(x.Rules, func(r LawRule) bool { return r.Rule == f.Rule && r.Outcome == f.Outcome })
	if i < 0 {
		i = len(x.Rules)
		x.Rules = append(x.Rules, LawRule{Rule: f.Rule, Cite: f.Cite, Outcome: f.Outcome, Remedy: t.text(f.Remedy), Unknown: []string{}, Redact: []string{}, Collectors: []string{}, Waived: []string{}})
	}
	r := &x.Rules[i]
	r.Rulings++
	if collector != "" {
		r.Collectors = insert(r.Collectors, collector)
	}
	for _, u := range f.Unknown {
		r.Unknown = insert(r.Unknown, u)
	}
	for _, c := range f.Redact {
		r.Redact = insert(r.Redact, c)
	}
	if f.Waived != "" {
		r.Waived = insert(r.Waived, f.Waived)
	} else {
		r.Unwaived++
	}
}

// sentence says what a framework came to.
func (x *Compliance) sentence() string {
	if x.Applied == 0 && len(x.Rules) == 0 {
		return "It applied to nothing that was asked."
	}
	count := map[pipeline.Verdict]int{}
	waived := 0
	for _, r := range x.Rules {
		if r.Outcome == pipeline.ReviewIt && r.Unwaived == 0 {
			waived++
			continue
		}
		count[r.Outcome]++
	}
	text := "It applied to " + plural(x.Applied, "ruling", "rulings")
	switch {
	case count[pipeline.Deny] > 0:
		text += fmt.Sprintf("; by %s something was refused", plural(count[pipeline.Deny], "rule", "rules"))
	case count[pipeline.ReviewIt] > 0:
		text += fmt.Sprintf("; by %s something waits for a review", plural(count[pipeline.ReviewIt], "rule", "rules"))
	case count[pipeline.Redact] > 0:
		text += fmt.Sprintf("; by %s something was left out", plural(count[pipeline.Redact], "rule", "rules"))
	case waived > 0:
		text += "; what waited for a review was let pass by an approval"
	default:
		text += ", and none of its rules fired"
	}
	return text + "."
}
