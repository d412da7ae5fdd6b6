package main

import (
	"context"
	"slices"

	"osint/pkg/audit"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline"
)

// lookWithout looks for a credential with or without the files of the
// configuration's folder, and as if some variables were not set.
func (c *console) lookWithout(name string, files bool, variables ...string) (string, error) {
	o := secret.Options{Getenv: func(name string) string {
		if slices.Contains(variables, name) {
			return ""
		}
		return c.getenv(name)
	}}
	if files {
		o.ConfigDir = c.places(false).config
	}
	chain := secret.Open(o)
	defer chain.Close()
	f, err := chain.Lookup(context.Background(), name)
	if err != nil || len(f.Values) == 0 {
		return "", err
	}
	return f.Values[0].Reveal(), nil
}

// mayGo says why a credential may not be taken out of a place, or be replaced
// there, where left is what there would be of it: the record could not be signed
// any more, or the key store not be read.
func (c *console) mayGo(name string, left func() (string, error)) error {
	p := c.places(false)
	switch name {
	case auditKeyName:
		doubts, err := audit.Doubts(p.audit(), p.keys(), left)
		if err == nil && slices.ContainsFunc(doubts, func(d audit.Doubt) bool { return d.Key }) {
			return usage("the record is signed with that %s, and nothing could be recorded without it: write it into the key store first, or keep it in another place", name)
		}
		return err
	case caseKeysName:
		if !pipeline.Wrapped(p.keys()) {
			return nil
		}
		text, err := left()
		if err == nil {
			var key []byte
			if key, err = caseKeysKey(text); err == nil {
				err = pipeline.CheckWrap(p.keys(), key)
			}
		}
		if err != nil {
			return usage("the key store is encrypted under that %s, and nobody in a case could be read without it: keep it in another place first", name)
		}
	}
	return nil
}
