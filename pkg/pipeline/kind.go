package pipeline

import "slices"

// Kind says what sort of thing an entity is.
type Kind string

// The kinds. An entity's Value is canonical for its kind; the form is beside
// each.
const (
	KindDomain        Kind = "domain"        // registrable domain, A-labels, lower case: example.com
	KindHost          Kind = "host"          // name below a registrable domain: www.example.com
	KindIP            Kind = "ip"            // netip form, no zone: 192.0.2.1, 2001:db8::1
	KindNetblock      Kind = "netblock"      // masked CIDR: 192.0.2.0/24
	KindASN           Kind = "asn"           // AS64500
	KindURL           Kind = "url"           // https://www.example.com/path
	KindEmail         Kind = "email"         // local@domain, domain in A-labels
	KindAccount       Kind = "account"       // site/name: github.com/octocat
	KindPerson        Kind = "person"        // a name, single-spaced
	KindOrganization  Kind = "organization"  // a name, single-spaced
	KindPhone         Kind = "phone"         // E.164: +442079460000
	KindCertificate   Kind = "certificate"   // SHA-256 of the DER, lower-case hex
	KindFileHash      Kind = "filehash"      // MD5, SHA-1, SHA-256 or SHA-512, lower-case hex
	KindService       Kind = "service"       // ip:port/proto: 192.0.2.1:443/tcp, [2001:db8::1]:53/udp
	KindTechnology    Kind = "technology"    // product or product/version, lower case: nginx/1.25.3; a package, as its registry spells it: npm:left-pad, nuget:Newtonsoft.Json/13.0.3
	KindVulnerability Kind = "vulnerability" // CVE-2021-44228
	KindRepository    Kind = "repository"    // site/owner/name: github.com/miekg/dns
	KindFiling        Kind = "filing"        // register:number: gb-companies-house:01234567
	KindBreach        Kind = "breach"        // catalogue name, lower case
	KindWallet        Kind = "wallet"        // chain:address: bitcoin:bc1q…, ethereum:0x…
)

// Kinds returns every kind, in the order of the constants.
func Kinds() []Kind {
	return []Kind{KindDomain, KindHost, KindIP, KindNetblock, KindASN, KindURL, KindEmail,
		KindAccount, KindPerson, KindOrganization, KindPhone, KindCertificate, KindFileHash,
		KindService, KindTechnology, KindVulnerability, KindRepository, KindFiling,
		KindBreach, KindWallet}
}

// Valid reports whether k is one of the closed set.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// IsName reports whether k is a DNS name, registrable or below.
func (k Kind) IsName() bool { return k == KindDomain || k == KindHost }
