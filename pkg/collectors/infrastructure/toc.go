package infrastructure

import "osint/pkg/collectors"

// All returns every collector of infrastructure, in the order in which the
// list of collectors shows them.
func All() []collectors.Entry {
	return []collectors.Entry{
		dnsRecords(),
		dnsWords(),
		mailPolicy(),
		chainOfTrust(),
		dane(),
		daneMatch(),
		reverseNames(),
		lookalikes(),
		danglingNames(),
		originASN(),
		ripestat(),
		rpki(),
		routeViews(),
		peeringDB(),
		ipInfo(),
		internetDB(),
		cveDB(),
		rdap(),
		whoisRecords(),
		crtsh(),
		crtshDB(),
		certspotter(),
		ctShodan(),
		ctCrtName(),
		anubis(),
		thc(),
		robtex(),
		wayback(),
		commonCrawl(),
		arquivo(),
		hackerTarget(),
		rapidDNS(),
		securityTrails(),
		whoisXML(),
		whoisXMLNames(),
		mtaSTS(),
		takeoverCheck(),
		portScan(),
		tlsHandshake(),
		revocation(),
		webPages(),
		robots(),
		nameServers(),
		zoneTransfer(),
	}
}
