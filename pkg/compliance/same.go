package compliance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Same says how two documents can't both hold; nil if they can: they are one
// organisation's and say the same, but for the ceiling. Each has one of its
// own, and a policy goes under both.
func (o *Organisation) Same(other *Organisation) error {
	if a, b := o.Metadata.ID, other.Metadata.ID; a != b {
		return fmt.Errorf("%s is the document of %s, and %s that of %s: both hold here, so take one of them away", o.File, a, other.File, b)
	}
	a, b := o.says(), other.says()
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		if !bytes.Equal(a[k], b[k]) {
			return fmt.Errorf("%s and %s are both documents of %s, and differ in %s: both hold here, and may differ in their ceilings alone",
				o.File, other.File, o.Metadata.ID, k)
		}
	}
	return nil
}

// says returns what a document says beside its ceiling, by the names of the
// keys, as deep as an error should name them.
func (o *Organisation) says() map[string]json.RawMessage {
	n := *o
	n.Ceiling, n.Metadata = Ceiling{}, OrganisationData{}
	out := map[string]json.RawMessage{}
	for _, x := range []struct {
		under string
		value any
	}{{"organisation.", n.Body}, {"defaults.", n.Defaults}, {"retention.", n.Retention}} {
		for k, v := range keysOf(x.value) {
			out[x.under+k] = v
		}
	}
	out["frameworks"], out["approvers"] = encode(n.Frameworks), encode(n.Approvers)
	return out
}

func keysOf(document any) (keys map[string]json.RawMessage) {
	_ = json.Unmarshal(encode(document), &keys) // it is what was encoded
	return keys
}
