package law

import (
	"strings"

	"cel.dev/cel-go/cel"

	"osint/pkg/pipeline/rule"
)

var (
	text  = cel.StringType
	truth = cel.BoolType
	whole = cel.IntType
	texts = cel.ListType(cel.StringType)
)

// Vocabulary is every fact that a rule may ask after, but for the lists: each
// that is loaded is a fact too, by [List.Fact]. A fact that was not set is
// unknown; a text that is set and empty says that there is none.
var Vocabulary = rule.Vocabulary{
	{Name: "now", Type: cel.TimestampType, Means: "when it is decided"},
	{Name: "data.personal", Type: truth, Means: "the target is a natural person, or the collector may bring data about people"},
	{Name: "data.age_days", Type: whole, Means: "how long ago it was collected, in days; 0 while it is"},
	{Name: "dpia.criteria", Type: whole, Means: "how many of the nine WP248 criteria are met"},
	{Name: "dpia.met", Type: texts, Means: "which of them: evaluation, automated-decision, systematic-monitoring, sensitive-data, large-scale, matching-datasets, vulnerable-subjects, innovative-technology, blocks-access"},

	{Name: "target.kind", Type: text, Means: "natural-person, organization or asset"},
	{Name: "target.jurisdictions", Type: texts, Means: "where the target is at home, likely enough: ISO 3166-1 and EU; a part (ISO 3166-2, such as US-CA or CA-QC) stands beside its country"},
	{Name: "target.minor", Type: text, Means: "yes or no"},
	{Name: "target.suppressed", Type: truth, Means: "the target is on the list of those who are left alone"},

	{Name: "collector.name", Type: text, Means: "which collector asks"},
	{Name: "collector.country", Type: text, Means: "where the source that it asks stands, ISO 3166-1"},
	{Name: "collector.mode", Type: text, Means: "passive, relayed or active"},
	{Name: "collector.class", Type: text, Means: "what sort of publication the source is"},
	{Name: "collector.access", Type: text, Means: "how one comes by what it has: open, licensed, login, breach-dump"},
	{Name: "collector.special", Type: text, Means: "whether it tells of special categories: none, incidental, primary"},
	{Name: "collector.personal", Type: truth, Means: "it may bring data about people"},
	{Name: "collector.criminal", Type: truth, Means: "it may tell of offences and convictions"},
	{Name: "collector.sends_personal", Type: truth, Means: "the question itself names a person"},
	{Name: "collector.published", Type: truth, Means: "the people themselves made public what it has"},
	{Name: "collector.dpf", Type: truth, Means: "the source is on the list of the EU-US Data Privacy Framework"},
	{Name: "collector.uk_bridge", Type: truth, Means: "the source takes part in the UK-US data bridge"},
	{Name: "collector.contract_ref", Type: text, Means: "the organisation's contract with the source"},
	{Name: "collector.emits", Type: texts, Means: "the categories that it may bring"},
	{Name: "collector.beyond_purpose", Type: texts, Means: "those of them, about people, that the purpose does not need; none where the organisation has not said what it needs"},

	{Name: "job.purpose", Type: text, Means: "what the investigation is for"},
	{Name: "job.basis", Type: text, Means: "the legal basis: consent, contract, legitimate-interests, …"},
	{Name: "job.authority_ref", Type: text, Means: "the engagement, ticket or mandate that covers it"},
	{Name: "job.lia_ref", Type: text, Means: "the assessment of legitimate interests"},
	{Name: "job.dpia_ref", Type: text, Means: "the data protection impact assessment"},
	{Name: "job.dpia_outcome", Type: text, Means: "what risk it found to remain: low, high"},
	{Name: "job.notice", Type: text, Means: "how the people learn of it: direct, exempt"},
	{Name: "job.notice_exemption", Type: text, Means: "why they need not, such as 14-5-b"},
	{Name: "job.special_condition", Type: text, Means: "the condition for special categories, such as 9-2-e"},
	{Name: "job.criminal_law_ref", Type: text, Means: "the law that allows data on offences"},
	{Name: "job.child_approval_ref", Type: text, Means: "the approval where the target is a child"},
	{Name: "job.consent_ref", Type: text, Means: "the proof of consent"},
	{Name: "job.transfer_tool", Type: text, Means: "what a transfer abroad rests on, such as scc-2021-914"},
	{Name: "job.tia_ref", Type: text, Means: "the assessment of that transfer"},
	{Name: "job.rli_condition", Type: text, Means: "the recognised legitimate interest (UK)"},
	{Name: "job.approver", Type: text, Means: "who approved it, other than the investigator"},
	{Name: "job.freedom_ref", Type: text, Means: "the national law on journalism or research that is relied on"},
	{Name: "job.ca_risk_assessment_ref", Type: text, Means: "the risk assessment (California)"},
	{Name: "job.pipeda_investigation_ref", Type: text, Means: "the investigation of a breach of agreement or law (Canada)"},
	{Name: "job.qc_pia_ref", Type: text, Means: "the privacy impact assessment (Quebec)"},
	{Name: "job.public_data_note", Type: text, Means: "why published data may be used for this purpose (Brazil)"},
	{Name: "job.retention_days", Type: whole, Means: "how long the data is kept, in days"},
	{Name: "job.storage_countries", Type: texts, Means: "where it is kept, ISO 3166-1"},
	{Name: "job.encrypted", Type: truth, Means: "what is about people is kept under keys of its own"},
	{Name: "job.person_score", Type: truth, Means: "a person gets a score"},
	{Name: "job.automated_decision", Type: truth, Means: "a decision on a person rests on it alone"},
	{Name: "job.human_review", Type: truth, Means: "a named person reviews what comes out"},
	{Name: "job.monitoring", Type: truth, Means: "it is repeated, or watches"},
	{Name: "job.eligibility_use", Type: truth, Means: "work, credit, housing or insurance depends on it"},
	{Name: "job.sources_attached", Type: truth, Means: "what is passed on names its sources"},
	{Name: "job.ccpa_purpose_disclosed", Type: truth, Means: "the privacy policy names category and purpose (California)"},
	{Name: "job.ccpa_inference_disclosed", Type: truth, Means: "it covers what is inferred (California)"},
	{Name: "job.spi_purpose_7027", Type: truth, Means: "the use of sensitive data is a listed one (California)"},
	{Name: "job.spi_in_scope", Type: truth, Means: "sensitive data is wanted (California)"},
	{Name: "job.register_purpose_related", Type: truth, Means: "the purpose is one that the register is kept for (Canada)"},
	{Name: "job.business_contact_only", Type: truth, Means: "people are only contacted about their work (Canada)"},

	{Name: "org.establishments", Type: texts, Means: "where the organisation is established, ISO 3166-1; a part stands beside its country"},
	{Name: "org.allowed_purposes", Type: texts, Means: "the purposes in its register"},
	{Name: "org.public_authority", Type: truth, Means: "it is a public authority"},
	{Name: "org.commercial", Type: truth, Means: "it acts for profit"},
	{Name: "org.ccpa_business", Type: truth, Means: "it is a business under the CCPA"},
	{Name: "org.sells_personal_data", Type: truth, Means: "it sells data about people"},
	{Name: "org.ca_broker_registered", Type: truth, Means: "it is registered as a data broker (California)"},
	{Name: "org.foreign_processing_notice", Type: truth, Means: "it says openly that data is processed abroad"},
	{Name: "org.research_exemption", Type: truth, Means: "it is a research body that the law exempts"},
	{Name: "org.max_retention_days", Type: whole, Means: "the longest that it keeps data, in days"},
	{Name: "org.drop_checked_days", Type: whole, Means: "days since it pulled the deletion platform (California)"},
	{Name: "org.large_scale", Type: whole, Means: "from how many people on it calls its work large"},
	{Name: "org.ropa_ref", Type: text, Means: "its record of processing activities"},
	{Name: "org.public_notice_url", Type: text, Means: "where its notice to people stands"},
	{Name: "org.dpo_contact", Type: text, Means: "its data protection officer"},
	{Name: "org.representative_eu", Type: text, Means: "its representative in the EU"},
	{Name: "org.representative_uk", Type: text, Means: "its representative in the UK"},
	{Name: "org.purpose_categories", Type: cel.MapType(text, texts), Means: "which categories each purpose needs"},

	{Name: "disclosure.audience", Type: text, Means: "who gets it: named, organisation, clients, community, public"},
	{Name: "disclosure.recipient_country", Type: text, Means: "where they are, ISO 3166-1"},
}

// listPrefix begins the name of a fact that is a list.
const listPrefix = "list."

// factType returns the type of a fact; that of a list if the name is one.
func factType(name string) (*cel.Type, bool) {
	if strings.HasPrefix(name, listPrefix) {
		return texts, true
	}
	for _, f := range Vocabulary {
		if f.Name == name {
			return f.Type, true
		}
	}
	return nil, false
}
