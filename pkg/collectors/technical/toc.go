package technical

import (
	"slices"

	"osint/pkg/collectors"
)

// All returns every collector of this domain, in the order in which the list of
// collectors shows them.
func All() []collectors.Entry {
	return slices.Concat([]collectors.Entry{
		gitHubOrg(),
		gitHubRepo(),
		secretScan(),
		secretScanGitLab(),
		gitHubCode(),
		gitLabGroup(),
		gitLabRepo(),
		scorecard(),
		depsDev(),
		npm(),
		pyPI(),
		crates(),
		goProxy(),
		dockerHub(),
		stackExchange(),
		etherscan(),
	}, esplora())
}
