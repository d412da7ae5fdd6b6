package all

import (
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/social"
)

// Entries returns every collector, domain by domain.
func Entries() []collectors.Entry {
	return slices.Concat(infrastructure.All(), social.All())
}
