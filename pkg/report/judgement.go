package report

import (
	"fmt"
	"slices"

	"osint/pkg/pipeline"
)

// exposures say what findings of a vector amount to: when one is high or
// critical, and when none is.
var exposures = map[string][2]string{
	"INF": {"has weaknesses in its infrastructure that an attacker could use", "keeps its infrastructure less tightly than good practice asks"},
	"EML": {"can have mail forged in its name and delivered", "has gaps in its protection against forged mail"},
	"EXP": {"exposes services or information that should not be reachable", "shows more of itself than it needs to"},
	"REP": {"is or was involved in abuse, by its own doing or another's", "carries marks of abuse in its reputation"},
	"BRE": {"has lost data in a breach", "appears in breach data"},
	"SOC": {"offers an attacker what a convincing pretext needs", "gives away material for social engineering"},
	"BRA": {"is being impersonated", "has look-alike names that could serve impersonation"},
	"SUP": {"runs components with known, serious weaknesses", "runs components that are out of date"},
	"FIN": {"has legal or financial irregularities on record", "has legal or financial matters worth a question"},
}

// live reports whether a finding counts: not suppressed, accepted or
// disputed by a person.
func (f *Finding) live() bool { return f.Status == pipeline.New || f.Status == pipeline.Known }

// judge writes three to five key judgements: the heaviest vectors first, then
// what the unseen could change, what was overlooked, how well the facts are
// corroborated. Where nothing was assessed there is nothing to judge.
func judge(d *Document) []Judgement {
	out := []Judgement{}
	if d.Risk.Score == nil || d.Coverage.Checks.Failed+d.Coverage.Checks.Passed == 0 {
		return out
	}
	for _, v := range d.Risk.Vectors {
		if j, ok := judgeVector(d, v); ok && len(out) < 3 {
			out = append(out, j)
		}
	}
	for _, more := range []func(*Document) (Judgement, bool){judgeUnseen, judgePassed, judgeFacts} {
		if j, ok := more(d); ok && len(out) < 5 {
			out = append(out, j)
		}
	}
	return out
}

// judgeVector judges from the finding of a vector that carries it: the
// gravest, of those the most certain. The likelihood is that this finding is
// true, as the model computes it from its evidence.
func judgeVector(d *Document, v pipeline.VectorScore) (Judgement, bool) {
	var lead *Finding
	var ids, origins []string
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Vector != v.Vector || !f.live() || f.Severity.Rank() < pipeline.Low.Rank() {
			continue
		}
		ids = append(ids, f.ID)
		for _, o := range f.Origins {
			origins = insert(origins, o)
		}
		if lead == nil || f.Severity.Rank() > lead.Severity.Rank() ||
			f.Severity == lead.Severity && f.Confidence > lead.Confidence {
			lead = f
		}
	}
	if lead == nil {
		return Judgement{}, false
	}
	says := exposures[v.Vector]
	if says[0] == "" {
		says = [2]string{"has serious weaknesses under " + v.Title, "has weaknesses under " + v.Title}
	}
	grave := 1
	if lead.Severity.Rank() >= pipeline.High.Rank() {
		grave = 0
	}
	word := likelihoodOf(lead.Confidence)
	conf := confidenceWord(lead.Confidence * v.Coverage)
	return Judgement{
		Text: fmt.Sprintf("%s %s; the finding that carries this most is “%s” (%s).",
			opening(word, subjectOf(d)), says[grave], lead.Title, lead.Subject.Value),
		Basis: fmt.Sprintf("Confidence is %s, because this rests on %s from %s, and %s of the weighted checks of this kind ran.",
			conf, plural(len(ids), "finding", "findings"), plural(len(origins), "origin", "origins"), percent(v.Coverage)),
		Likelihood: word, Confidence: conf, Findings: ids,
	}, true
}

// opening begins a sentence with a likelihood.
func opening(word, subject string) string {
	switch word {
	case "almost no chance", "roughly even chance":
		article := "There is "
		if word[0] == 'r' {
			article = "There is a "
		}
		return article + word + " that " + subject
	}
	return "It is " + word + " that " + subject
}

// subjectOf names what was investigated, as a sentence needs it.
func subjectOf(d *Document) string {
	switch seeds := d.Case.Seeds; len(seeds) {
	case 0:
		return "the subject"
	case 1:
		return seeds[0].Value
	default:
		return fmt.Sprintf("the subject (%s and %s)", seeds[0].Value, plural(len(seeds)-1, "other seed", "other seeds"))
	}
}

// judgeUnseen judges whether what could not be seen would change the level,
// from the score with the missing checks at their base rates and all true.
func judgeUnseen(d *Document) (Judgement, bool) {
	now, expected, most := levelOf(*d.Risk.Score), levelOf(d.Risk.Bounds.Expected), levelOf(d.Risk.Bounds.Max)
	word := "unlikely"
	switch {
	case now == most:
		word = "almost no chance"
	case now != expected:
		word = "likely"
	}
	conf := confidenceWord(d.Risk.Coverage)
	text := opening(word, "the checks that could not run would raise the level") +
		fmt.Sprintf(": with all of them failing the score would be %s, at their base rates %s.", number(d.Risk.Bounds.Max), number(d.Risk.Bounds.Expected))
	if d.Coverage.Checks.Unknown == 0 {
		text = opening(word, "an unseen check of this model would raise the level") + ": every applicable one ran."
	}
	return Judgement{Text: text, Basis: fmt.Sprintf("Confidence is %s, because %s of the weighted checks ran.", conf, percent(d.Risk.Coverage)),
		Likelihood: word, Confidence: conf, Findings: []string{}}, true
}

// judgePassed judges whether what passed was overlooked.
func judgePassed(d *Document) (Judgement, bool) {
	n := d.Coverage.Checks.Passed
	if n == 0 {
		return Judgement{}, false
	}
	word, conf := "very unlikely", confidenceWord(d.Risk.Coverage)
	if d.Coverage.Outcomes[string(pipeline.Partial)] > 0 {
		word = "unlikely"
	}
	return Judgement{
		Text:  fmt.Sprintf("It is %s that a weakness of the kind looked for was there and missed by the %s that passed.", word, plural(n, "check", "checks")),
		Basis: fmt.Sprintf("Confidence is %s, because a passed check had its answers, while %s had none.", conf, plural(d.Coverage.Checks.Unknown, "check", "checks")),

		Likelihood: word, Confidence: conf, Findings: []string{},
	}, true
}

// judgeFacts judges the facts below the findings by how their origins agree.
func judgeFacts(d *Document) (Judgement, bool) {
	s := d.Coverage.Statements
	if s.Total == 0 {
		return Judgement{}, false
	}
	word := likelihoodOf(min(.94, 1-float64(s.Contradicted)/float64(s.Total)))
	conf := confidenceWord(float64(s.Corroborated) / float64(s.Total))
	return Judgement{
		Text: opening(word, "the facts below these findings are right: ") +
			fmt.Sprintf("%s were recorded and %d are contradicted.", plural(s.Total, "statement", "statements"), s.Contradicted),
		Basis:      fmt.Sprintf("Confidence is %s, because %d of them are known from two origins or more; the rest have one witness.", conf, s.Corroborated),
		Likelihood: word, Confidence: conf, Findings: []string{},
	}, true
}

// levelOf names the level of a score, at the bounds of osint-risk/1.
func levelOf(score float64) string {
	names := []string{"low", "medium", "high", "critical"}
	i, found := slices.BinarySearch([]float64{20, 45, 70}, score)
	if found {
		i++
	}
	return names[i]
}
