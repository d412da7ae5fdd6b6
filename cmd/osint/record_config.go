package main

import "osint/pkg/audit"

// recordChange puts a change of configuration on record. The values are as the
// file has them: none that holds a secret is taken.
func (c *console) recordChange(path, key, old, value string) error {
	operation := "set"
	if value == "" {
		operation = "unset"
	}
	return c.append(audit.Act{Type: audit.Config, Body: audit.Body{"component": "config", "operation": operation,
		"path": shortPath(path) + ": " + key, "old": old, "new": value}})
}
