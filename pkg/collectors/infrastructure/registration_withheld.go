package infrastructure

import (
	"strings"
	"unicode"
)

// markers stand in place of data that a registry or registrar keeps back, or
// name a service that registers in place of its customer. Letters and digits
// only, lower case.
var markers = []string{
	"redacted", "gdprmasked", "statutorymasking", "dataprotected", "protecteddata", "notdisclosed",
	"registrationprivate", "privateregistration", "privateperson", "domainsbyproxy", "withheldforprivacy", "withheldforgdpr",
	"contactprivacy", "whoisguard", "whoisprivacy", "perfectprivacy", "identityprotection", "identityprotect",
	"superprivacy", "privacyguardian", "privacyprotect", "privacyservice", "proxyprotection", "domainprivacy",
	"rddsservice", "requestemailform", "hiddenupon", "maskedby",
}

// blanks are what is written where there is nothing to write.
var blanks = map[string]bool{"": true, "na": true, "none": true, "null": true, "private": true, "privacy": true,
	"unknown": true, "notapplicable": true, "notavailable": true, "notprovided": true, "notapplicablena": true}

// withheld reports whether a text stands in place of data rather than for
// somebody. An address on the web where an e-mail address is due is a form.
func withheld(s string) bool {
	if strings.Contains(s, "://") {
		return true
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
	if blanks[plain] {
		return true
	}
	for _, m := range markers {
		if strings.Contains(plain, m) {
			return true
		}
	}
	return false
}
