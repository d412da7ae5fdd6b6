package technical

import "osint/pkg/collectors"

// All returns every collector of this domain, in the order in which the list of
// collectors shows them.
func All() []collectors.Entry {
	return []collectors.Entry{
		gitHubOrg(),
		gitHubRepo(),
		secretScan(),
	}
}
