package pipeline

import (
	"fmt"
	"slices"
)

// Predicate says what an observation says of its subject.
type Predicate string

// ValueType is the form of an observation's value.
type ValueType string

// The value types. A Record is a map of named scalars; a List holds texts.
// FreeText is what somebody wrote without a form, in which anything may stand:
// it is of category Content or stricter, whatever it happens to say.
const (
	NoValue  ValueType = ""
	Text     ValueType = "text"
	FreeText ValueType = "free-text"
	Number   ValueType = "number"
	Bool     ValueType = "bool"
	Moment   ValueType = "time" // RFC 3339, UTC
	List     ValueType = "list"
	Record   ValueType = "record"
)

// A Relation is one row of the closed table of what can be said.
type Relation struct {
	Predicate Predicate
	Subjects  []Kind
	Objects   []Kind    // empty if the predicate has a value only
	Value     ValueType // with Objects set, it qualifies the object
	Means     string    // reads between subject and object in a sentence
	Single    bool      // a subject has one at a time: two origins that differ contradict each other
}

// Relate returns the row of a predicate.
func Relate(p Predicate) (Relation, bool) {
	r, ok := relations[p]
	return r, ok
}

// Relations returns the whole table in the order it is written.
func Relations() []Relation { return table }

// CheckRelation says why an observation does not fit the table; nil if it
// does. Sealed entities fit as their kind does.
func CheckRelation(o *Observation) error {
	r, ok := relations[o.Predicate]
	if !ok {
		return fmt.Errorf("predicate %q is not in the table of relations", o.Predicate)
	}
	if !has(r.Subjects, o.Subject.Kind) {
		return fmt.Errorf("%s can't be said of a %s", o.Predicate, o.Subject.Kind)
	}
	if o.Object == nil {
		if len(r.Objects) > 0 && !o.Denies {
			return fmt.Errorf("%s wants an object", o.Predicate)
		}
	} else if !has(r.Objects, o.Object.Kind) {
		return fmt.Errorf("%s can't have a %s as its object", o.Predicate, o.Object.Kind)
	}
	if o.Denies && o.Value == nil {
		return nil
	}
	if !r.Value.fits(o.Value, len(r.Objects) > 0) {
		return fmt.Errorf("%s wants a value of type %q, not %T", o.Predicate, r.Value, o.Value)
	}
	if r.Value == FreeText && !slices.Contains(freely, o.Category) {
		return fmt.Errorf("%s is free text, in which anything may stand: it is %s data or stricter, not %s", o.Predicate, Content, o.Category)
	}
	return nil
}

// freely are the categories that free text may have.
var freely = []Category{Content, Special, Criminal}

func (t ValueType) fits(v any, optional bool) bool {
	if v == nil {
		return optional || t == NoValue
	}
	switch v := v.(type) {
	case string:
		return t == Text || t == FreeText || t == Moment && len(v) >= len("2006-01-02T15:04:05Z") || IsToken(v) && t != NoValue
	case float64:
		return t == Number
	case bool:
		return t == Bool
	case []any:
		return t == List
	case map[string]any:
		return t == Record
	}
	return false
}

func has(ks []Kind, k Kind) bool {
	for _, x := range ks {
		if x == k {
			return true
		}
	}
	return false
}
