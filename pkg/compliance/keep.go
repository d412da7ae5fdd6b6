package compliance

import (
	"slices"

	"osint/pkg/pipeline"
)

// The ids of the rules on observations.
const (
	ruleExcessPredicate = pipeline.ExcessRule + "predicate"
	ruleExcessCategory  = pipeline.ExcessRule + "category"
	ruleExcessMasked    = pipeline.ExcessRule + "masked"
	ruleMasked          = "categories.masked"
	ruleUnsealable      = "categories.unsealable"
)

// Keep implements [pipeline.Gate]. It gives the observation the category that
// what it names has, holds it against what the collector declared and what
// the policy says of the category, and masks the mailboxes and telephone
// numbers of people where they stand in technical text.
//
// Nothing is kept about whom the gate leaves alone, about a person whom the law
// denies, nor what it had left out of the answer to the question that brought it.
//
// Keep of the ruling says how personal entities and texts in it are kept;
// Deny keeps nothing.
func (g *Gate) Keep(s pipeline.Spec, o pipeline.Observation) (pipeline.Observation, pipeline.Ruling) {
	categorise(&o)
	if g.sparesWhom(o.Subject) || o.Object != nil && g.sparesWhom(*o.Object) {
		return withheld(o, RuleSuppressed, "suppression list", "It is about a person who is on the list of those who are left alone.")
	}
	manifest := "manifest of " + s.Name
	if !slices.Contains(s.Produces, o.Predicate) {
		return withheld(o, ruleExcessPredicate, manifest, "The collector says nothing of bringing "+string(o.Predicate)+".")
	}
	for _, c := range categoriesOf(&o) {
		if c != pipeline.Technical && !slices.Contains(s.Emits, c) {
			return withheld(o, ruleExcessCategory, manifest, "The collector says nothing of bringing "+string(c)+" data.")
		}
	}
	if r, denied := g.bench.denies(&o); denied {
		return withheld(o, r.Rule, r.Cite, r.Reason)
	}
	if id, cite, c := g.bench.redacted(s.Name, &o); id != "" {
		return withheld(o, id, cite, "The law leaves "+string(c)+" data out.")
	}
	ruling := pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleTechnical, Keep: pipeline.KeepRaw, Cite: g.cite(pipeline.Technical)}
	for _, c := range categoriesOf(&o) {
		switch g.policy.Categories.of(c) {
		case DenyIt:
			return withheld(o, ruleDenied, g.cite(c), "The "+g.policy.who("categories."+string(c))+" does not allow "+string(c)+" data.")
		case Redact:
			return withheld(o, ruleRedacted, g.cite(c), "The "+g.policy.who("categories."+string(c))+" leaves "+string(c)+" data out.")
		case Seal:
			ruling = pipeline.Ruling{Verdict: pipeline.Allow, Rule: ruleSealed, Keep: pipeline.KeepSealed, Cite: g.cite(c)}
		}
	}
	return g.clean(s, o, ruling)
}

// clean deals with data about people where no token can take its place:
// inside a record, a technical text, a text that qualifies whom it stands
// beside, or another entity. Where the manifest of s does not say that any might
// come, that is the rule it falls under.
func (g *Gate) clean(s pipeline.Spec, o pipeline.Observation, ruling pipeline.Ruling) (pipeline.Observation, pipeline.Ruling) {
	declared := slices.Contains(s.Emits, pipeline.Contact)
	for _, x := range []*pipeline.Entity{&o.Subject, o.Object} {
		if x == nil || *x == o.Asked || x.Personal() || x.Kind == pipeline.KindEmail || pipeline.Mask(x.Value) == x.Value {
			continue
		}
		rule := ruleUnsealable
		if !declared {
			rule = ruleExcessCategory
		}
		return withheld(o, rule, g.cite(pipeline.Contact), "A person's address stands inside a "+string(x.Kind)+".")
	}
	_, text := o.Value.(string)
	switch personal := o.Category.Personal(); {
	case personal && (text && o.Object == nil || o.Value == nil):
		return o, ruling // sealed whole
	case personal && text: // a word beside a person
	case personal && o.Category != pipeline.Contact:
		return withheld(o, ruleUnsealable, g.cite(o.Category), "Data about people stands in a record, where it can't be sealed.")
	}
	if v, masked := mask(o.Value); masked {
		o.Value = v
		ruling.Verdict, ruling.Rule, ruling.Redact = pipeline.Redact, ruleMasked, []string{string(pipeline.Contact)}
		ruling.Cite, ruling.Reason = g.cite(pipeline.Contact), "The address of a person was taken out of a technical text."
		if !declared {
			ruling.Rule = ruleExcessMasked
		}
	}
	return o, ruling
}

func (g *Gate) cite(c pipeline.Category) string {
	return g.policy.cite("categories." + string(c) + ": " + string(g.policy.Categories.of(c)))
}

func withheld(o pipeline.Observation, id, cite, reason string) (pipeline.Observation, pipeline.Ruling) {
	return pipeline.Observation{Collector: o.Collector, Predicate: o.Predicate, Category: o.Category},
		pipeline.Ruling{Verdict: pipeline.Deny, Rule: id, Cite: cite, Reason: reason, Keep: pipeline.KeepNone}
}

// categorise gives o the category of what it names: that of a person's entity
// if it claims to be less, and no personal one if all it names is a role's
// mailbox.
func categorise(o *pipeline.Observation) {
	if o.Category == "" {
		o.Category = pipeline.Technical
	}
	if o.Object != nil {
		switch {
		case o.Object.Personal() && !o.Category.Personal():
			o.Category = o.Object.Category()
		case o.Object.Kind == pipeline.KindEmail && !o.Object.Personal() && o.Category == pipeline.Contact:
			o.Category = pipeline.Technical
		}
	}
	if o.Subject.Personal() && !o.Category.Personal() {
		o.Category = o.Subject.Category()
	}
}

// categoriesOf returns every category in o: its own and those of the people
// it names.
func categoriesOf(o *pipeline.Observation) []pipeline.Category {
	all := []pipeline.Category{o.Category}
	if o.Object != nil && o.Object.Personal() {
		all = append(all, o.Object.Category())
	}
	if o.Subject.Personal() {
		all = append(all, o.Subject.Category())
	}
	return all
}
