package compliance

import (
	"slices"
	"strings"

	"osint/pkg/compliance/law"
	"osint/pkg/pipeline"
)

// kinds of target.
const (
	naturalPerson = "natural-person"
	organization  = "organization"
	asset         = "asset"
)

// about sets the facts of a target and returns them. entity is in clear, token
// its form in the case. A person of whom nothing else is known is taken to be
// where the subject is: what is uncertain only ever adds a law.
func (b *bench) about(entity, token pipeline.Entity) pipeline.TargetFacts {
	t := pipeline.TargetFacts{Kind: asset}
	switch {
	case entity.Personal():
		t.Kind = naturalPerson
	case entity.Kind == pipeline.KindOrganization, entity.Kind == pipeline.KindFiling, entity.Kind == pipeline.KindEmail, entity.Kind.IsName():
		t.Kind = organization
	}
	declared, minor := b.Mandate.About(entity)
	if minor != "" && t.Kind == naturalPerson && !b.typed(entity, token) {
		minor = "" // the mandate speaks of those who were typed
	}
	at := placesOf(entity)
	at.add(weighDeclared, declared...)
	at.join(b.home)
	for e, p := range b.learned {
		if e == token || b.subject[e] {
			at.join(p)
		}
	}
	t.Jurisdictions = at.codes()
	b.facts.Set("target.kind", t.Kind)
	b.known("target.jurisdictions", t.Jurisdictions, len(t.Jurisdictions) > 0)
	if t.Kind == naturalPerson {
		t.Minor = string(minor)
	}
	b.known("target.minor", string(minor), minor != "")
	b.facts.Set("target.suppressed", false) // who is listed was refused before
	return t
}

// typed reports whether a person is a target of the job, or named in its
// mandate: of whoever else is met nobody said anything.
func (b *bench) typed(entity, token pipeline.Entity) bool {
	return slices.Contains(b.seeds, token) || slices.Contains(b.seeds, entity) || b.Mandate.Names(entity)
}

// known sets a fact, or forgets it.
func (b *bench) known(name string, value any, known bool) {
	if known {
		b.facts.Set(name, value)
	} else {
		b.facts.Forget(name)
	}
}

// asks sets the facts of a collector that asks about an entity.
func (b *bench) asks(s *pipeline.Spec, entity pipeline.Entity) {
	personal := slices.ContainsFunc(s.Emits, pipeline.Category.Personal)
	emits := make([]string, len(s.Emits))
	for i, c := range s.Emits {
		emits[i] = string(c)
	}
	special, access := string(s.Special), string(s.Source.Access)
	if special == "" {
		special = "none"
	}
	if access == "" {
		access = string(pipeline.AccessOpen)
	}
	contract := ""
	if b.Organisation != nil {
		contract = b.Organisation.ContractRef(s.Source.Name)
	}
	set := b.facts.Set
	set("data.personal", personal || entity.Personal())
	set("collector.name", s.Name)
	set("collector.mode", string(s.Mode))
	set("collector.class", string(s.Source.Class))
	set("collector.access", access)
	set("collector.special", special)
	set("collector.personal", personal)
	set("collector.criminal", slices.Contains(s.Emits, pipeline.Criminal))
	set("collector.sends_personal", entity.Personal() && slices.Contains(s.Sends, entity.Kind))
	set("collector.published", s.Source.Published)
	set("collector.dpf", s.Source.DPF)
	set("collector.uk_bridge", s.Source.UKBridge)
	set("collector.contract_ref", contract)
	set("collector.emits", emits)
	beyond, known := b.beyond(s.Emits)
	b.known("collector.beyond_purpose", beyond, known)
	b.known("collector.country", s.Source.Country, s.Source.Country != "")
}

// beyond returns those of the categories, about people, that the purpose does
// not need; not known where there is no organisation or no purpose. Of a
// purpose whose needs the organisation has not said, nothing is beyond it.
func (b *bench) beyond(emits []pipeline.Category) (beyond []string, known bool) {
	purpose := Word(b.job.Purpose)
	if purpose == "" {
		purpose = b.Mandate.Purpose
	}
	if b.Organisation == nil || purpose == "" {
		return nil, false
	}
	beyond = []string{}
	needs, said := b.Organisation.Body.PurposeCategories[purpose]
	for _, c := range emits {
		if said && c.Personal() && !slices.Contains(needs, c) {
			beyond = append(beyond, string(c))
		}
	}
	return beyond, true
}

// asksNobody sets the facts of a question that no collector puts.
func (b *bench) asksNobody(personal bool) {
	for _, v := range law.Vocabulary {
		if strings.HasPrefix(v.Name, "collector.") {
			b.facts.Forget(v.Name)
		}
	}
	b.facts.Set("data.personal", personal)
}
