package lab

import (
	"fmt"
	"strconv"
	"strings"
)

// estatePrefix begins the name of a world that is made, not written:
// "estate:1000".
const estatePrefix = "estate:"

// maxEstate bounds the domains of a made world.
const maxEstate = 10_000

// openEstate makes the world of a list: so many companies alike, each with a
// domain, mail, a web server and its registration, and all with the same
// registry, the same certificate logs, the same mail and name servers. It is
// there to measure and to test what runs of many targets share.
func openEstate(size string) (*World, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 1 || n > maxEstate {
		return nil, fmt.Errorf("%s%s: want a number of domains from 1 to %d, as in %s100", estatePrefix, size, maxEstate, estatePrefix)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "An estate of %d domains, alike\n\nseeds: ", n)
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(estateDomain(i))
	}
	b.WriteString("\n\n" + estateShared)
	for i := range n {
		addr := fmt.Sprintf("198.51.100.%d", i%250+1) // there are no more that documentation may use
		b.WriteString(strings.NewReplacer("DOMAIN", estateDomain(i), "ADDR", addr).Replace(estateOne))
	}
	whole, err := joined([]byte(b.String()), "common")
	if err != nil {
		return nil, err
	}
	return Parse(estatePrefix+size, whole)
}

func estateDomain(i int) string { return fmt.Sprintf("d%05d.example", i) }

// estateShared is what all domains have in common.
const estateShared = `-- dns://dns-host.example --
ns1 A 192.0.2.53
ns2 A 203.0.113.53

-- dns://mail-host.example --
mx A 192.0.2.25
_spf TXT "v=spf1 ip4:192.0.2.25 -all"

-- dns://asn.cymru.com --
; follows: Team Cymru's DNS form
*.2.0.192.origin TXT "64500 | 192.0.2.0/24 | GB | ripencc | 2012-03-04"
*.100.51.198.origin TXT "64501 | 198.51.100.0/24 | NL | ripencc | 2013-05-06"
*.113.0.203.origin TXT "64500 | 203.0.113.0/24 | GB | ripencc | 2012-03-04"
AS64500 TXT "64500 | GB | ripencc | 2012-03-04 | SHARED - Shared Hosting Ltd, GB"
AS64501 TXT "64501 | NL | ripencc | 2013-05-06 | RACKS - Racks BV, NL"

-- dns://. --
data.iana.org. A 203.0.113.1
whois.iana.org. A 203.0.113.2
rdap.nic.example. A 203.0.113.3
whois.nic.example. A 203.0.113.4
rdap.rir.example. A 203.0.113.5
crt.sh. A 203.0.113.9
api.certspotter.com. A 203.0.113.10

-- https://data.iana.org/rdap/dns.json --
# follows: RDAP bootstrap, RFC 9224
Content-Type: application/json

{"version":"1.0","publication":"{{date -3d}}","services":[[["example"],["https://rdap.nic.example/"]]]}

-- https://data.iana.org/rdap/ipv4.json --
# follows: RDAP bootstrap, RFC 9224
Content-Type: application/json

{"version":"1.0","publication":"{{date -3d}}","services":[[["192.0.0.0/8","198.0.0.0/8","203.0.0.0/8"],["https://rdap.rir.example/"]]]}

-- https://rdap.rir.example/* --
# follows: RDAP ip network
Content-Type: application/rdap+json

{"rdapConformance":["rdap_level_0"],"objectClassName":"ip network","handle":"NET-LAB","startAddress":"192.0.0.0","endAddress":"203.255.255.255","ipVersion":"v4","name":"SHARED-NET","country":"GB",
 "entities":[{"objectClassName":"entity","roles":["registrant"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Shared Hosting Ltd"],["kind",{},"text","org"]]]}]}

-- https://rdap.nic.example/* --
# follows: RDAP error
status 404
Content-Type: application/rdap+json

{"errorCode":404,"title":"Not Found","description":["No such object."]}

-- https://crt.sh/?output=json --
# follows: crt.sh JSON, nothing known
Content-Type: application/json

[]

-- https://api.certspotter.com/v1/issuances --
# follows: Cert Spotter issuances, nothing known
Content-Type: application/json

[]

-- whois://whois.iana.org/* --
% IANA WHOIS server
domain:       EXAMPLE
whois:        whois.nic.example
source:       IANA

`

// estateOne is one domain.
const estateOne = `-- dns://DOMAIN --
@ NS ns1.dns-host.example.
@ NS ns2.dns-host.example.
@ A ADDR
@ MX 10 mx.mail-host.example.
@ TXT "v=spf1 include:_spf.mail-host.example ~all"
www A ADDR
_dmarc TXT "v=DMARC1; p=none; rua=mailto:dmarc@DOMAIN"

-- https://rdap.nic.example/domain/DOMAIN --
# follows: RDAP domain
Content-Type: application/rdap+json

{"rdapConformance":["rdap_level_0"],"objectClassName":"domain","handle":"D-LAB","ldhName":"DOMAIN","status":["client transfer prohibited"],
 "events":[{"eventAction":"registration","eventDate":"{{date -1500d}}"},{"eventAction":"expiration","eventDate":"{{date +300d}}"}],
 "nameservers":[{"objectClassName":"nameserver","ldhName":"ns1.dns-host.example"},{"objectClassName":"nameserver","ldhName":"ns2.dns-host.example"}],
 "secureDNS":{"delegationSigned":false}}

-- http://DOMAIN/* --
redirect https://DOMAIN/

-- https://DOMAIN/ --
Content-Type: text/html

<title>DOMAIN</title>

-- http://www.DOMAIN/* --
redirect https://DOMAIN/

-- https://www.DOMAIN/* --
redirect https://DOMAIN/

`
