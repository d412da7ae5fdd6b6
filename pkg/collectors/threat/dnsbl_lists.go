package threat

import "osint/pkg/pipeline"

// What must be on a list of addresses and what must not be (RFC 5782, 5).
const (
	listedAddress   = "2.0.0.127"
	unlistedAddress = "1.0.0.127"
)

// dnsblLists are the lists that were kept at the date of their Specs. Left out
// are those that have ended or have changed hands (SORBS, NiX Spam, LashBack),
// those that list whole providers for one customer's deeds (the second and third
// level of UCEPROTECT), and Spamhaus, which has a collector of its own.
var dnsblLists = []dnsbl{
	{id: "spamcop", name: "SpamCop", zone: "bl.spamcop.net", takes: pipeline.KindIP, what: "spam", codes: map[byte]string{2: "spam"},
		on: listedAddress, off: unlistedAddress, country: "US", terms: "https://www.spamcop.net/bl.shtml", commercial: pipeline.UnknownOK},
	{id: "psbl", name: "PSBL", zone: "psbl.surriel.com", takes: pipeline.KindIP, what: "spam", codes: map[byte]string{2: "spam"},
		on: listedAddress, off: unlistedAddress, country: "US", terms: "https://psbl.org/", commercial: pipeline.UnknownOK},
	{id: "mailspike", name: "Mailspike BL", zone: "bl.mailspike.net", takes: pipeline.KindIP, what: "spam",
		codes: map[byte]string{2: "spam", 10: "spam", 11: "spam", 12: "spam"}, // a wave of today; reputation, worst first
		on:    listedAddress, off: unlistedAddress, country: "PT", terms: "https://mailspike.org/usage.html", commercial: pipeline.Contract},
	{id: "uceprotect", name: "UCEPROTECT Level 1", zone: "dnsbl-1.uceprotect.net", takes: pipeline.KindIP, what: "spam", codes: map[byte]string{2: "spam"},
		on: listedAddress, off: unlistedAddress, country: "DE", terms: "https://www.uceprotect.net/en/index.php?m=6&s=0", commercial: pipeline.UnknownOK},
	{id: "dronebl", name: "DroneBL", zone: "dnsbl.dronebl.org", takes: pipeline.KindIP, v6: true, what: "exploited", codes: droneCodes,
		on: listedAddress, off: unlistedAddress, country: "US", terms: "https://dronebl.org/docs/howtouse", commercial: pipeline.Yes},
	{id: "blocklist-de", name: "blocklist.de", zone: "bl.blocklist.de", takes: pipeline.KindIP, what: "scanner", codes: attackCodes(),
		on: listedAddress, off: unlistedAddress, country: "DE", terms: "https://www.blocklist.de/en/api.html", commercial: pipeline.UnknownOK},
	{id: "s5h", name: "s5h.net", zone: "all.s5h.net", takes: pipeline.KindIP, v6: true, what: "spam", codes: map[byte]string{2: "spam"},
		on: listedAddress, off: unlistedAddress, country: "GB", terms: "https://www.usenix.org.uk/content/rbl.html", commercial: pipeline.UnknownOK},
	{id: "barracuda", name: "Barracuda", zone: "b.barracudacentral.org", takes: pipeline.KindIP, what: "spam", codes: map[byte]string{2: "spam"},
		on: listedAddress, off: unlistedAddress, country: "US", terms: "https://www.barracudacentral.org/rbl/how-to-use", commercial: pipeline.UnknownOK, onRequest: true},
	{id: "surbl", name: "SURBL", zone: "multi.surbl.org", takes: pipeline.KindDomain, what: "spam",
		bits: map[byte]string{8: "phishing", 16: "malware", 64: "spam", 128: "exploited"}, errors: []byte{1},
		on: "surbl-org-permanent-test-point.com", off: "invalid", country: "US", terms: "https://surbl.org/usage-policy", commercial: pipeline.Contract},
	{id: "uribl", name: "URIBL", zone: "multi.uribl.com", takes: pipeline.KindDomain, what: "spam",
		bits: map[byte]string{2: "spam", 4: "policy", 8: "suspicious"}, errors: []byte{1, 255}, // grey is mail in bulk that was asked for, or not
		on: "test.uribl.com", off: "invalid", country: "US", terms: "https://uribl.com/usage.shtml", commercial: pipeline.Contract},
}

// droneCodes are the classes of DroneBL; 2 is its trial.
var droneCodes = map[byte]string{
	3: "exploited", 5: "exploited", 6: "exploited", 7: "exploited", // drones: IRC, bottlers, unknown, DDoS
	8: "exploited", 9: "exploited", 10: "exploited", 11: "exploited", 14: "exploited", // open proxies
	12: "exploited", 13: "scanner", 15: "exploited", 16: "exploited", 17: "exploited", // resolvers, guesses of passwords, routers, worms, bots
	18: "suspicious", 19: "suspicious", 255: "suspicious", // misused DNS and mail, VPN, unknown
}

// attackCodes are the services that blocklist.de's reporters saw attacked, from
// mail to content managers.
func attackCodes() map[byte]string {
	codes := map[byte]string{}
	for code := byte(2); code <= 22; code++ {
		codes[code] = "scanner"
	}
	return codes
}
