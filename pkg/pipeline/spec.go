package pipeline

import "time"

// Mode says who can notice that we ask. The zero Mode is invalid.
type Mode string

// The modes.
const (
	Passive Mode = "passive" // a third party's archive answers
	Relayed Mode = "relayed" // a resolver or registry carries the question on
	Active  Mode = "active"  // the subject itself can see us
)

// Domain is the shelf a collector stands on.
type Domain string

// The domains.
const (
	Infrastructure Domain = "infrastructure"
	Threat         Domain = "threat"
	Social         Domain = "social"
	Corporate      Domain = "corporate"
	TechnicalCode  Domain = "technical"
)

// Domains returns every domain, in the order of the constants.
func Domains() []Domain {
	return []Domain{Infrastructure, Threat, Social, Corporate, TechnicalCode}
}

// A Spec says everything about a collector that is known before it runs:
// enough to plan it, refuse it, price it and document it.
type Spec struct {
	Name     string // unique, lower case, hyphens: "ct-crtsh"
	Title    string // one line
	Domain   Domain
	Consumes []Kind
	Produces []Predicate   // every predicate it may emit
	Emits    []Category    // every data category it may emit
	Mode     Mode          //
	Source   Source        //
	Sends    []Kind        // kinds of identifier that leave this machine
	Grade    Grade         // Admiralty grade of its observations unless they say otherwise
	Origin   string        // whose knowledge it originally is, unless an observation says otherwise
	Ceiling  Ceiling       // for one entity
	Timeout  time.Duration // for one task; zero means 30 s
	Keys     []string      // names of the credentials it needs, all of them: "SHODAN_API_KEY"
	MayUse   []string      // names of credentials that it does better with
	Context  bool          // may also be asked about context entities (never when Active)
	Onions   Onions        // whether it knows hidden services of Tor; "" is that it does not
	Special  Extent        // how far its answers reveal special categories of data; with Special among Emits only

	// StandsInFor names a collector of the same family: this one runs on a
	// subject only after that one ended there without an answer.
	StandsInFor string

	// OnRequest names the flag that asks for the collector, such as
	// "--wordlist": it runs only where the job asks for it, by that flag or by
	// its name. "" runs unasked.
	OnRequest string

	// Derive makes the redacted derivative of an answer that may only be kept
	// derived; nil means there is none.
	Derive func(body []byte) ([]byte, error) `json:"-"`
}

// Onions says whether a collector knows hidden services of Tor.
type Onions string

// The ways of knowing them. The zero Onions is not at all.
const (
	OnionsToo  Onions = "too"  // beside names of DNS
	OnionsOnly Onions = "only" // and no names of DNS
)

// Ceiling bounds what one task may use.
type Ceiling struct {
	Requests int     // exchanges
	Names    int     // that sweeps may try; a sweep is one exchange
	Bytes    int64   // of answers, together; zero means 32 MiB
	CostUSD  float64 //
}

// Source is whom a collector asks, and on what terms.
type Source struct {
	Name       string        `json:"name"`                // what --endpoint takes: "crt.sh"
	Family     string        `json:"family"`              // sources of one family stand in for each other
	Base       string        `json:"base,omitempty"`      // base URL, or host:port
	BaseFrom   string        `json:"base_from,omitempty"` // environment variable that names another base; without Base, the only one
	Country    string        `json:"country"`             // ISO 3166-1 of the endpoint; "" where the subject or the operator decides
	Terms      string        `json:"terms,omitempty"`     // where its terms stand
	Commercial Permission    `json:"commercial"`          // may it be used commercially
	Verified   string        `json:"verified"`            // date its contract was last checked, 2006-01-02
	State      SourceState   `json:"state,omitempty"`     // "" is alive
	Note       string        `json:"note,omitempty"`      // why it is in that state
	Interval   time.Duration `json:"interval_ns"`         // at most one request in this time, over the whole machine; zero is unpaced
	Slots      int           `json:"slots"`               // tasks at once; zero means 2
	Daily      int           `json:"daily,omitempty"`     // requests a day, with one key; zero is no limit
	Monthly    int           `json:"monthly,omitempty"`   // requests a month, with one key; zero is no limit
	TTL        time.Duration `json:"ttl_ns,omitempty"`    // how long an answer may be served from cache
	PriceUSD   float64       `json:"price_usd,omitempty"` // of one request
	Class      SourceClass   `json:"class,omitempty"`     // what sort of publication it is; "" is a technical one, which is about no person
	Access     Access        `json:"access,omitempty"`    // who else may read it; "" is open
	Published  bool          `json:"published,omitempty"` // what it says of a person, that person made public there, for everybody
	DPF        bool          `json:"dpf,omitempty"`       // its operator is on the list of the EU-US Data Privacy Framework
	UKBridge   bool          `json:"uk_bridge,omitempty"` // and takes part in its UK extension
}

// SourceState says whether a source is there, as far as is known before it is
// asked. The zero SourceState is alive.
type SourceState string

// The states.
const (
	Degraded SourceState = "degraded" // it answers, and not always
	Dead     SourceState = "dead"     // nobody answers there any more, or nobody may ask: it is not asked
)

// SourceClass says what sort of publication a source is, in the words that
// data protection law makes a difference by.
type SourceClass string

// The classes of sources.
const (
	PublicRegister     SourceClass = "public-register"     // kept by law or by a registry, and open by its rules
	BusinessDirectory  SourceClass = "business-directory"  // who works where, published for being reached at work
	TelephoneDirectory SourceClass = "telephone-directory" //
	CourtRecord        SourceClass = "court-record"        //
	Publication        SourceClass = "publication"         // a magazine, book, newspaper, or page in which the person speaks
	Media              SourceClass = "media"               // widely distributed media about the person
	SocialMedia        SourceClass = "social"              // profiles and posts
	BreachIndex        SourceClass = "breach-index"        // tells of exposures, not what was exposed
	Commercial         SourceClass = "commercial"          // a vendor's compilation
)

// SourceClasses returns every class, in the order of the constants.
func SourceClasses() []SourceClass {
	return []SourceClass{PublicRegister, BusinessDirectory, TelephoneDirectory, CourtRecord, Publication, Media, SocialMedia, BreachIndex, Commercial}
}

// Access says who else may read what a source says.
type Access string

// The ways of access.
const (
	AccessOpen       Access = "open"        // anybody
	AccessLicensed   Access = "licensed"    // whoever pays or is admitted
	AccessLogin      Access = "login"       // an audience that the person chose: behind a login
	AccessBreachDump Access = "breach-dump" // taken from a controller without its leave
)

// Extent says how far answers reveal special categories of data.
type Extent string

// The extents. The zero Extent is none.
const (
	Incidental Extent = "incidental" // it may stand in them
	Primary    Extent = "primary"    // it is what they are about
)

// Permission is a source's answer to "may I".
type Permission string

// The permissions.
const (
	Yes       Permission = "yes"
	No        Permission = "no"
	Contract  Permission = "contract" // only on a paid plan
	UnknownOK Permission = "unstated" // its terms do not say
)
