package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Grade is an Admiralty grade: how reliable the source, how credible the
// information. "own" is our own live measurement.
type Grade string

// Own is the grade of what we measured ourselves.
const Own Grade = "own"

// Valid reports whether g is a letter A–F and a digit 1–6, or Own.
func (g Grade) Valid() bool {
	return g == Own || len(g) == 2 && g[0] >= 'A' && g[0] <= 'F' && g[1] >= '1' && g[1] <= '6'
}

// An Observation is one thing one collector saw about one entity.
//
// Denies turns it round: the source says that there is no such thing ("no SPF
// record"). Silence is not an observation.
type Observation struct {
	ID        string       `json:"id"`        // digest of what it says: see [Observation.Digest]
	Collector string       `json:"collector"` //
	Source    string       `json:"source"`    // whom we asked
	Origin    string       `json:"origin"`    // whose knowledge it originally is
	Subject   Entity       `json:"subject"`
	Predicate Predicate    `json:"predicate"`
	Object    *Entity      `json:"object,omitempty"` // the other entity, if the predicate relates two
	Value     any          `json:"value,omitempty"`  // see [Normal]; qualifies the object if there is one
	Denies    bool         `json:"denies,omitempty"`
	Category  Category     `json:"category"`
	Grade     Grade        `json:"grade"`
	At        time.Time    `json:"at"` // when it was true by its source's word; when we saw it if the source is silent
	Asked     Entity       `json:"asked"`
	Exchanges []ExchangeID `json:"exchanges"`

	askers []Entity // every entity that was asked when it was seen, in a fold
}

// Digest returns the ID of what o says: collector and origin in; time, grade,
// exchanges and who was asked out.
func (o *Observation) Digest() string {
	v, _ := json.Marshal(o.Value) // keys of maps come sorted; a Normal value always encodes
	h := sha256.New()
	for _, s := range []string{o.Collector, o.Origin, o.Subject.String(), string(o.Predicate), objectText(o.Object), string(v)} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	if o.Denies {
		h.Write([]byte{1})
	}
	return "o" + hex.EncodeToString(h.Sum(nil)[:10])
}

func objectText(e *Entity) string {
	if e == nil {
		return ""
	}
	return e.String()
}

// Normal brings a value into the one form it has live and replayed: nil,
// string, bool, float64, []any or map[string]any of these; a time.Time
// becomes RFC 3339 in UTC. It fails on what JSON can't say.
func Normal(v any) (any, error) {
	switch x := v.(type) {
	case nil, string, bool, float64:
		return x, nil
	case int:
		return float64(x), nil
	case time.Time:
		return x.UTC().Format(time.RFC3339), nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	err = json.Unmarshal(b, &out)
	return out, err
}
