package compliance

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"osint/pkg/pipeline"
	"osint/pkg/pipeline/rule"
)

const kindOrganisation = "Organisation"

// An Organisation says who investigates, under what rules of its own, who may
// approve, and the ceiling below which every profile stays.
type Organisation struct {
	File       string           `yaml:"-" json:"-"` // that it was read from, for citations; "" from a case
	APIVersion string           `yaml:"apiVersion" json:"apiVersion"`
	Kind       string           `yaml:"kind" json:"kind"`
	Metadata   OrganisationData `yaml:"metadata" json:"metadata"`
	Body       Body             `yaml:"organisation" json:"organisation"`
	Retention  Retention        `yaml:"retention" json:"retention"`
	Frameworks []string         `yaml:"frameworks" json:"frameworks,omitempty"` // ids of the shelf, or paths beside the file; none: all on the shelf
	Approvers  approvers        `yaml:"approvers" json:"approvers,omitempty"`
	Ceiling    Ceiling          `yaml:"ceiling" json:"ceiling,omitzero"`
	Defaults   Terms            `yaml:"defaults" json:"defaults,omitzero"` // of every mandate
}

// OrganisationData says which document it is, and who stands for it.
type OrganisationData struct {
	ID         string `yaml:"id" json:"id"`
	Version    string `yaml:"version" json:"version"`
	ApprovedBy string `yaml:"approved_by" json:"approved_by,omitempty"`
	Approved   Date   `yaml:"approved" json:"approved,omitzero"`
}

// Check implements [rule.Checker].
func (m OrganisationData) Check() error {
	var errs []error
	switch {
	case m.ID == "":
		errs = append(errs, errors.New("id is missing: write id: and a short name of the organisation, such as acme-gmbh"))
	case !isKebab().MatchString(m.ID):
		errs = append(errs, key("id", "%q is no id: write lower-case letters, digits and hyphens", m.ID))
	}
	if m.Version == "" {
		errs = append(errs, errors.New(`version is missing: write version: "1"`))
	}
	return errors.Join(errs...)
}

// Body is what law asks of an organisation.
type Body struct {
	LegalName               string                       `yaml:"legal_name" json:"legal_name"`
	Establishments          []Country                    `yaml:"establishments" json:"establishments"`
	Commercial              *bool                        `yaml:"commercial" json:"commercial"`
	PublicAuthority         *bool                        `yaml:"public_authority" json:"public_authority"`
	Contact                 string                       `yaml:"contact" json:"contact,omitempty"`
	DPOContact              string                       `yaml:"dpo_contact" json:"dpo_contact,omitempty"`
	Representative          Representative               `yaml:"representative" json:"representative,omitzero"`
	PublicNoticeURL         string                       `yaml:"public_notice_url" json:"public_notice_url,omitempty"`
	RopaRef                 string                       `yaml:"ropa_ref" json:"ropa_ref,omitempty"` // entry in the record of processing
	AllowedPurposes         []Word                       `yaml:"allowed_purposes" json:"allowed_purposes"`
	PurposeCategories       map[Word][]pipeline.Category `yaml:"purpose_categories" json:"purpose_categories,omitempty"` // a purpose that is not named has no limit
	LargeScale              int                          `yaml:"large_scale" json:"large_scale,omitempty"`               // people from which on it is large scale
	CCPABusiness            *bool                        `yaml:"ccpa_business" json:"ccpa_business,omitempty"`
	SellsPersonalData       *bool                        `yaml:"sells_personal_data" json:"sells_personal_data,omitempty"`
	CABrokerRegistered      bool                         `yaml:"ca_broker_registered" json:"ca_broker_registered,omitempty"`
	DropChecked             Date                         `yaml:"drop_checked" json:"drop_checked,omitzero"` // when California's deletion list was last pulled
	ForeignProcessingNotice bool                         `yaml:"foreign_processing_notice" json:"foreign_processing_notice,omitempty"`
	ResearchExemption       bool                         `yaml:"research_exemption" json:"research_exemption,omitempty"`
	StorageCountries        []Country                    `yaml:"storage_countries" json:"storage_countries,omitempty"`
	Contracts               map[string]Vendor            `yaml:"contracts" json:"contracts,omitempty"` // by the name of the source
	Security                string                       `yaml:"security" json:"security,omitempty"`   // the measures, in the words of the record of processing
}

// Representative is who stands for an organisation where it has no
// establishment.
type Representative struct {
	EU string `yaml:"eu" json:"eu,omitempty"`
	UK string `yaml:"uk" json:"uk,omitempty"`
}

// A Vendor is a source with which there is a contract.
type Vendor struct {
	Ref  string `yaml:"ref" json:"ref"`
	Role party  `yaml:"role" json:"role,omitempty"`
}

type party string

// Check implements [rule.Checker].
func (p party) Check() error {
	return oneWord("role", p, []party{"processor", "controller", "joint-controller"})
}

// Check implements [rule.Checker].
func (v Vendor) Check() error {
	if strings.TrimSpace(v.Ref) == "" {
		return errors.New("ref is missing: write ref: and your number of the contract")
	}
	return nil
}

// Check implements [rule.Checker]; it wants everything said that law hangs on
// and that nobody may guess.
func (b Body) Check() error {
	var errs []error
	miss := func(absent bool, text string) {
		if absent {
			errs = append(errs, errors.New(text))
		}
	}
	miss(strings.TrimSpace(b.LegalName) == "", "legal_name is missing: write the name that stands in the register")
	miss(len(b.Establishments) == 0, "establishments are missing: write the countries where it has a seat or a branch, such as establishments: [DE]")
	miss(b.Commercial == nil, "commercial is missing: write commercial: true or commercial: false")
	miss(b.PublicAuthority == nil, "public_authority is missing: write public_authority: true or public_authority: false")
	miss(len(b.AllowedPurposes) == 0, "allowed_purposes are missing: write for what people may be looked into, such as allowed_purposes: [vendor-due-diligence]")
	for p, cs := range b.PurposeCategories {
		if !slices.Contains(b.AllowedPurposes, p) {
			errs = append(errs, rule.Key("purpose_categories", key(string(p), "it is none of allowed_purposes: add it there, or take it out")))
		}
		for _, c := range cs {
			if !slices.Contains(pipeline.Categories(), c) {
				errs = append(errs, rule.Key("purpose_categories", rule.Key(string(p), oneWord("category", c, pipeline.Categories()))))
			}
		}
	}
	if b.LargeScale < 0 {
		errs = append(errs, key("large_scale", "%d is no number of people: write 1 or more", b.LargeScale))
	}
	if u, err := url.Parse(b.PublicNoticeURL); b.PublicNoticeURL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		errs = append(errs, key("public_notice_url", "%q is no address of a page: write such as https://acme.example/notice", b.PublicNoticeURL))
	}
	return errors.Join(errs...)
}

// Check implements [rule.Checker].
func (o Organisation) Check() error {
	if err := document("organisation", kindOrganisation, o.APIVersion, o.Kind); err != nil {
		return err
	}
	var errs []error
	if o.Metadata == (OrganisationData{}) {
		errs = append(errs, errors.New(`metadata is missing: write metadata: {id: acme-gmbh, version: "1"}`))
	}
	if o.Body.LegalName == "" && o.Body.Establishments == nil {
		errs = append(errs, errors.New("organisation is missing: write organisation: and below it legal_name, establishments, commercial, public_authority and allowed_purposes"))
	}
	if o.Retention == (Retention{}) {
		errs = append(errs, errors.New("retention is missing: write retention: {max_days: 365}"))
	}
	for i, f := range o.Frameworks {
		if !IsFrameworkFile(f) && !isKebab().MatchString(f) {
			errs = append(errs, key("frameworks", "%q is neither the id of a framework, such as gdpr, nor the path of a file, such as ./ours.yaml", f))
		}
		if slices.Contains(o.Frameworks[:i], f) {
			errs = append(errs, key("frameworks", "%s stands here twice", f))
		}
	}
	if p := o.Defaults.Purpose; p != "" && !slices.Contains(o.Body.AllowedPurposes, p) {
		errs = append(errs, rule.Key("defaults", key("purpose", "%s is none of organisation.allowed_purposes: add it there, or choose one of them", p)))
	}
	if d := o.Defaults.RetentionDays; d > o.Retention.MaxDays {
		errs = append(errs, rule.Key("defaults", key("retention_days", "%d days are more than retention.max_days, %d", d, o.Retention.MaxDays)))
	}
	return errors.Join(errs...)
}

// IsFrameworkFile reports whether what stands under frameworks is the path of
// a file, and not the id of one on the shelf.
func IsFrameworkFile(s string) bool {
	return strings.ContainsAny(s, `/\`) || strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml")
}

// ParseOrganisation reads an organisation's document. file names it in errors,
// which have every line that is wrong and what to write instead, and in
// citations.
func ParseOrganisation(file string, text []byte) (*Organisation, error) {
	o, err := OrganisationFromJSON(text)
	if err != nil {
		return nil, rule.Renamed(err, file)
	}
	o.File, o.Ceiling.From = file, policyOf+file
	return o, nil
}

// OrganisationFromJSON reads a document back from [Organisation.JSON].
func OrganisationFromJSON(text []byte) (*Organisation, error) {
	var o Organisation
	if err := rule.Decode(resolved, text, &o); err != nil {
		return nil, err
	}
	b := &o.Body
	b.Establishments, b.StorageCountries = set(b.Establishments), set(b.StorageCountries)
	b.AllowedPurposes, o.Defaults.StorageCountries = set(b.AllowedPurposes), set(o.Defaults.StorageCountries)
	for p, cs := range b.PurposeCategories {
		b.PurposeCategories[p] = set(cs)
	}
	return &o, nil
}

// JSON returns the document in the keys of the YAML; it is byte-equal for
// equal ones. [OrganisationFromJSON] reads it back.
func (o *Organisation) JSON() []byte {
	n := *o
	n.Ceiling.From = "" // or an empty ceiling would not be none
	return encode(n)
}

// SHA256 returns the digest of [Organisation.JSON] in hexadecimal.
func (o *Organisation) SHA256() string { return digest(o.JSON()) }

// Terms returns what holds for every mandate that says nothing else: the
// defaults, and that things are stored where the organisation stores them.
func (o *Organisation) Terms() Terms {
	return o.Defaults.over(Terms{StorageCountries: o.Body.StorageCountries})
}

// ContractRef returns the number of the contract with a source; "" is none.
func (o *Organisation) ContractRef(source string) string { return o.Body.Contracts[source].Ref }

// Facts sets the facts about the organisation that rules of law ask after, as
// of now.
//
// What every document must say is known. Of the rest, what is not said of
// what was done or obtained is known not to be: a reference, contact or notice
// is "", and an organisation that does not say so is not registered and claims
// no exemption. What it is not said to be stays unknown, and a rule that
// hangs on it asks by a review: ccpa_business, sells_personal_data,
// large_scale, and when the deletion list was pulled.
func (o *Organisation) Facts(now time.Time, set func(name string, v any)) {
	b := &o.Body
	purposes := make([]string, 0, len(b.AllowedPurposes))
	for _, p := range b.AllowedPurposes {
		purposes = append(purposes, string(p))
	}
	categories := map[string][]string{}
	for _, p := range slices.Sorted(maps.Keys(b.PurposeCategories)) {
		list := []string{}
		for _, c := range b.PurposeCategories[p] {
			list = append(list, string(c))
		}
		categories[string(p)] = list
	}
	set("org.establishments", withWholes(codes(b.Establishments)))
	set("org.allowed_purposes", purposes)
	set("org.purpose_categories", categories)
	set("org.max_retention_days", o.Retention.MaxDays)
	for name, v := range map[string]*bool{"org.commercial": b.Commercial, "org.public_authority": b.PublicAuthority,
		"org.ccpa_business": b.CCPABusiness, "org.sells_personal_data": b.SellsPersonalData} {
		if v != nil {
			set(name, *v)
		}
	}
	for name, v := range map[string]bool{"org.ca_broker_registered": b.CABrokerRegistered,
		"org.foreign_processing_notice": b.ForeignProcessingNotice, "org.research_exemption": b.ResearchExemption} {
		set(name, v)
	}
	for name, v := range map[string]string{"org.ropa_ref": b.RopaRef, "org.public_notice_url": b.PublicNoticeURL, "org.dpo_contact": b.DPOContact,
		"org.representative_eu": b.Representative.EU, "org.representative_uk": b.Representative.UK} {
		set(name, v)
	}
	if b.LargeScale > 0 {
		set("org.large_scale", b.LargeScale)
	}
	if !b.DropChecked.IsZero() {
		set("org.drop_checked_days", int(now.Sub(b.DropChecked.Time).Hours()/24))
	}
}
