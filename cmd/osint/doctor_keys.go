package main

import (
	"strings"

	"osint/pkg/collectors/secret"
)

// diagnoseSecrets says which places there are to keep credentials in, and what is
// wrong with them. Vault is not asked.
func (c *console) diagnoseSecrets() diagnosis {
	chain := secret.Open(secret.Options{Getenv: c.getenv, ConfigDir: c.places(false).config})
	defer chain.Close()
	d := diagnosis{"credentials", well, "", ""}
	var there, wrong []string
	for _, s := range chain.Places() {
		switch {
		case s.Err != nil:
			wrong = append(wrong, s.Err.Error())
		case s.There:
			there = append(there, strings.TrimSpace(s.Name+" "+s.Where))
		}
	}
	d.Detail = "looked for in " + strings.Join(there, ", ")
	if len(wrong) > 0 {
		d.State, d.Detail, d.Next = warn, strings.Join(wrong, "; "), "osint keys check"
		if _, command, ok := strings.Cut(wrong[0], "run "); ok {
			d.Next = command
		}
	}
	return d
}
