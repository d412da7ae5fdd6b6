package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A likelihood is one row of the scale of ICD 203: a word and the range of
// probabilities it stands for. Reports use the first vocabulary only.
type likelihood struct {
	below float64 // the row ends here
	word  string
	other string // the second vocabulary's word, which may not be mixed in
}

var likelihoods = []likelihood{
	{.05, "almost no chance", "remote"},
	{.20, "very unlikely", "highly improbable"},
	{.45, "unlikely", "improbable"},
	{.55, "roughly even chance", "roughly even odds"},
	{.80, "likely", "probable"},
	{.95, "very likely", "highly probable"},
	{1.01, "almost certain", "nearly certain"},
}

// likelihoodOf returns the word for a probability.
func likelihoodOf(p float64) string {
	for _, l := range likelihoods {
		if p < l.below {
			return l.word
		}
	}
	return likelihoods[len(likelihoods)-1].word
}

// confidenceWord names a confidence of 0..1, at the bounds of osint-risk/1.
func confidenceWord(c float64) string {
	switch {
	case c >= .75:
		return "high"
	case c >= .5:
		return "moderate"
	}
	return "low"
}

// Lint returns what is wrong with the analytic wording of a document, nothing
// if it is sound: a likelihood and a confidence in one sentence, two rows of
// the likelihood scale in one judgement, a judgement without a likelihood, a
// marking that TLP 2.0 does not know, a bottom line of more than five lines.
func Lint(d *Document) []string {
	var wrong []string
	add := func(where string, problems ...string) {
		for _, p := range problems {
			wrong = append(wrong, where+": "+p)
		}
	}
	if !slices.Contains(tlpLabels, d.Case.TLP) {
		add("case.tlp", fmt.Sprintf("%q is not a TLP 2.0 label; use one of %s", d.Case.TLP, strings.Join(tlpLabels, ", ")))
	}
	if n := strings.Count(d.Summary.BottomLine, "\n") + 1; n > 5 {
		add("summary.bottom_line", fmt.Sprintf("%d lines are more than 5", n))
	}
	add("summary.bottom_line", LintText(d.Summary.BottomLine)...)
	if len(d.Summary.KeyJudgements) > 5 {
		add("summary.key_judgements", fmt.Sprintf("%d are more than 5", len(d.Summary.KeyJudgements)))
	}
	for i, j := range d.Summary.KeyJudgements {
		where := fmt.Sprintf("summary.key_judgements[%d]", i)
		add(where, LintText(j.Text+" "+j.Basis)...)
		if len(likelihoodsIn(j.Text)) == 0 {
			add(where, "no likelihood of ICD 203 in it")
		}
	}
	return wrong
}

// tlpLabels are the labels of TLP 2.0; WHITE was the first version's.
var tlpLabels = []string{"TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"}

// LintText returns what is wrong with one text's analytic wording.
func LintText(text string) []string {
	var wrong []string
	if strings.Contains(strings.ToUpper(text), "TLP:WHITE") {
		wrong = append(wrong, "TLP:WHITE is not of TLP 2.0; write TLP:CLEAR")
	}
	all := map[int]bool{}
	first, second := false, false
	for _, s := range sentences(text) {
		found := likelihoodsIn(s)
		for _, f := range found {
			all[f.row] = true
			first, second = first || !f.second, second || f.second
		}
		if len(found) > 0 && reConfidence().MatchString(s) {
			wrong = append(wrong, fmt.Sprintf("likelihood and confidence in one sentence: %q", s))
		}
	}
	if len(all) > 1 {
		wrong = append(wrong, "words of several rows of the likelihood scale in one judgement")
	}
	if first && second {
		wrong = append(wrong, "words of both likelihood vocabularies")
	}
	return wrong
}

var (
	reSentence   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[.!?]["”')\]]*\s+|\n`) })
	reConfidence = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bconfiden(?:ce|t|tly)\b`) })
	reLikelihood = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(almost no chance|very unlikely|unlikely|roughly even chance|very likely|likely|almost certain(?:ly)?|` +
			`remote (?:chance|possibility|likelihood)|highly improbable|improbable|improbably|roughly even odds|highly probabl[ey]|probabl[ey]|nearly certain(?:ly)?)\b`)
	})
)

// sentences splits a text behind each full stop, and at each line's end.
func sentences(text string) []string {
	var out []string
	for {
		at := reSentence().FindStringIndex(text)
		if at == nil {
			return append(out, text)
		}
		out = append(out, text[:at[1]])
		text = text[at[1]:]
	}
}

type saidLikelihood struct {
	row    int
	second bool
}

func likelihoodsIn(s string) []saidLikelihood {
	var out []saidLikelihood
	for _, m := range reLikelihood().FindAllString(s, -1) {
		m = strings.ToLower(m)
		for row, l := range likelihoods {
			switch {
			case m == l.word || m == l.word+"ly":
				out = append(out, saidLikelihood{row, false})
			case m == l.other || m == l.other+"ly" || strings.HasPrefix(m, l.other+" ") || strings.TrimSuffix(m, "y") == strings.TrimSuffix(l.other, "e"):
				out = append(out, saidLikelihood{row, true})
			}
		}
	}
	return out
}
