package report

import (
	"cmp"
	"fmt"
	"strings"

	"osint/pkg/pipeline"
)

// gaps says what could not be seen, and why.
func (w *writer) gaps() section {
	v := w.d.Coverage
	s := section{ID: "gaps", Title: "What could not be seen"}
	s.Blocks = append(s.Blocks, block{Text: fmt.Sprintf("Of the checks that apply, %d found something, %d passed and %d could not be judged; not applicable: %d. Silence is not absence: a source that failed is never counted as one that answered “nothing”.",
		v.Checks.Failed, v.Checks.Passed, v.Checks.Unknown, v.Checks.NotApplicable)})
	if len(v.Gaps) == 0 {
		s.Blocks = append(s.Blocks, block{Text: "Every question that was to be asked was answered."})
	} else {
		t := &table{Caption: "Gaps", Columns: []column{{"What", 2.2, false, false}, {"Where", 2.2, false, false}, {"Count", 1, true, false}, {"Why", 7, false, false}}}
		for _, g := range v.Gaps {
			t.Rows = append(t.Rows, row{Cells: []cell{w.cell(g.Kind), w.cell(g.Subject), w.cell(group(g.Count)), w.cell(g.Text)}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()})
	}
	if len(v.Unknown) > 0 {
		t := &table{Caption: "Checks that could not be judged", Columns: []column{{"If true", 1.7, false, false}, {"Rule", 3, false, false}, {"Vector", 1.2, false, false}, {"Why unknown", 6, false, false}}}
		for _, k := range v.Unknown {
			t.Rows = append(t.Rows, row{Cells: []cell{{Text: Safe(string(k.Severity)), Level: k.Severity}, w.cell(k.Rule), w.cell(k.Vector), w.cell(k.Reason)}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()})
	}
	return s
}

// cut caps a table's rows and remembers how many there were.
func (t *table) cut() *table {
	t.Total = len(t.Rows)
	if t.Total > maxRows {
		t.Rows = t.Rows[:maxRows]
	}
	return t
}

func (w *writer) timeline() section {
	s := section{ID: "timeline", Title: "Timeline"}
	if len(w.d.Timeline) == 0 {
		s.Blocks = []block{{Text: "Nothing that was seen carries a date."}}
		return s
	}
	t := &table{Caption: "Dated facts, oldest first", Columns: []column{{"Time", 2.7, false, true}, {"Lane", 1.7, false, false}, {"Subject", 4, false, false}, {"What", 4, false, false}}}
	for _, m := range w.d.Timeline {
		t.Rows = append(t.Rows, row{Cells: []cell{w.cell(stamp(m.At)), w.cell(m.Lane), w.named(m.Subject), w.cell(m.Text)}})
	}
	s.Blocks = []block{{Drawing: drawTimeline(w)}, {Table: t.cut()}}
	return s
}

func (w *writer) entities() section {
	s := section{ID: "entities", Title: "Entities"}
	if g := drawGraph(w); g != nil {
		s.Blocks = append(s.Blocks, block{Drawing: g})
	}
	columns := []column{{"Kind", 1.9, false, false}, {"Value", 5, false, true}, {"Steps", 1.2, true, false}, {"First seen", 2.9, false, true}, {"Why", 3.2, false, false}}
	in := &table{Caption: "In scope: the subject's", Columns: columns}
	out := &table{Caption: "Context: met on the way, not the subject's, not judged", Columns: columns}
	for _, e := range w.d.Entities {
		steps := group(e.Depth)
		if e.Depth < 0 {
			steps = "–"
		}
		r := row{Cells: []cell{w.cell(string(e.Kind)), w.named(pipeline.Entity{Kind: e.Kind, Value: e.Value}), w.cell(steps), w.cell(stamp(e.FirstSeen)), w.cell(e.Reason)}}
		t := out
		if e.InScope {
			t = in
		}
		t.Rows = append(t.Rows, r)
	}
	for _, t := range []*table{in, out} {
		if len(t.Rows) > 0 {
			s.Blocks = append(s.Blocks, block{Table: t.cut()})
		}
	}
	if n := w.d.Coverage.PersonalSealed; n > 0 {
		s.Blocks = append(s.Blocks, block{Note: plural(n, "personal value is", "personal values are") + " sealed: a label stands in its place, the same throughout this report."})
	}
	return s
}

func (w *writer) relations() section {
	st := w.d.Coverage.Statements
	s := section{ID: "relations", Title: "Relations and corroboration"}
	s.Blocks = append(s.Blocks, block{Text: fmt.Sprintf("%s were recorded; %d are made by two origins or more and denied by none, %d are contradicted. Origins are counted, not sources: two sources that pass on one origin's knowledge are one witness.",
		plural(st.Total, "statement", "statements"), st.Corroborated, st.Contradicted)})
	if len(st.Contradictions) > 0 {
		t := &table{Caption: "Contradictions", Columns: []column{{"Statement", 6, false, false}, {"Origins for", 2.4, false, false}, {"Origins against", 2.4, false, false}}}
		for _, c := range st.Contradictions {
			t.Rows = append(t.Rows, row{Cells: []cell{w.cell(c.Text), w.cell(join(c.For)), w.cell(join(c.Against))}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()})
	}
	if len(w.d.relations) > 0 {
		t := &table{Caption: "Relations between entities", Columns: []column{{"Subject", 4, false, false}, {"Relation", 2.6, false, false}, {"Object", 4, false, false}, {"Origins", 1.9, false, false}}}
		for _, r := range w.d.relations {
			t.Rows = append(t.Rows, row{Cells: []cell{w.named(r.Subject), w.cell(r.Means), w.named(r.Object), w.cell(join(r.Origins))}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()})
	}
	return s
}

// sources shows each collector with a count for every outcome.
func (w *writer) sources() section {
	s := section{ID: "sources", Title: "Sources"}
	t := &table{Caption: "What became of each collector's questions", Columns: []column{{"Collector", 2.4, false, false}, {"Source", 1.7, false, false}, {"Mode", 1.3, false, false},
		{"Outcomes", 3.8, false, false}, {"Seen", 1, true, false}, {"Calls", 1, true, false}, {"USD", 1.1, true, false}, {"Time", 1.3, true, false}}}
	errors := &table{Caption: "Why questions had no full answer", Columns: []column{{"Collector", 2.2, false, false}, {"Outcome", 2, false, false}, {"Count", 1, true, false}, {"Reason", 6, false, false}}}
	for _, c := range w.d.Collectors {
		t.Rows = append(t.Rows, row{Cells: []cell{w.cell(c.Name), w.cell(c.Source), w.cell(string(c.Mode)), w.cell(outcomesText(c.Outcomes)),
			w.cell(group(c.Observations)), w.cell(group(c.Calls)), w.cell(fmt.Sprintf("%.2f", c.CostUSD)), w.cell(elapsed(c.ElapsedMS))}})
		for _, e := range c.Errors {
			errors.Rows = append(errors.Rows, row{Cells: []cell{w.cell(c.Name), w.cell(string(e.Outcome)), w.cell(group(e.Count)), w.cell(cmp.Or(e.Reason, "no reason given"))}})
		}
	}
	if len(t.Rows) == 0 {
		s.Blocks = []block{{Text: "No collector took part."}}
		return s
	}
	s.Blocks = append(s.Blocks, block{Table: t.cut()})
	if text := w.cached(); text != "" {
		s.Blocks = append(s.Blocks, block{Text: text})
	}
	if len(errors.Rows) > 0 {
		s.Blocks = append(s.Blocks, block{Table: errors.cut()})
	}
	return s
}

// cached says which answers were not asked for anew, and how old they were.
func (w *writer) cached() string {
	var parts []string
	for _, c := range w.d.Collectors {
		if c.Cached > 0 {
			parts = append(parts, fmt.Sprintf("%s %s, the oldest %s", c.Name, plural(c.Cached, "answer", "answers"), c.Age(w.d.Case.Started)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return w.text("From a cache, and no calls: " + strings.Join(parts, "; ") + ". What rests on them is of when they were fetched.")
}

// outcomesText lists the outcomes that occurred, in the order of the closed
// set.
func outcomesText(m map[pipeline.Outcome]int) string {
	var out []string
	for _, o := range append(pipeline.Outcomes(), openTask) {
		if m[o] > 0 {
			out = append(out, fmt.Sprintf("%s %s", o, group(m[o])))
		}
	}
	if out == nil {
		return "not asked"
	}
	return strings.Join(out, ", ")
}

func (w *writer) rulings() section {
	s := section{ID: "rulings", Title: "Rulings"}
	s.Blocks = append(s.Blocks, block{Text: "Before anything was asked, the compliance gate ruled. Questions that were ruled alike stand together."})
	t := &table{Caption: "Rulings", Columns: []column{{"Verdict", 1.8, false, false}, {"Rule and reason", 4.6, false, false}, {"Kept", 1.1, false, false},
		{"Asked", 1.1, true, false}, {"Collectors", 3, false, false}, {"About", 3.4, false, false}}}
	for _, r := range w.d.Rulings {
		why := r.Rule
		for _, x := range []string{r.Cite, r.Reason} {
			if x != "" {
				why += ". " + x
			}
		}
		if len(r.Unknown) > 0 {
			why += ". Unknown: " + join(r.Unknown)
		}
		says := string(r.Verdict)
		if since := r.Since(); since != "" {
			says += "; " + since
		}
		t.Rows = append(t.Rows, row{Cells: []cell{w.cell(says), w.cell(why), w.cell(string(r.Keep)), w.cell(group(r.Questions)),
			w.cell(join(r.Collectors)), {Text: w.some(r.Subjects)}}})
	}
	s.Blocks = append(s.Blocks, block{Table: t.cut()})
	if len(w.d.Withheld) > 0 {
		t := &table{Caption: "Seen, and not kept", Columns: []column{{"Collector", 2, false, false}, {"What", 2.4, false, false}, {"Category", 1.6, false, false}, {"Rule and reason", 5, false, false}, {"Count", 1, true, false}}}
		for _, x := range w.d.Withheld {
			t.Rows = append(t.Rows, row{Cells: []cell{w.cell(x.Collector), w.cell(string(x.Predicate)), w.cell(string(x.Category)),
				w.cell(strings.Trim(x.Rule+". "+x.Reason, ". ")), w.cell(group(x.Count))}})
		}
		s.Blocks = append(s.Blocks, block{Table: t.cut()})
	}
	return s
}

// some names the first entities of a list and counts the rest.
func (w *writer) some(es []pipeline.Entity) string {
	const most = 4
	if len(es) <= most {
		return w.list(es)
	}
	return w.list(es[:most]) + fmt.Sprintf(" and %s more", group(len(es)-most))
}

func (w *writer) observations() section {
	s := section{ID: "observations", Title: "Appendix A: observations"}
	t := &table{Caption: "What was observed, by whom, with its source grade and the exchanges it rests on", Columns: []column{{"Id", 2.2, false, true}, {"Subject", 3, false, false},
		{"Observation", 5, false, false}, {"Origin", 1.6, false, false}, {"Grade", 1, false, false}, {"Exchanges", 2.4, false, true}}}
	for i, o := range w.d.Observations {
		t.Total++
		if i >= maxRows {
			continue
		}
		t.Rows = append(t.Rows, row{Anchor: w.anchor[o.ID], Cells: []cell{w.cell(o.ID), w.named(o.Subject), {Text: w.said(o)},
			w.cell(o.Origin), w.cell(string(o.Grade)), w.cell(joinTexts(o.Exchanges))}})
	}
	s.Blocks = []block{{Table: t}}
	return s
}

// said is what an observation says of its subject.
func (w *writer) said(o Observation) string {
	text := means(o.Predicate)
	if r, ok := pipeline.Relate(o.Predicate); ok && o.Denies {
		text = r.Denied(o.Object != nil || o.Value != nil)
	}
	if o.Object != nil {
		text += " " + w.fang.entity(*o.Object)
	}
	if v := clip(valueText(o.Value), maxText); v != "" {
		if o.Object != nil {
			return w.text(text) + " (" + w.text(v) + ")"
		}
		return w.text(text) + " " + w.text(v)
	}
	return w.text(text)
}

func (w *writer) evidence() section {
	v := w.d.Coverage.Verified
	s := section{ID: "evidence", Title: "Appendix B: evidence"}
	text := fmt.Sprintf("%s with bytes kept (%s bytes) were read back before the case was judged: ", plural(v.Answers, "answer", "answers"), group(int(v.Bytes)))
	if bad := len(v.Bad) + len(v.Unruled) + len(v.Unproven); bad == 0 {
		text += "all agree with their digests and rulings."
	} else {
		text += fmt.Sprintf("%d do not match their digest, %d have no ruling, %s rest on nothing recorded.", len(v.Bad), len(v.Unruled), plural(len(v.Unproven), "observation", "observations"))
	}
	if v.Quarantined > 0 {
		text += fmt.Sprintf(" %s of which the collector's manifest says nothing, and was held back.", plural(v.Quarantined, "thing was seen", "things were seen"))
	}
	if v.Excess > 0 {
		text += fmt.Sprintf(" %s data about people of which the collector's manifest says nothing: sealed, not kept as received.", plural(v.Excess, "answer holds", "answers hold"))
	}
	if w.d.Case.Finished == nil {
		text = "The run did not come to read back what it kept."
	}
	t := &table{Caption: "Exchanges: what was asked, and the SHA-256 of what is kept of the answer", Columns: []column{{"Id", 2.2, false, true}, {"Source and question", 4.4, false, false},
		{"At", 2, false, true}, {"Outcome", 1.9, false, false}, {"Bytes", 1.4, true, false}, {"Kept", 1, false, false}, {"SHA-256", 4, false, true}}}
	for i, x := range w.d.Exchanges {
		t.Total++
		if i >= maxRows {
			continue
		}
		outcome := string(x.Outcome)
		if x.Cached {
			outcome += ", cached"
		}
		t.Rows = append(t.Rows, row{Anchor: w.anchor[string(x.ID)], Cells: []cell{w.cell(string(x.ID)), w.cell(x.Source + " " + x.Operation + " " + x.Locator),
			w.cell(stamp(x.At)), w.cell(outcome), w.cell(group(x.Bytes)), w.cell(string(x.Kept)), w.cell(cmp.Or(x.SHA256, "none"))}})
	}
	s.Blocks = []block{{Text: text}, {Table: t}}
	return s
}
