package pipeline

// Category says what sort of data a value is, in the sense data protection
// law gives the word. A collector declares the categories it may emit; each
// observation carries one.
type Category string

// The categories. All but Technical and Registration concern people.
const (
	Technical    Category = "technical"    // DNS, certificates, routes, headers: no person
	Registration Category = "registration" // who holds a name or number, where that is an organisation
	Contact      Category = "contact"      // e-mail address, telephone number
	Identity     Category = "identity"     // name, role in an organisation
	Location     Category = "location"     // postal address, position
	OnlineID     Category = "online-id"    // user name, account, end-user address
	BreachFact   Category = "breach"       // that somebody's data was exposed, and where
	Credential   Category = "credential"   // a secret: counted, never stored
	Financial    Category = "financial"    // bank account, card, salary, tax
	OfficialID   Category = "official-id"  // passport, national number, number plate
	Content      Category = "content"      // free text in which anything can stand
	Special      Category = "special"      // GDPR Art. 9: health, belief, origin, …
	Criminal     Category = "criminal"     // GDPR Art. 10: offences and convictions
)

// Categories returns every category, in the order of the constants.
func Categories() []Category {
	return []Category{Technical, Registration, Contact, Identity, Location, OnlineID,
		BreachFact, Credential, Financial, OfficialID, Content, Special, Criminal}
}

// Personal reports whether data of this category is about a living person.
func (c Category) Personal() bool { return c != Technical && c != Registration }

// Class is how closely a value must be held; a whole takes the highest class
// of its parts.
type Class string

// The classes, from the most open to the most closely held.
const (
	Public       Class = "public"
	Internal     Class = "internal"
	Confidential Class = "confidential"
	Restricted   Class = "restricted"
)

// Class returns the class that data of this category has by default.
func (c Category) Class() Class {
	switch c {
	case Technical, Registration:
		return Internal
	case Contact, Identity, OnlineID, BreachFact:
		return Confidential
	}
	return Restricted
}

// DPV returns the terms of the W3C Data Privacy Vocabulary (DPV 2.3) that say
// what data of this category is: dpv: and pd: are its prefixes, osint: is ours.
func (c Category) DPV() []string { return vocabulary[c] }

var vocabulary = map[Category][]string{
	Technical:    {"dpv:NonPersonalData"},
	Registration: {"dpv:NonPersonalData"},
	Contact:      {"pd:EmailAddress", "pd:TelephoneNumber"},
	Identity:     {"pd:Name", "pd:Job", "pd:CurrentEmployment"},
	Location:     {"pd:PhysicalAddress", "pd:Country"},
	OnlineID:     {"pd:Username", "pd:Identifier", "pd:UID"},
	BreachFact:   {"pd:EmailAddress", "pd:Identifier"},
	Credential:   {"pd:Password", "pd:SecretText", "pd:PINCode"},
	Financial:    {"pd:BankAccount", "pd:PaymentCardNumber", "pd:Salary", "pd:Tax"},
	OfficialID:   {"pd:OfficialID", "pd:Passport"},
	Content:      {"pd:PubliclyAvailableSocialMedia"},
	Special:      {"dpv:SpecialCategoryPersonalData"},
	Criminal:     {"pd:CriminalCharge", "pd:CriminalConviction", "pd:CriminalOffence"},
}
