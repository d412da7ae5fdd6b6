package all

import (
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/social"
	"osint/pkg/collectors/technical"
	"osint/pkg/collectors/threat"
)

// Entries returns every collector, domain by domain.
func Entries() []collectors.Entry {
	return slices.Concat(infrastructure.All(), threat.All(), social.All(), technical.All())
}
