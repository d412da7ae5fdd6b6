package compliance

import (
	"slices"
	"strings"
)

// Narrowed says of a clause of a policy by which document it is stricter than
// the profile has it: "freedoms.active" is "policy /etc/osint/policy.yaml".
type Narrowed map[string]string

// policyOf begins the name of an organisation's document in citations.
const policyOf = "policy "

// by returns the document that a clause stands in as it holds, and the clause
// as that document has it.
func (p *Policy) by(clause string) (document, as string) {
	as = clause
	if strings.HasPrefix(clause, excludes) {
		as = strings.TrimSuffix(excludes, ".")
	}
	if from, ok := p.Narrowed[clause]; ok {
		return from, "ceiling." + strings.TrimPrefix(as, "limits.")
	}
	return "profile " + p.Profile, as
}

// excludes begins the clause on one collector.
const excludes = "collectors.exclude."

// cite cites clauses that all say one thing: "categories.contact,
// categories.identity: seal". What stands in two documents is cited from both.
func (p *Policy) cite(clauses string) string {
	keys, says, said := strings.Cut(clauses, ": ")
	var documents []string
	in := map[string][]string{}
	for _, k := range strings.Split(keys, ", ") {
		document, as := p.by(k)
		if !slices.Contains(documents, document) {
			documents = append(documents, document)
		}
		in[document] = append(in[document], as)
	}
	var cites []string
	for _, d := range documents {
		c := d + ", " + strings.Join(in[d], ", ")
		if said {
			c += ": " + says
		}
		cites = append(cites, c)
	}
	return strings.Join(cites, "; ")
}

// who says in words whose clauses they are that hold.
func (p *Policy) who(clauses ...string) string {
	for _, c := range clauses {
		if _, narrowed := p.Narrowed[c]; narrowed {
			return "profile under the organisation's policy"
		}
	}
	return "profile"
}

// CostClause and DayClause are the clauses on what a run, and all runs of a day,
// may spend, for [Narrowed].
const (
	CostClause = "limits.cost_usd"
	DayClause  = "limits.cost_usd_day"
)
