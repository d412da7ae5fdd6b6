package main

import (
	"github.com/spf13/cobra"
)

// newAudit is the shelf of what is done with the record.
func newAudit(c *console) *cobra.Command {
	return shelf("audit", groupAnswer, "The record of every act: verify it, ship it, read it, keep its keys",
		"  osint audit verify\n  osint audit status\n  osint audit key rotate --reason 'the yearly one'",
		auditVerify(c), auditLog(c), auditCheckpoint(c), auditShip(c), auditMigrate(c), auditStatus(c), auditRecover(c), auditKey(c), auditAccept(c))
}
