package main

import (
	"context"
	"errors"

	"osint/pkg/audit"
)

// auditKeyName names the credential that is the key which signs the record, where
// that has no file in the key store: what the file would hold.
const auditKeyName = "OSINT_AUDIT_KEY"

// signingKey looks for the key that signs the record where credentials lie.
func (c *console) signingKey() audit.KeySource {
	return func() (string, error) { return c.reveal(context.Background(), auditKeyName) }
}

// signingKeyHere is signingKey for whoever contacts nobody: that Vault might have
// the key and was not asked is noted, and an error.
func (c *console) signingKeyHere(unasked *bool) audit.KeySource {
	return func() (string, error) {
		key, err := c.lookWithout(auditKeyName, true, "VAULT_ADDR")
		if key == "" && err == nil && c.getenv("VAULT_ADDR") != "" {
			*unasked, err = true, errors.New("Vault may have it, and is not asked here")
		}
		return key, err
	}
}
