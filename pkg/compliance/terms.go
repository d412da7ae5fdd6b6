package compliance

import "errors"

// Terms are what one investigation may rest on in law: what a mandate says,
// and what an organisation says for all of its own.
type Terms struct {
	Purpose          Word       `yaml:"purpose" json:"purpose,omitempty"`
	Basis            Basis      `yaml:"basis" json:"basis,omitempty"`
	References       References `yaml:"references" json:"references,omitzero"`
	RetentionDays    int        `yaml:"retention_days" json:"retention_days,omitempty"`
	StorageCountries []Country  `yaml:"storage_countries" json:"storage_countries,omitempty"`
	Flags            `yaml:",inline"`
}

// Flags are what is or is not done in an investigation; nil is not said.
type Flags struct {
	PersonScore            *bool `yaml:"person_score" json:"person_score,omitempty"`                         // people are scored or profiled
	AutomatedDecision      *bool `yaml:"automated_decision" json:"automated_decision,omitempty"`             // a decision about a person rests on it without a human
	HumanReview            *bool `yaml:"human_review" json:"human_review,omitempty"`                         // a named person reviews what is said of people
	Monitoring             *bool `yaml:"monitoring" json:"monitoring,omitempty"`                             // it is repeated
	EligibilityUse         *bool `yaml:"eligibility_use" json:"eligibility_use,omitempty"`                   // employment, credit, housing or insurance hangs on it
	SourcesAttached        *bool `yaml:"sources_attached" json:"sources_attached,omitempty"`                 // what is disclosed names its sources
	CCPAPurposeDisclosed   *bool `yaml:"ccpa_purpose_disclosed" json:"ccpa_purpose_disclosed,omitempty"`     // in the privacy policy
	CCPAInferenceDisclosed *bool `yaml:"ccpa_inference_disclosed" json:"ccpa_inference_disclosed,omitempty"` // in the privacy policy
	SPIPurpose7027         *bool `yaml:"spi_purpose_7027" json:"spi_purpose_7027,omitempty"`                 // a use that 11 CCR 7027(m) lists
	SPIInScope             *bool `yaml:"spi_in_scope" json:"spi_in_scope,omitempty"`                         // sensitive personal information is looked for
	RegisterPurposeRelated *bool `yaml:"register_purpose_related" json:"register_purpose_related,omitempty"` // what the register is kept for
	BusinessContactOnly    *bool `yaml:"business_contact_only" json:"business_contact_only,omitempty"`       // people are reached at work, and no more
}

// Done reports whether something is done that a mandate or an organisation may
// say. What is not said is not done: so the gate rules, and so papers tell it.
func Done(flag *bool) bool { return flag != nil && *flag }

// each hands over every flag with its key.
func (f *Flags) each(do func(key string, flag **bool)) {
	for _, x := range []struct {
		key  string
		flag **bool
	}{
		{"person_score", &f.PersonScore}, {"automated_decision", &f.AutomatedDecision}, {"human_review", &f.HumanReview},
		{"monitoring", &f.Monitoring}, {"eligibility_use", &f.EligibilityUse}, {"sources_attached", &f.SourcesAttached},
		{"ccpa_purpose_disclosed", &f.CCPAPurposeDisclosed}, {"ccpa_inference_disclosed", &f.CCPAInferenceDisclosed},
		{"spi_purpose_7027", &f.SPIPurpose7027}, {"spi_in_scope", &f.SPIInScope},
		{"register_purpose_related", &f.RegisterPurposeRelated}, {"business_contact_only", &f.BusinessContactOnly},
	} {
		do(x.key, x.flag)
	}
}

const maxDays = 36500 // a hundred years: whoever writes more means something else

// Check implements [rule.Checker].
func (t Terms) Check() error {
	var errs []error
	if t.RetentionDays < 0 || t.RetentionDays > maxDays {
		errs = append(errs, key("retention_days", "%d is no number of days: write 1 to %d", t.RetentionDays, maxDays))
	}
	return errors.Join(errs...)
}

// over returns t, and what o has where t says nothing.
func (t Terms) over(o Terms) Terms {
	fill(&t.Purpose, o.Purpose)
	fill(&t.Basis, o.Basis)
	t.References = t.References.over(o.References)
	fill(&t.RetentionDays, o.RetentionDays)
	if t.StorageCountries == nil {
		t.StorageCountries = o.StorageCountries
	}
	said := map[string]*bool{}
	o.Flags.each(func(key string, flag **bool) { said[key] = *flag })
	t.Flags.each(func(key string, flag **bool) { fill(flag, said[key]) })
	return t
}

// facts sets the facts of the job: see [Mandate.Facts].
func (t Terms) facts(set func(name string, v any)) {
	if t.Purpose != "" {
		set("job.purpose", string(t.Purpose))
	}
	if t.Basis != "" {
		set("job.basis", string(t.Basis))
	}
	t.References.facts(set)
	set("job.retention_days", t.RetentionDays)
	if len(t.StorageCountries) > 0 {
		set("job.storage_countries", codes(t.StorageCountries))
	}
	t.Flags.each(func(key string, flag **bool) { set("job."+key, Done(*flag)) })
}
