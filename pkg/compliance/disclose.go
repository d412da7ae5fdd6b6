package compliance

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
)

// An Audience is the widest circle that something is handed to.
type Audience string

// The audiences, from the narrowest to the widest; each takes in those before
// it.
const (
	Named     Audience = "named"        // people whom the operator names one by one
	InHouse   Audience = "organisation" // the operator's own
	Clients   Audience = "clients"      // and its clients, as they need to know
	Community Audience = "community"    // and peers, through closed channels
	Public    Audience = "public"       // anybody
)

// Audiences returns every audience, from the narrowest to the widest.
func Audiences() []Audience { return []Audience{Named, InHouse, Clients, Community, Public} }

// A Disclosure is what is about to be handed out.
type Disclosure struct {
	What    string              // "report c-1f2e.pdf", for the record
	Label   string              // of the case it comes from, as recorded; "" is the job's
	Clear   []pipeline.Category // categories that stand in it in clear; sealed ones apart
	Country string              // of the recipient, ISO 3166-1; "" is not known
	Own     bool                // it goes to nobody but those who work on the case: no label is too narrow for them
}

const (
	ruleAudience      = "tlp.audience"
	ruleReach         = "tlp.reach"
	ruleClearPersonal = "disclose.personal"
	ruleDisclose      = "disclose.allow"
)

// Disclose rules on handing something to an audience. Redact names the
// categories that must be sealed in it first: data about people stays within
// the organisation, unless a framework of law says more.
func (g *Gate) Disclose(to Audience, d Disclosure) pipeline.Ruling {
	label := g.label
	if d.Label != "" {
		label = Policy{TLP: g.policy.TLP}.Label(Job{TLP: d.Label})
	}
	cite := "TLP 2.0, " + string(label)
	reach, widest := slices.Index(Audiences(), to), label.Reach()
	rulings := []pipeline.Ruling{}
	add := func(r pipeline.Ruling, _ bool) { rulings = append(rulings, r) }
	switch {
	case reach < 0:
		add(deny(ruleAudience, cite, "There is no audience %q, so nobody can tell who would read it.", string(to)))
	case reach > slices.Index(Audiences(), widest) && !(d.Own && to == InHouse):
		add(deny(ruleReach, cite, "The label reaches as far as %q, and this would go to %q.", string(widest), string(to)))
	}
	if personal := personalOf(d.Clear); len(personal) > 0 {
		add(g.discloses(to, d.Country, personal))
	}
	add(pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleDisclose, Cite: cite, Keep: pipeline.KeepRaw,
		Reason: fmt.Sprintf("The label lets %q have it.", string(to))}, true)
	return unite(slices.DeleteFunc(rulings, func(r pipeline.Ruling) bool { return r.Verdict == "" }))
}

// discloses rules on data about people that would be handed out in clear.
func (g *Gate) discloses(to Audience, country string, personal []pipeline.Category) (pipeline.Ruling, bool) {
	why := "no framework of law is loaded"
	if g.bench != nil {
		if r, applies := g.bench.discloses(to, country, personal); applies || r.Verdict != pipeline.Allow {
			return r, true
		}
		why = "no framework of law applies"
	}
	if slices.Index(Audiences(), to) <= slices.Index(Audiences(), InHouse) {
		return silent()
	}
	return pipeline.Ruling{Verdict: pipeline.Redact, Rule: ruleClearPersonal, Redact: names(personal),
		Cite: g.policy.cite("persons: " + string(g.policy.Persons)), Keep: pipeline.KeepSealed,
		Reason: "Data about people stands in it in clear, and " + why + " under which that may leave the organisation."}, true
}

// Disclose is [Gate.Disclose] of several gates of one case; the strictest
// holds.
func Disclose(gates []*Gate, to Audience, d Disclosure) pipeline.Ruling {
	var rulings []pipeline.Ruling
	for _, g := range gates {
		rulings = append(rulings, g.Disclose(to, d))
	}
	return unite(rulings)
}

// Reach returns the widest audience that a label lets have something; the
// narrowest of what is no label.
func (l Label) Reach() Audience {
	switch l {
	case Clear:
		return Public
	case Green:
		return Community
	case Amber:
		return Clients
	case AmberStrict:
		return InHouse
	}
	return Named
}

// discloses rules by law on all who may stand in what is handed out: the
// strictest holds, and every rule that fired for anybody is in it. applies
// reports whether some framework applies to each person among them.
func (b *bench) discloses(to Audience, country string, personal []pipeline.Category) (r pipeline.Ruling, applies bool) {
	var rulings []pipeline.Ruling
	said, left := pipeline.ByLaw{}, false
	for _, x := range b.disclosures(to, country, personal) {
		rulings = append(rulings, x.ruling)
		said.Applied = union(said.Applied, x.ruling.Law.Applied)
		left = left || x.ruling.Law.Target.Kind == naturalPerson && len(x.ruling.Law.Applied) == 0
		for _, f := range x.ruling.Law.Fired {
			if !slices.ContainsFunc(said.Fired, func(g pipeline.FiredRule) bool { return reflect.DeepEqual(f, g) }) {
				said.Fired = append(said.Fired, f)
			}
		}
	}
	r = unite(rulings)
	if r.Law == nil { // the case has no target
		return r, false
	}
	slices.SortStableFunc(said.Fired, func(f, g pipeline.FiredRule) int { return g.Outcome.Strictness() - f.Outcome.Strictness() })
	said.Target = r.Law.Target
	r.Law = &said
	return r, len(said.Applied) > 0 && !left
}

// A disclosure is what law says of handing out what is known of one subject.
type disclosure struct {
	subject pipeline.Entity // in the case's form
	ruling  pipeline.Ruling // with its law
}

// disclosures asks the law of each target of the case, and of each person who was
// met in it: any of them may stand in what is handed out.
func (b *bench) disclosures(to Audience, country string, personal []pipeline.Category) (out []disclosure) {
	b.asksNobody(true)
	b.facts.Set("disclosure.audience", string(to))
	b.known("disclosure.recipient_country", country, country != "")
	b.facts.Set("collector.emits", names(personal))
	met := slices.SortedFunc(maps.Keys(b.people), func(x, y pipeline.Entity) int { return strings.Compare(x.String(), y.String()) })
	met = slices.DeleteFunc(met, func(e pipeline.Entity) bool { return slices.Contains(b.seeds, e) })
	for _, s := range append(slices.Clone(b.seeds), met...) {
		clear, _ := b.Reveal(s)
		t := b.about(clear, s)
		b.criteria(nil, t)
		out = append(out, disclosure{s, b.decide(s, t, DisclosureTo(to, country), personal, law.Disclose)})
	}
	return out
}

// personalOf returns those categories that are about people, each once.
func personalOf(cs []pipeline.Category) []pipeline.Category {
	var out []pipeline.Category
	for _, c := range cs {
		if c.Personal() && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}
