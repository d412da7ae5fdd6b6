package threat

import (
	"slices"

	"osint/pkg/collectors"
)

// All returns every collector of this domain, in the order in which the list of
// collectors shows them.
func All() []collectors.Entry {
	return []collectors.Entry{
		// with a key
		virusTotal(), virusTotalNames(),
		otx(), otxDNS(), misp(),
		urlhaus(), threatFox(), malwareBazaar(),
		hibpBreaches(), hibpDomain(), hibpAccount(), hudsonRock(), intelX(),
		abuseIPDB(), greyNoise(), greyNoiseCommunity(),
		spamhaus(),
		spamhausDrop(),
		feodo(),
		firehol(),
		dshield(),
		torExits(),
		torRelay(),
		openPhish(),

		kev(),
		kevMirror(),
		epss(),
		nvd(),

		hashLookup(),
		cymruMHR(),

		ahmia(),
		onionLookup(),
	}
	return slices.Concat(
		[]collectors.Entry{},
		dnsbls(),
	)
}
