package compliance

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"osint/pkg/pipeline"
)

// The ids of the rules. They are permanent: cases name them.
const (
	ruleManifest        = "manifest.incomplete"
	rulePerson          = "persons.refuse"
	ruleErased          = "persons.erased"
	ruleNoLaw           = "persons.by-law"
	ruleEndpoint        = "endpoints.countries"
	ruleEndpointUnknown = "endpoints.unknown"
	ruleNotChosen       = "select.not-chosen"
	ruleExcluded        = "select.excluded"
	ruleType            = "select.type"
	ruleProfileExcludes = "select.profile-excludes"
	ruleModeNever       = "mode.%s-never"
	ruleActiveNever     = "mode.active-never"
	ruleNotRequested    = "mode.%s-not-requested"
	ruleContextActive   = "scope.active-context"
	ruleContext         = "scope.context"
	ruleNames           = "tlp.names"
	ruleThirdParty      = "tlp.third-party"
	ruleLabelWidest     = "tlp.widest"
	ruleNonCommercial   = "terms.non-commercial"
	rulePaidPlan        = "terms.paid-plan"
	ruleBudget          = "budget.ceiling"
	ruleHidden          = "names.hidden-service"
	ruleInward          = "addresses.inward"
)

// RuleOnRequest is the rule by which a collector that runs on request only
// was not asked: no refusal, and no news.
const RuleOnRequest = "select.on-request"

// RuleSuppressed is the rule by which nobody is asked about what somebody put on
// the list of those who are left alone.
const RuleSuppressed = "suppression.listed"

func (q *question) cite(clause string) string { return q.policy.cite(clause) }

func deny(id, cite, reason string, args ...any) (pipeline.Ruling, bool) {
	return pipeline.Ruling{Verdict: pipeline.Deny, Rule: id, Cite: cite,
		Reason: fmt.Sprintf(reason, args...), Keep: pipeline.KeepNone}, true
}

func silent() (pipeline.Ruling, bool) { return pipeline.Ruling{}, false }

// manifest refuses a collector that does not say what it does.
func manifest(q *question) (pipeline.Ruling, bool) {
	s := q.spec
	switch {
	case s.Mode != pipeline.Passive && s.Mode != pipeline.Relayed && s.Mode != pipeline.Active:
		return deny(ruleManifest, "manifest of "+s.Name, "It does not say who can notice that it asks.")
	case len(s.Emits) == 0:
		return deny(ruleManifest, "manifest of "+s.Name, "It does not say what categories of data it may bring.")
	}
	return silent()
}

// person refuses a living person as a target, or leaves it to law. A role's
// mailbox is none.
func person(q *question) (pipeline.Ruling, bool) {
	if q.entity.Sealed() {
		return deny(ruleErased, "erasure", "The key of this %s is not here any more: nobody can tell whom it would be about.", q.entity.Kind)
	}
	if !q.entity.Personal() || q.policy.Persons == ByLaw && q.bench != nil {
		return silent()
	}
	who := "This is a natural person"
	if q.entity.Kind != pipeline.KindPerson {
		who = "This " + string(q.entity.Kind) + " belongs to a natural person"
	}
	if q.policy.Persons == ByLaw {
		return deny(ruleNoLaw, q.cite("persons: by-law"), "%s, and no framework of law is loaded under which a person may be looked into.", who)
	}
	return deny(rulePerson, q.cite("persons: refuse"), "%s, and the %s looks into no person.", who, q.policy.who("persons"))
}

// suppressed leaves those alone who said so.
func suppressed(q *question) (pipeline.Ruling, bool) {
	if !q.spared {
		return silent()
	}
	who := "This person"
	if !q.entity.Personal() {
		who = "This " + string(q.entity.Kind)
	}
	return deny(RuleSuppressed, "suppression list", "%s is on the list of those who are left alone.", who)
}

// endpoint holds to the countries in which a source may stand. Where the
// operator or the subject decides whom we ask, only a person's identifier has
// to know where it goes; the subject's own systems are no endpoint.
func endpoint(q *question) (pipeline.Ruling, bool) {
	allowed := q.policy.Endpoints.Countries
	if allowed == nil || q.spec.Mode == pipeline.Active {
		return silent()
	}
	cite := q.cite("endpoints.countries")
	switch s := q.spec.Source; {
	case s.Country == "" && q.entity.Personal() && slices.Contains(q.spec.Sends, q.entity.Kind):
		return deny(ruleEndpointUnknown, cite, "The source %s would be sent the %s, and it is not known in which country that is read.", s.Name, q.entity.Kind)
	case s.Country != "" && !slices.Contains(allowed, Country(s.Country)):
		return deny(ruleEndpoint, cite, "The source %s stands in %s, and the %s asks none there.", s.Name, s.Country, q.policy.who("endpoints.countries"))
	}
	return silent()
}

// selected holds to what the job and the profile chose.
func selected(q *question) (pipeline.Ruling, bool) {
	name := q.spec.Name
	switch {
	case slices.Contains(q.policy.Collectors.Exclude, name):
		return deny(ruleProfileExcludes, q.cite(excludes+name), "The %s never uses this collector.", q.policy.who(excludes+name))
	case slices.Contains(q.job.Exclude, name):
		return deny(ruleExcluded, "flag --exclude", "The job leaves this collector out.")
	case len(q.job.Collectors) > 0 && !slices.Contains(q.job.Collectors, name):
		return deny(ruleNotChosen, "flag --collector", "The job names other collectors.")
	case len(q.job.Types) > 0 && !slices.Contains(q.job.Types, q.spec.Domain):
		return deny(ruleType, "flag --type", "The job asks for other types of investigation than %s.", q.spec.Domain)
	case q.spec.OnRequest != "" && !slices.Contains(q.job.Requested, name) && !slices.Contains(q.job.Collectors, name):
		return deny(RuleOnRequest, "manifest of "+name, "It runs only when asked for, and the job did not ask: %s does.", q.spec.OnRequest)
	}
	return silent()
}

// mode holds to who may notice.
func mode(q *question) (pipeline.Ruling, bool) {
	m := q.spec.Mode
	says := q.policy.Freedoms.of(m)
	cite := q.cite(fmt.Sprintf("freedoms.%s: %s", m, says))
	who := q.policy.who("freedoms." + string(m))
	switch {
	case says == Always, says == OnRequest && m == pipeline.Active && q.job.Active:
		return silent()
	case says == OnRequest:
		return deny(fmt.Sprintf(ruleNotRequested, m), cite, "The subject could see us, and the job did not ask for that with --active.")
	case m == pipeline.Active:
		return deny(ruleActiveNever, cite, "The subject could see us, and the %s never allows that.", who)
	}
	return deny(fmt.Sprintf(ruleModeNever, m), cite, "The %s never asks %s sources.", who, m)
}

// scope keeps what is not the subject's from being probed.
func scope(q *question) (pipeline.Ruling, bool) {
	switch {
	case !q.lead.Context:
		return silent()
	case q.spec.Mode == pipeline.Active:
		return deny(ruleContextActive, "scope of the case", "It was not declared as the subject's, and only the subject's own systems may be touched.")
	case !q.spec.Context:
		return deny(ruleContext, "scope of the case", "It was not declared as the subject's, and this collector asks only about the subject.")
	}
	return silent()
}

// terms keeps off sources whose terms do not allow the work.
func terms(q *question) (pipeline.Ruling, bool) {
	s := q.spec.Source
	if !q.policy.Commercial || s.Commercial == pipeline.Yes || s.Commercial == pipeline.UnknownOK ||
		slices.Contains(q.policy.Contracts, s.Name) {
		return silent()
	}
	cite := q.cite("commercial: true")
	if s.Terms != "" {
		cite = s.Terms + "; " + cite
	}
	if s.Commercial == pipeline.Contract {
		return deny(rulePaidPlan, cite, "The terms of %s allow commercial work only on a paid plan, and the profile's contracts do not name it.", s.Name)
	}
	return deny(ruleNonCommercial, cite, "The terms of %s do not allow commercial work.", s.Name)
}

// apart asks nobody who can't know: of a hidden service of Tor only who looks for
// such, and of an address that is used inside networks no archive.
func apart(q *question) (pipeline.Ruling, bool) {
	h := q.entity.Hostname()
	onion := h == "onion" || strings.HasSuffix(h, ".onion")
	switch {
	case h != "" && !onion && q.spec.Onions == pipeline.OnionsOnly:
		return deny(ruleHidden, "manifest of "+q.spec.Name, "It knows hidden services of Tor only.")
	case onion && q.spec.Onions == "":
		return deny(ruleHidden, "RFC 7686", "A hidden service of Tor has no record in DNS or in a registry, and nobody else need hear of it.")
	case q.entity.Kind == pipeline.KindIP && q.spec.Mode == pipeline.Passive && inward(q.entity.Value):
		return deny(ruleInward, "RFC 6890", "The address is used inside networks: what others say of it is of another.")
	}
	return silent()
}

// inward reports whether an address has no owner on the internet.
func inward(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && (a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || sharedSpace.Contains(a.Unmap()))
}

// sharedSpace is what carriers use behind their translators (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// alive asks no source that is gone.
func alive(q *question) (pipeline.Ruling, bool) {
	s := q.spec.Source
	if s.State != pipeline.Dead {
		return silent()
	}
	why := s.Note
	if why == "" {
		why = "it is gone."
	}
	return deny(pipeline.RuleDead, "registry of sources", "%s is not asked: %s", s.Name, why)
}

// keyed asks nobody who wants a credential that is not there: no law is broken,
// and nothing can be had.
func keyed(q *question) (pipeline.Ruling, bool) {
	for _, name := range q.spec.Keys {
		if slices.Contains(q.job.Lacking, name) {
			return deny(pipeline.RuleNoKey, "manifest of "+q.spec.Name, "It needs %s, which is not there: osint keys set %s.", name, name)
		}
	}
	return silent()
}

// budget refuses what could cost more than the whole job may.
func budget(q *question) (pipeline.Ruling, bool) {
	if c := q.spec.Ceiling.CostUSD; c > q.job.BudgetUSD {
		return deny(ruleBudget, "budget of the job", "One question may cost $%.2f, and the job may spend $%.2f.", c, q.job.BudgetUSD)
	}
	return silent()
}

// sharing holds to what the case's TLP label lets third parties be told.
//
// A label speaks of sharing what is known. To ask an archive about an entity
// tells it, and its logs, that somebody looks; a resolver or registry hears
// such questions from everybody all day; and the subject is no third party
// (whether it may notice is the mode's business). So:
//
//   - TLP:RED: nothing is asked of passive third parties.
//   - TLP:AMBER+STRICT and TLP:RED: no name of a person or organisation, no
//     address, number or account leaves this machine.
//   - the rest: nothing is held back.
func sharing(q *question) (pipeline.Ruling, bool) {
	if q.label.strictness() < AmberStrict.strictness() {
		return silent()
	}
	cite := "label " + string(q.label)
	if q.label == Red && q.spec.Mode == pipeline.Passive {
		return deny(ruleThirdParty, cite, "Under this label only the people named may know of the case, and %s would learn what is asked.", q.spec.Source.Name)
	}
	named := []pipeline.Kind{pipeline.KindPerson, pipeline.KindOrganization, pipeline.KindEmail, pipeline.KindPhone, pipeline.KindAccount}
	if q.spec.Mode != pipeline.Active && slices.Contains(named, q.entity.Kind) && slices.Contains(q.spec.Sends, q.entity.Kind) {
		return deny(ruleNames, cite, "Under this label no third party is told whom the case is about, and %s would be sent the %s.", q.spec.Source.Name, q.entity.Kind)
	}
	return silent()
}
