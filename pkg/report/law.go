package report

import (
	"time"

	"osint/pkg/pipeline"
)

// Compliance is what one framework of law says of the case.
type Compliance struct {
	Framework string    `json:"framework"` // id
	Text      string    `json:"text"`      // what it came to, in a sentence
	Title     string    `json:"title"`
	Version   string    `json:"version"`
	SHA256    string    `json:"sha256"`
	Reviewed  string    `json:"reviewed"`  // the day when it was held against the law; "" is not on record
	ReviewBy  string    `json:"review_by"` // the day by which that was due again
	Stale     bool      `json:"stale"`     // that day was over when the case began
	Applied   int       `json:"applied"`   // rulings to which it applied
	Rules     []LawRule `json:"rules"`     // those that fired, strictest first
}

// LawRule is one rule of law that fired, and over what.
type LawRule struct {
	Rule       string           `json:"rule"`
	Cite       string           `json:"cite"`
	Outcome    pipeline.Verdict `json:"outcome"`
	Remedy     string           `json:"remedy"`
	Unknown    []string         `json:"unknown"` // facts that would have decided
	Redact     []string         `json:"redact"`
	Collectors []string         `json:"collectors"`
	Rulings    int              `json:"rulings"`  // that it fired in
	Waived     []string         `json:"waived"`   // ids of those who approved it all the same
	Unwaived   int              `json:"unwaived"` // rulings in which nobody did
}

// Law is what the case rests on in law, and what law made of it: null where
// no framework was asked and nothing in the case is about a person.
type Law struct {
	Consulted    bool            `json:"consulted"` // a framework was asked
	Organisation LawOrganisation `json:"organisation"`
	Mandate      LawMandate      `json:"mandate"`
	Lists        []LawDocument   `json:"lists"`
	Stale        []string        `json:"stale"` // what was due for review when the case began
	Targets      []LawTarget     `json:"targets"`
	Unknown      []LawUnknown    `json:"unknown"` // facts that were missing
	Waivers      []Waiver        `json:"waivers"`
	Personal     []PersonalData  `json:"personal"` // what is held of people, by category
	Quarantined  int             `json:"quarantined"`
	Transfers    []Transfer      `json:"transfers"` // personal identifiers that left
	Disclosures  []Disclosure    `json:"disclosures"`
	Erasures     []ErasureNote   `json:"erasures"`
	Retention    Retention       `json:"retention"`
}

// LawDocument is a document by which was ruled.
type LawDocument struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// LawOrganisation is whose investigation it is. All is empty where no
// document was there.
type LawOrganisation struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
}

// LawMandate is what the case was given to rest on.
type LawMandate struct {
	Reference     string   `json:"reference"`
	Date          string   `json:"date"`
	Purpose       string   `json:"purpose"`
	Basis         string   `json:"basis"`
	Jurisdictions []string `json:"jurisdictions"`
	TransferTool  string   `json:"transfer_tool"`
}

// LawTarget is what was known of those whom rulings are about.
type LawTarget struct {
	Kind          string   `json:"kind"`
	Jurisdictions []string `json:"jurisdictions"`
	Minor         string   `json:"minor"` // yes, no, "" is not known
	Count         int      `json:"count"` // entities
}

// LawUnknown is one fact that was missing, and which rules wanted it.
type LawUnknown struct {
	Fact    string   `json:"fact"`
	Rules   []string `json:"rules"`
	Rulings int      `json:"rulings"`
}

// Waiver is one approval of what waited for review.
type Waiver struct {
	At       time.Time `json:"at"`
	Approver string    `json:"approver"`
	Reason   string    `json:"reason"`
	Rules    []string  `json:"rules"`
	Expires  string    `json:"expires"`
	Key      string    `json:"key"` // fingerprint of the one that signed
}

// PersonalData is how much of one category is in the case.
type PersonalData struct {
	Category     pipeline.Category `json:"category"`
	Class        pipeline.Class    `json:"class"`
	Observations int               `json:"observations"`
	Withheld     int               `json:"withheld"`
	First        *time.Time        `json:"first"` // when the first came into the case; null: none was kept
	Collectors   []string          `json:"collectors"`
}

// Transfer is what left this machine to one source: identifiers of people, of
// one kind.
type Transfer struct {
	Collector string        `json:"collector"`
	Source    string        `json:"source"`
	Country   string        `json:"country"` // of the endpoint, ISO 3166-1; "" where the target or the operator decides
	Kind      pipeline.Kind `json:"kind"`
	Subjects  int           `json:"subjects"`  // different ones
	Questions int           `json:"questions"` // that left; what a cache answered did not
	First     time.Time     `json:"first"`
	Last      time.Time     `json:"last"`
}

// Disclosure says that something of the case was handed out.
type Disclosure struct {
	At        time.Time           `json:"at"`
	By        string              `json:"by"`
	What      string              `json:"what"`
	Audience  string              `json:"audience"`
	Recipient string              `json:"recipient"`
	Form      string              `json:"form"`
	SHA256    string              `json:"sha256"`
	Clear     []pipeline.Category `json:"clear"` // categories that stood in it in clear
}

// ErasureNote says that something was erased, and why; never whom.
type ErasureNote struct {
	At         time.Time `json:"at"`
	By         string    `json:"by"`
	What       string    `json:"what"`
	Reason     string    `json:"reason"`
	Keys       int       `json:"keys"`
	Texts      int       `json:"texts"` // ciphertext and answers
	Recipients []string  `json:"recipients"`
}

// Retention says until when the case is kept.
type Retention struct {
	Days int        `json:"days"` // 0 is not said
	End  *time.Time `json:"end"`
}
