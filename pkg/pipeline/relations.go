package pipeline

var (
	names    = []Kind{KindDomain, KindHost}
	webs     = []Kind{KindDomain, KindHost, KindURL}
	holders  = []Kind{KindOrganization, KindPerson}
	numbers  = []Kind{KindIP, KindNetblock, KindASN}
	contacts = []Kind{KindEmail, KindPhone, KindPerson, KindOrganization, KindURL}
	selves   = []Kind{KindPerson, KindEmail, KindAccount} // by which a person is known
	hosts    = []Kind{KindDomain, KindHost, KindIP}
	machines = []Kind{KindDomain, KindHost, KindIP, KindURL, KindService}                                                      // on which something runs
	suspects = []Kind{KindDomain, KindHost, KindIP, KindNetblock, KindASN, KindURL, KindFileHash, KindCertificate, KindWallet} // that somebody may list
	exposed  = []Kind{KindDomain, KindHost, KindEmail, KindAccount, KindIP, KindOrganization}                                  // that a breach may name
	makers   = []Kind{KindDomain, KindOrganization}                                                                            // that publish code
)

// table is the closed set of relations. A new predicate is a row here and a
// name in a Spec's Produces; the conformance test holds the two together.
//
// A text of somebody else's is [FreeText], and sealed, where a person wrote it of
// himself or of others without a form. These are Text, in clear but for the
// mailboxes and numbers of people, which the gate masks:
//
//   - txt-record, spf-record and the like: written for machines, in a zone that
//     anybody may ask. Anything can stand in a TXT record, and hardly anything of
//     a person does; rules read them.
//   - page-title: one line by which a server names itself to everybody who comes.
//     The page below it is never told.
//   - disallows-path, lists-folder: paths of a server. One with a mailbox in it is
//     masked; a name alone can't be told from a word.
//   - network-name: a registry's handle of a block, one word. What is more than a
//     word is no such name, and collectors leave it out.
//   - has-contact of a security.txt: entities, sealed where they are a person's;
//     of the file itself only counts, dates and links over HTTPS are told.
var table = []Relation{
	// DNS
	{"in-dns", names, nil, NoValue, "exists in DNS", true}, // said only to deny it: NXDOMAIN from the zone above
	{"resolves-to", names, []Kind{KindIP}, NoValue, "resolves to", false},
	{"alias-of", names, names, NoValue, "is an alias of", false},
	{"delegated-to", names, names, NoValue, "is served by the name server", false},
	{"mail-handled-by", names, names, Number, "has its mail handled by", false}, // preference
	{"refuses-mail", names, nil, Bool, "refuses all mail", true},
	{"zone-primary", names, names, NoValue, "has the primary name server", true},
	{"zone-contact", names, []Kind{KindEmail}, NoValue, "has the zone contact", false},
	{"zone-serial", names, nil, Number, "has the zone serial", false},
	{"txt-record", names, nil, Text, "publishes the text", false},
	{"verification-token", names, nil, Text, "holds a verification token of", false}, // vendor
	{"caa-record", names, nil, Record, "authorises for certificates", false},         // flags, tag, value
	{"srv-record", names, nil, Record, "offers the service", false},                  // service, target, port, priority, weight
	{"served-by", names, names, Text, "has a service at", false},                     // service label
	{"https-record", names, nil, Record, "offers HTTPS by", false},                   // priority, target, params
	{"dnssec-signed", names, nil, Bool, "is signed", true},                           // DS at the parent
	{"has-name", []Kind{KindDomain}, names, Record, "has the name below it", false},  // optional: issuer, not_before, not_after, serial; first, last (seen)
	{"reverse-name", []Kind{KindIP}, names, NoValue, "has the reverse name", false},

	// name servers, asked themselves
	{"serves-zone", names, names, Record, "is served with authority by", false},              // address, over ("udp tcp"), serial, set (names); Denies: lame; address, reason, dangling
	{"parent-delegation", names, nil, Record, "is delegated by its parent as", false},        // by (zone), set (names)
	{"open-recursion", names, names, Record, "shares a name server with anybody, at", false}, // address; Denies: refused
	{"zone-transfer", names, names, Record, "is handed out whole to anybody by", false},      // address, records, whole; Denies: address, reason

	// names found by trying them
	{"words-tried", names, nil, Record, "was searched with the word list", false},          // list, sha256, tried, found, absent, wildcard, lost, unclear, unasked, untold
	{"answers-any-name", names, nil, Record, "answers for any name right below it", false}, // type, with: a wildcard

	// mail policy
	{"spf-record", names, nil, Text, "publishes the SPF record", false},
	{"spf-policy", names, nil, Record, "has the SPF policy", true}, // all, lookups, void, records, ptr, redirect, error, unfollowed
	{"authorises-sender", names, names, NoValue, "lets send mail in its name", false},
	{"dmarc-record", names, nil, Text, "publishes the DMARC record", false},
	{"dmarc-policy", names, nil, Record, "has the DMARC policy", true}, // p, sp, np, t, adkim, aspf, from, rua (count), refused (list)
	{"dmarc-reports-to", names, []Kind{KindEmail}, NoValue, "sends DMARC reports to", false},
	{"dkim-key", names, nil, Record, "publishes the DKIM key", false}, // selector, type, bits, testing, hash, revoked
	{"tls-rpt-record", names, nil, Text, "publishes the TLS-RPT record", false},
	{"mta-sts-record", names, nil, Text, "publishes the MTA-STS record", false},

	// DNSSEC and DANE
	{"dnssec-state", names, nil, Text, "is, by the chain of trust,", true},      // secure, insecure, bogus
	{"dnssec-end", names, nil, Record, "has a chain of trust that ends", true},  // zone, reason, resolver: what it says of it
	{"dnssec-key", names, nil, Record, "publishes the zone key", false},         // tag, algorithm, name (of it), bits, flags
	{"dnssec-ds", names, nil, Record, "is vouched for by the DS record", false}, // tag, algorithm, digest (type), matches (a key)
	{"dnssec-denial", names, nil, Record, "hashes what it denies with", true},   // NSEC3: iterations, salt
	{"dnssec-expires", names, nil, Moment, "has signatures until", true},        // the first to end
	{"dnssec-removal", names, nil, Bool, "asks for its DS record to go", true},  // CDS
	{"tlsa-record", names, nil, Record, "pins the certificate", false},          // host, port, usage, selector, matching, data, usable, why (not), state (of its zone)
	{"dane-match", names, nil, Record, "serves, where one is pinned,", false},   // host, port, matches, records (usable ones), reason

	// registration
	{"registered-by", []Kind{KindDomain}, []Kind{KindOrganization}, Text, "is registered through", false}, // IANA id
	{"registered-to", []Kind{KindDomain}, holders, NoValue, "is registered to", false},
	{"registrant-country", []Kind{KindDomain}, nil, Text, "is registered to somebody in", false}, // ISO 3166-1
	{"registered-at", []Kind{KindDomain}, nil, Moment, "was registered at", true},
	{"expires-at", []Kind{KindDomain}, nil, Moment, "expires at", true},
	{"changed-at", []Kind{KindDomain}, nil, Moment, "was last changed at", false},
	{"registry-status", []Kind{KindDomain, KindIP, KindNetblock, KindASN}, nil, Text, "has the registry status", false}, // EPP, spaced lower case
	{"delegation-signed", []Kind{KindDomain}, nil, Bool, "has a signed delegation", true},
	{"registration", []Kind{KindDomain, KindIP, KindASN}, nil, Text, "is registered", false},                     // handle; Denies: not registered
	{"has-contact", []Kind{KindDomain, KindIP, KindNetblock, KindASN}, contacts, Text, "has the contact", false}, // role
	{"held-by", numbers, holders, NoValue, "is held by", false},
	{"network-name", numbers, nil, Text, "is named", false},
	{"registered-in", numbers, nil, Text, "is registered in the country", false},
	{"part-of", []Kind{KindIP, KindNetblock}, []Kind{KindNetblock}, Text, "is part of", false}, // registry or route
	{"announced-by", []Kind{KindIP, KindNetblock}, []Kind{KindASN}, NoValue, "is announced by", false},

	// names that lead to nothing
	{"uses-service", names, names, Record, "is served below the name", false},                          // service, sign (name or page), claim, as_of (date of both)
	{"dangling-alias", names, names, Record, "is an alias of what does not exist:", false},             // service, claim, own, free; Denies: its alias leads somewhere
	{"dangling-mail", names, names, Record, "has in its mail policy what does not exist:", false},      // as (mx or spf), own, free; Denies: all there is leads somewhere
	{"unclaimed-page", names, nil, Record, "shows the page of a service for names nobody uses", false}, // service, claim, url, status, text; Denies: shows another

	// MTA-STS
	{"mta-sts-policy", names, nil, Record, "has the MTA-STS policy", true}, // id, valid, reason, mode, max_age, mx (list), unmatched (list); Denies: none to be had

	// TLS
	{"listens-on", []Kind{KindDomain, KindHost, KindIP}, []Kind{KindService}, NoValue, "answers at", false},
	{"presents-certificate", names, []Kind{KindCertificate}, NoValue, "presents the certificate", false},
	{"certified-for", []Kind{KindCertificate}, names, Text, "is valid for the name", false}, // "wildcard": for those right below it
	{"issued-by", []Kind{KindCertificate}, []Kind{KindOrganization}, NoValue, "was issued by", false},
	{"valid-from", []Kind{KindCertificate}, nil, Moment, "is valid from", true},
	{"valid-until", []Kind{KindCertificate}, nil, Moment, "is valid until", true},
	{"certificate-key", []Kind{KindCertificate}, nil, Record, "has the key", true}, // type, bits
	{"signature-algorithm", []Kind{KindCertificate}, nil, Text, "is signed with", true},
	{"certificate-check", names, nil, Record, "serves a certificate that", true}, // trusted, name_match, self_signed, expired, not_after, not_before, chain (length), reason, key_type, key_bits, signature, weak_chain
	{"tls-version", names, nil, Text, "accepts", false},                          // "TLS 1.2"; Denies: refused
	{"tls-cipher", names, nil, Text, "accepts the weak cipher suite", false},     // Denies: "weak" suites refused

	// web
	{"serves-url", names, []Kind{KindURL}, Number, "serves", false}, // HTTP status
	{"redirects-to", webs, []Kind{KindURL}, NoValue, "redirects to", false},
	{"https-redirect", names, nil, Bool, "sends plain HTTP to HTTPS", true},
	{"http-header", webs, nil, Record, "sends the header", false}, // name, value
	{"lacks-header", webs, nil, Text, "does not send the header", false},
	{"sets-cookie", webs, nil, Record, "sets the cookie", false}, // name, secure, httponly, samesite
	{"page-title", webs, nil, Text, "has the title", false},
	{"runs", machines, []Kind{KindTechnology}, Record, "runs", false},    // category, seen (where)
	{"security-txt", names, nil, Record, "publishes security.txt", true}, // contact, expires, valid, reason

	// what pages show, icons, robots.txt, key exchange
	{"tls-key-exchange", names, nil, Text, "agrees to the key exchange", true},          // "X25519MLKEM768", where hybrid ones were offered first
	{"third-party-script", webs, nil, Record, "loads scripts from", false},              // host, scripts, unprotected (numbers)
	{"lists-folder", webs, nil, Text, "shows strangers what lies in the folder", false}, // path
	{"shows-icon", webs, []Kind{KindFileHash}, Record, "shows the icon", false},         // url, type, bytes, mmh3, md5; Denies: none
	{"robots-txt", names, nil, Record, "publishes robots.txt", true},                    // front (any crawler may read the front page), agents, rules, whole; Denies: none
	{"disallows-path", names, nil, Text, "keeps crawlers out of", false},
	{"has-sitemap", names, []Kind{KindURL}, NoValue, "has the sitemap", false},

	// people, by what they say of themselves; a value that qualifies an object is
	// never sealed, so that it is a word of ours
	{"has-account", selves, []Kind{KindAccount}, Text, "has the account", false},    // stated, verified (the source had them log in), proven (signed at both ends)
	{"holds-name", selves, names, Text, "has proven to hold", false},                // dns, web: where the proof stands
	{"has-page", selves, nil, Text, "is shown on the page", false},                  // URL: a text, since it names its owner
	{"links-to", selves, nil, Text, "points at the page", false},                    // URL, likewise
	{"goes-by", selves, holders, NoValue, "goes by the name", false},                //
	{"works-for", selves, []Kind{KindOrganization}, NoValue, "works for", false},    //
	{"has-role", selves, nil, Text, "has the role", false},                          // job title
	{"located-at", selves, nil, Text, "says to be at", false},                       // a place, as typed
	{"describes-itself", selves, nil, FreeText, "describes itself in words", false}, //

	// what archives and passive DNS have kept
	{"resolved-to", names, []Kind{KindIP}, Record, "has been seen to resolve to", false},  // first, last (RFC 3339), count, type
	{"archived-page", webs, []Kind{KindURL}, Record, "has in an archive the page", false}, // first, last, status, type; the query is cut off
	{"archived", names, nil, Record, "is in the archive", false},                          // archive, pages, first, last, whole
	{"scanned-as", hosts, nil, Record, "was looked at by a public scanner as", false},     // url (of the scan), at, ip, server, status, title, malicious

	// networks
	{"announces", []Kind{KindASN}, []Kind{KindNetblock}, Record, "announces", false},                         // first, last
	{"neighbour-of", []Kind{KindASN}, []Kind{KindASN}, Record, "exchanges routes with", false},               // side (left: towards the core, right), power
	{"peers-at", []Kind{KindASN}, nil, Record, "is present at", false},                                       // exchange, city, country, speed_mbps
	{"network-facts", []Kind{KindASN}, nil, Record, "is described as", false},                                // type, scope, policy, traffic, prefixes_v4, prefixes_v6
	{"route-validity", []Kind{KindIP, KindNetblock}, nil, Record, "has a route whose origin is", false},      // prefix, asn, state (valid, invalid-asn, invalid-length, invalid, not-found), roas
	{"route-visibility", []Kind{KindIP, KindNetblock, KindASN}, nil, Record, "is seen in routing by", false}, // seen, of (peers), first, last
	{"geolocated-in", []Kind{KindIP, KindNetblock}, nil, Record, "is by an estimate in", false},              // country, region, city, by
	{"used-as", []Kind{KindIP, KindNetblock}, nil, Record, "is used as", false},                              // kind (hosting, cdn, vpn, proxy, tor, mobile, residential, crawler, scanner), by, name

	// services and weaknesses; of a version, unless verified is true
	{"service-banner", []Kind{KindService}, nil, Record, "answers as", false},                                                                           // protocol, product, version, banner (one line), industrial, seen
	{"has-vulnerability", append([]Kind{KindTechnology, KindRepository}, machines...), []Kind{KindVulnerability}, Record, "is reported to have", false}, // verified, basis (version, probe), product, cvss, epss
	{"exploited", []Kind{KindVulnerability}, nil, Record, "is known to be exploited", true},                                                             // added, due, ransomware, vendor, product; Denies: not in the catalogue
	{"exploit-probability", []Kind{KindVulnerability}, nil, Record, "is exploited within 30 days with the probability", true},                           // epss, percentile, date, model
	{"severity-score", []Kind{KindVulnerability}, nil, Record, "is scored", false},                                                                      // version, score, severity, vector, by
	{"vulnerability-facts", []Kind{KindVulnerability}, nil, Record, "is described as", false},                                                           // status, published, changed, cwe, summary
	{"affects", []Kind{KindVulnerability}, []Kind{KindTechnology}, Record, "affects", false},                                                            // ecosystem, fixed, introduced, advisory
	{"exposes-data", hosts, nil, Record, "shows strangers data by", false},                                                                              // plugin (how it was seen), what (data, code, secrets, other), severity, rows, files, size, at; never the data
	{"tls-grade", hosts, nil, Record, "is graded for TLS", false},                                                                                       // grade, host, warnings, issues, at

	// certificates, brand, mail
	{"revocation", []Kind{KindCertificate}, nil, Record, "has by its authority the state", true}, // state (good, revoked, unknown), by (stapled, ocsp, crl), at, reason, checked, next, stapled, must_staple
	{"bimi-record", names, nil, Record, "publishes the mark", true},                              // selector, logo, evidence, valid, reason; Denies: none

	// storage, and names that look alike
	{"has-bucket", names, []Kind{KindURL}, Record, "is reported to keep files in", false},                    // provider, name, state (listed, private, elsewhere), objects, seen (where its name stood); Denies: not there
	{"looks-like", []Kind{KindDomain}, []Kind{KindDomain}, Record, "is easily mistaken for", false},          // by (technique), distance, mail, web, own, parked; registered and certificate where they are known
	{"lookalikes-tried", []Kind{KindDomain}, nil, Record, "was searched for names that look like it", false}, // tried, found, absent, unclear

	// what others say against it; one row for whoever keeps a list
	{"listed-by", suspects, nil, Record, "is listed by", false}, // list, for (malware, c2, phishing, spam, scanner, exploited, policy, tor-exit, hijacked, suspicious), code, since, last, confidence, reference, malware; Denies: list (not on it)
	{"judged-by", suspects, nil, Record, "is judged by", false}, // by, malicious, suspicious, harmless, undetected, of, score (0-100), verdict, at
	{"malware-family", suspects, nil, Text, "belongs to the malware", false},
	{"technique", suspects, nil, Record, "is reported to serve the technique", false}, // id (ATT&CK: T1071.001), by
	{"campaign", suspects, nil, Record, "is named in the report", false},              // by, title, at, tlp, reference
	{"tor-relay", []Kind{KindIP}, nil, Record, "is a relay of Tor", true},             // exit, fingerprint, nickname, first, last, running; Denies: none
	{"scanner", []Kind{KindIP}, nil, Record, "scans the internet", true},              // classification, name, benign, first, last; Denies: not seen to

	// files
	{"file-facts", []Kind{KindFileHash}, nil, Record, "is a file", false}, // type, size, name, first, last, signer
	{"same-file", []Kind{KindFileHash}, []Kind{KindFileHash}, NoValue, "is the same file as", false},
	{"known-file", []Kind{KindFileHash}, nil, Record, "is a known file", false},                                                // product, vendor, source, trust; Denies: not known
	{"served-file", []Kind{KindURL, KindDomain, KindHost, KindIP}, []Kind{KindFileHash}, Record, "has served the file", false}, // at, by

	// breaches; counts and names, never what was exposed
	{"breached-in", exposed, []Kind{KindBreach}, Record, "was exposed in", false},                      // date, by, verified, as (service: its own was breached; mailboxes: how many there stand in another's)
	{"breach-facts", []Kind{KindBreach}, nil, Record, "is a breach in which", false},                   // title, domain, date, added, accounts, classes (one text), verified, fabricated, sensitive, stealer
	{"exposed-logins", exposed, nil, Record, "has log-ins in the hands of thieves", true},              // employees, users, third_parties, newest, by; Denies: none known
	{"leaked-in", exposed, nil, Record, "is named in the leak", false},                                 // dataset, kind, date, records, by
	{"mentioned-on", exposed, []Kind{KindDomain, KindHost, KindURL}, Record, "is mentioned on", false}, // by, first, last, kind (onion, forum, question, code)
	{"onion-seen", names, nil, Record, "is a hidden service that was seen", false},                     // first, last, languages, by, warning (abuse of children: not to be opened); Denies: not known

	// code
	{"code-home", append([]Kind{KindHost}, makers...), []Kind{KindURL}, Record, "publishes code at", false},                          // by, proof (site: its page names the domain; verified; name: only the name fits)
	{"has-repository", makers, []Kind{KindRepository}, Record, "has the repository", false},                                          // by, fork, archived
	{"repository-facts", []Kind{KindRepository}, nil, Record, "is a repository", true},                                               // stars, forks, open_issues, created, pushed, archived, fork, licence, branch, size_kb
	{"written-in", []Kind{KindRepository}, nil, Record, "is written in", false},                                                      // language, share (0-1)
	{"commit-domain", []Kind{KindRepository}, nil, Record, "has commits from addresses at", false},                                   // domain, people, commits; no address
	{"repository-practice", []Kind{KindRepository}, nil, Record, "follows the practice", false},                                      // practice (pinned-actions, security-policy, dependency-updates, code-owners, ci, lockfile, least-privilege-token, guarded-pull-requests), followed, detail; of workflows secrets, of actions unpinned, of, foreign (not the forge's own)
	{"scorecard", []Kind{KindRepository}, nil, Record, "is scored by OpenSSF Scorecard", true},                                       // score (0-10), date, version, checks
	{"scorecard-check", []Kind{KindRepository}, nil, Record, "is checked by OpenSSF Scorecard for", false},                           // check, score (-1: could not tell), reason
	{"depends-on", []Kind{KindRepository, KindTechnology}, []Kind{KindTechnology}, Record, "depends on", false},                      // ecosystem, version, direct
	{"publishes-package", append([]Kind{KindRepository}, makers...), []Kind{KindTechnology}, Record, "publishes the package", false}, // registry, name, version, published, licence, downloads, url
	{"package-facts", []Kind{KindTechnology}, nil, Record, "is a package", false},                                                    // registry, name, version, published, licence, versions, deprecated, yanked, maintainers (count), repository
	{"exposed-secret", []Kind{KindRepository, KindURL, KindDomain}, nil, Record, "shows strangers a secret of the kind", false},      // rule, path, line, fingerprint (under the case's key; not of what may be guessed), at; never the secret

	// wallets
	{"wallet-facts", []Kind{KindWallet}, nil, Record, "holds", true},                                       // chain, balance, unit, received, sent, transactions, first, last
	{"transacted-with", []Kind{KindWallet}, []Kind{KindWallet}, Record, "has exchanged funds with", false}, // direction, times, total, unit, last
}

var relations = func() map[Predicate]Relation {
	m := make(map[Predicate]Relation, len(table))
	for _, r := range table {
		m[r.Predicate] = r
	}
	return m
}()
