package main

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"osint/pkg/compliance"
)

// policyFile is the organisation's document of this machine.
const policyFile = "/etc/osint/policy.yaml"

// approvers returns who may approve here: whom the machine's document and that of
// OSINT_POLICY name. Where both are there, both hold: an approver, and each of
// his keys, stands in both, so that who runs osint can't name himself one.
func (c *console) approvers() ([]compliance.Approver, error) {
	var docs []*compliance.Organisation
	for _, path := range []string{policyFile, c.getenv("OSINT_POLICY")} {
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && path == policyFile {
			continue
		}
		if err != nil {
			return nil, usage("OSINT_POLICY: %w", err)
		}
		o, err := compliance.ParseOrganisation(path, text)
		if err != nil {
			return nil, usage("%w", err)
		}
		docs = append(docs, o)
	}
	switch {
	case len(docs) == 0:
		return nil, nil
	case len(docs) == 1:
		return docs[0].Approvers, nil
	case docs[0].Metadata.ID != docs[1].Metadata.ID:
		return nil, usage("OSINT_POLICY is of the organisation %s, and %s of %s: one investigation is one organisation's", docs[1].Metadata.ID, policyFile, docs[0].Metadata.ID)
	}
	return inBoth(docs[0].Approvers, docs[1].Approvers), nil
}

// inBoth returns the approvers that stand in two lists, with the keys that do.
func inBoth(a, b []compliance.Approver) (out []compliance.Approver) {
	for _, x := range a {
		i := slices.IndexFunc(b, func(y compliance.Approver) bool { return y.ID == x.ID })
		if i < 0 {
			continue
		}
		x.Keys = slices.DeleteFunc(slices.Clone(x.Keys), func(k compliance.Key) bool {
			return !slices.ContainsFunc(b[i].Keys, func(other compliance.Key) bool { return other.Line() == k.Line() })
		})
		out = append(out, x)
	}
	return out
}
