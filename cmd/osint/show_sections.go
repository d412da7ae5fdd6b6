package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"osint/pkg/collectors/all"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

// ordered is a JSON object whose keys keep their order.
type ordered []struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler.
func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		v, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", f.key, v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (c *console) showFindings(d *report.Document) error {
	if c.csv {
		return c.findingsTable(d)
	}
	p := page{width: c.width(c.stdout), color: c.colored(c.stdout)}
	if len(d.Findings) == 0 {
		c.say("no findings: osint show CASE sources says what was asked")
	}
	for _, f := range d.Findings {
		p.hanging(c.out, severity(f.Severity, p.color)+" "+bold(f.Rule, p.color)+"  ", report.Safe(f.Title))
		p.paragraph(c.out, fmt.Sprintf("%s · confidence %.2f · %s · effect %+.1f", f.Subject.Value, f.Confidence, f.Status, f.Effect), 9)
		if f.Detail != "" {
			p.paragraph(c.out, f.Detail, 9)
		}
		if f.Remediation != "" {
			p.paragraph(c.out, "To do: "+f.Remediation, 9)
		}
		fmt.Fprintln(c.out)
	}
	return nil
}

// findingsTable prints the findings for a spreadsheet.
func (c *console) findingsTable(d *report.Document) error {
	t := table{header: []string{"severity", "rule", "title", "subject", "confidence", "status", "effect", "detail", "to do", "proof"}}
	for _, f := range d.Findings {
		t.add(string(f.Severity), f.Rule, f.Title, f.Subject.Value, fmt.Sprintf("%.2f", f.Confidence), string(f.Status), fmt.Sprintf("%.1f", f.Effect),
			f.Detail, f.Remediation, strings.Join(texts(f.Observations), " "))
	}
	return c.asCSV(t)
}

func (c *console) showEntities(d *report.Document) error {
	t := table{header: []string{"kind", "value", "scope", "depth", "asked", "why"}, right: []int{3, 4}}
	for _, e := range d.Entities {
		scope := "context"
		if e.InScope {
			scope = "subject"
		}
		t.add(string(e.Kind), e.Value, scope, fmt.Sprint(e.Depth), fmt.Sprint(e.Asked), e.Reason)
	}
	return c.table(t)
}

func (c *console) showRelations(d *report.Document) error {
	t := table{header: []string{"subject", "relation", "object", "origin", "grade", "proof"}}
	for _, o := range d.Observations {
		relation := string(o.Predicate)
		if o.Denies {
			relation = "no " + relation
		}
		t.add(o.Subject.Value, relation, objectText(&o, c.csv), o.Origin, string(o.Grade), strings.Join(texts(o.Exchanges), " "))
	}
	return c.table(t)
}

// objectText is the object of an observation, its value, or both, cut for a
// table unless all of it is wanted.
func objectText(o *report.Observation, whole bool) string {
	var parts []string
	if o.Object != nil {
		parts = append(parts, o.Object.Value)
	}
	switch v := o.Value.(type) {
	case nil:
	case string:
		parts = append(parts, v)
	default:
		parts = append(parts, string(compact(v)))
	}
	s := strings.Join(parts, " ")
	if r := []rune(s); len(r) > 60 && !whole {
		s = string(r[:59]) + "…"
	}
	return s
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

func (c *console) showTimeline(d *report.Document) error {
	t := table{header: []string{"when", "about", "what", "proof"}}
	for _, m := range d.Timeline {
		t.add(m.At.Format(time.RFC3339), m.Subject.Value, m.Text, m.Evidence)
	}
	return c.table(t)
}

func (c *console) showRulings(d *report.Document) error {
	t := table{header: []string{"verdict", "rule", "questions", "collectors", "kept", "since", "reason", "cite"}, right: []int{2}}
	for _, r := range d.Rulings {
		t.add(string(r.Verdict), r.Rule, fmt.Sprint(r.Questions), strings.Join(r.Collectors, ","), string(r.Keep), r.Since(), r.Reason, r.Cite)
	}
	return c.table(t)
}

func (c *console) showSources(d *report.Document) error {
	t := table{header: []string{"collector", "source", "mode", "calls", "cost", "not kept", "cached", "outcomes", "trouble"}, right: []int{3, 4, 5}}
	held, beyond := map[string]int{}, map[string]int{}
	for _, w := range d.Withheld {
		if held[w.Collector] += w.Count; strings.HasPrefix(w.Rule, pipeline.ExcessRule) {
			beyond[w.Collector] += w.Count
		}
	}
	for _, s := range d.Collectors {
		trouble := ""
		if len(s.Errors) > 0 {
			trouble = s.Errors[0].Reason
		}
		if n := beyond[s.Name]; n > 0 {
			trouble = strings.TrimPrefix(trouble+"; "+fmt.Sprintf("%d of what it saw is beyond its manifest", n), "; ")
		}
		t.add(s.Name, s.Source, string(s.Mode), fmt.Sprint(s.Calls), fmt.Sprintf("$%.2f", s.CostUSD), fmt.Sprint(held[s.Name]), fromCache(&s, d.Case.Started), counts(s.Outcomes), trouble)
	}
	return c.table(t)
}

// fromCache says how many answers a cache had, and how old the oldest was.
func fromCache(s *report.Collector, began time.Time) string {
	if s.Cached == 0 {
		return "-"
	}
	return fmt.Sprintf("%d, %s", s.Cached, s.Age(began))
}

// counts writes how many tasks ended how, in the order of the outcomes.
func counts(m map[pipeline.Outcome]int) string {
	var parts []string
	order := append(pipeline.Outcomes(), slices.SortedFunc(keys(m), cmp.Compare)...)
	seen := map[pipeline.Outcome]bool{}
	for _, o := range order {
		if m[o] > 0 && !seen[o] {
			seen[o] = true
			parts = append(parts, fmt.Sprintf("%d %s", m[o], o))
		}
	}
	return strings.Join(parts, ", ")
}

func keys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// showExchange prints one question and its answer. A sealed answer is shown
// where people are shown: all that its collector may bring can stand in it.
func (c *console) showExchange(cs *pipeline.Case, dir string, id pipeline.ExchangeID, asJSON, raw bool) error {
	x := cs.Exchange(id)
	if x == nil {
		return usage("no exchange %q in %s: osint show %s relations names those that prove something", id, dir, dir)
	}
	o, err := c.release(cs, dir, nil, handing{what: "exchange " + string(id), form: "text", where: onScreen}, false)
	if err != nil {
		return err
	}
	var body []byte
	var why string
	switch {
	case x.Kept != pipeline.KeepSealed:
	case !showsPeople(cs):
		why = "it is sealed, and the case's profile does not show people"
	case o.note != "":
		why = "it is sealed: " + report.Safe(o.note)
	default:
		if why, err = c.openSealed(o, cs, dir, x); err != nil {
			return err
		}
	}
	if why == "" {
		if v, err := pipeline.ReadVault(cs, dir, c.places(false).keys()); err != nil {
			return err
		} else if body, err = v.Body(x); err != nil {
			why = err.Error()
		}
	}
	if err := c.onRecord(o, dir, ""); err != nil {
		o.withoutPeople(err.Error())
	}
	d := o.doc
	i := slices.IndexFunc(d.Exchanges, func(x report.Exchange) bool { return x.ID == id })
	if i < 0 {
		return usage("no exchange %q in %s: osint show %s relations names those that prove something", id, dir, dir)
	}
	switch {
	case raw && why != "":
		return usage("there are no bytes to print: %s", why)
	case raw:
		_, err := c.out.Write(body)
		return err
	case asJSON:
		return c.json(ordered{{"schema_version", d.SchemaVersion}, {"case", d.Case.ID}, {"exchange", d.Exchanges[i]}, {"body", string(body)}, {"body_missing", why}})
	}
	for _, f := range fields(d.Exchanges[i]) {
		fmt.Fprintf(c.out, "%-11s %s\n", f[0], report.Safe(f[1]))
	}
	if why != "" {
		fmt.Fprintf(c.out, "\nThe answer is not shown: %s.\n", why)
		return nil
	}
	fmt.Fprintf(c.out, "\n%s\n", safeLines(strings.TrimRight(string(body), "\r\n")))
	return nil
}

// openSealed rules on showing a sealed answer, and puts on record that it is
// shown; why says that it may not be.
func (c *console) openSealed(o *handout, cs *pipeline.Case, dir string, x *pipeline.Exchange) (why string, err error) {
	v, err := pipeline.ReadVault(cs, dir, c.places(false).keys())
	if err != nil {
		return "", err
	}
	gates, _, _, err := c.gatesOf(cs, v, func(to ...pipeline.Sink) error { return replayed(dir, to...) })
	if err != nil {
		return "", err
	}
	sealed := *o
	sealed.clear = emitted(x.Task.Collector)
	sealed.ruling = compliance.Disclose(gates, o.to(), compliance.Disclosure{What: o.what, Label: o.doc.Case.TLP, Clear: sealed.clear, Own: true})
	if sealed.ruling.Verdict != pipeline.Allow {
		return "it is sealed: " + sealed.why(), nil
	}
	if err := c.onRecord(&sealed, dir, x.SHA256); err != nil {
		return "it is sealed: " + err.Error(), nil
	}
	return "", nil
}

// emitted returns what a collector may bring of people; all there is of one that
// is not known here.
func emitted(collector string) (out []pipeline.Category) {
	may := pipeline.Categories()
	for _, e := range all.Entries() {
		if e.Spec.Name == collector {
			may = e.Spec.Emits
		}
	}
	for _, c := range may {
		if c.Personal() {
			out = append(out, c)
		}
	}
	return out
}

func fields(x report.Exchange) [][2]string {
	return [][2]string{{"exchange", string(x.ID)}, {"task", x.Task}, {"source", x.Source}, {"operation", x.Operation}, {"locator", x.Locator},
		{"outcome", fmt.Sprintf("%s, status %d", x.Outcome, x.Status)}, {"at", x.At.Format(time.RFC3339Nano)},
		{"took", fmt.Sprintf("%.1f ms", x.ElapsedMS)}, {"bytes", fmt.Sprint(x.Bytes)}, {"kept", string(x.Kept)}, {"sha256", x.SHA256},
		{"detail", x.Detail}, {"error", x.Error}}
}

// reportsIn returns the reports that lie in a case's folder.
func reportsIn(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "reports", "report.*"))
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	return files, nil
}
