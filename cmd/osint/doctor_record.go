package main

import (
	"errors"
	"path/filepath"
	"slices"

	"osint/pkg/audit"
)

// diagnoseRecord looks whether the record can be written: nothing is done that
// is not on record. That it is true, osint audit verify proves.
func (c *console) diagnoseRecord(p places) diagnosis {
	path := filepath.Join(p.audit(), audit.File)
	d := diagnosis{"record", well, path, ""}
	unasked := false
	doubts, err := audit.Doubts(p.audit(), p.keys(), c.signingKeyHere(&unasked))
	if err == nil && len(doubts) == 0 {
		_, err = audit.Look(p.audit())
	}
	switch {
	case len(doubts) > 0:
		worst := doubts[max(0, slices.IndexFunc(doubts, func(x audit.Doubt) bool { return x.Stops }))]
		d.State, d.Detail, d.Next = warn, worst.What, worst.Next
		switch {
		case unasked && worst.Key: // Vault may have it
			d.Next = "osint audit status"
		case worst.Stops:
			d.State = fail
		}
	case errors.Is(err, audit.ErrAbsent):
		d.Detail += " (made by the first run)"
	case err != nil:
		d.State, d.Detail, d.Next = fail, err.Error(), "osint audit verify"
	}
	return d
}
