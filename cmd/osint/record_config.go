package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"

	"osint/pkg/audit"
)

// recordChange puts a change of configuration on record.
func (c *console) recordChange(path, key, old, value string) error {
	operation := "set"
	if value == "" {
		operation = "unset"
	}
	l, err := c.ledger(c.places(true), "")
	if err != nil {
		return err
	}
	defer l.Close()
	_, err = l.Append(audit.Act{Type: audit.Config, Body: audit.Body{"component": "config", "operation": operation,
		"path": shortPath(path) + ": " + key, "old": withoutSecret(old), "new": withoutSecret(value)}})
	return err
}

// withoutSecret is a value for the record: of one that holds a password, the
// digest.
func withoutSecret(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.User == nil {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	return "sha256:" + hex.EncodeToString(sum[:])
}
