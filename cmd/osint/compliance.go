package main

import "github.com/spf13/cobra"

// newCompliance holds what is about law and the organisation's own rules.
func newCompliance(c *console) *cobra.Command {
	return shelf("compliance", groupAnswer, "The law that is asked before anything about people is",
		"  osint compliance check example.com\n  osint compliance frameworks\n  osint compliance approve CASE\n  osint compliance suppress list\n"+
			"  osint compliance assess CASE\n  osint compliance paper notice CASE",
		newCheck(c), newFrameworks(c), newApprove(c), newSuppress(c), newAssess(c), newPaper(c))
}
