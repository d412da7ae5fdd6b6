package threat

import (
	"slices"

	"osint/pkg/collectors"
)

// All returns every collector of this domain, in the order in which the list of
// collectors shows them.
func All() []collectors.Entry {
	return slices.Concat([]collectors.Entry{
		// with a key
		virusTotal(), virusTotalNames(),
		otx(), otxDNS(), misp(),
		urlhaus(), threatFox(), malwareBazaar(),
		hibpBreaches(), hibpDomain(), hibpAccount(), hudsonRock(), intelX(),
		abuseIPDB(), greyNoise(), greyNoiseCommunity(),

		// lists
		spamhaus(),
		spamhausDrop(),
		feodo(),
		firehol(),
		dshield(),
		torExits(),
		torRelay(),
		openPhish(),

		// weaknesses
		kev(),
		kevMirror(),
		epss(),
		nvd(),
		osv(),
		osvCVE(),

		// files
		hashLookup(),
		cymruMHR(),

		// hidden services
		ahmia(),
		onionLookup(),
	}, dnsbls())
}
