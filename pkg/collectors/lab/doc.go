// Package lab is a small internet on loopback, described by text files.
//
// A [World] is one txtar file; [World.Serve] makes a [Lab] of it: a recursive
// DNS resolver, name servers, WHOIS servers, HTTP and HTTPS with certificates
// of its own CA, mail hosts, all on 127.0.0.1. Everything a collector asks is
// asked for real, by the client that asks the real internet; [Lab.Resolver],
// [Lab.ConnectTo], [Lab.CA] and [Lab.TrustAnchor] are the flags that lead it
// here.
//
// # A world in ten minutes
//
// The comment on top begins with the title, has a line of seeds and tells the
// story; "personal:" lists what is planted and must never stand in clear, "asks:"
// further entities that its sources know and no seed leads to.
// Each file after it is named by a URL: what is asked. Its text is the answer.
//
//	Acme: one web server and its registry
//
//	seeds: acme.example
//	personal: Ada Example, ada@acme.example
//
//	-- dns://acme.example --
//	@ A 192.0.2.1
//	www CNAME acme.example.
//	*.dev A 192.0.2.2
//	_dmarc TXT "v=DMARC1; p=none"
//
//	-- dns://. --
//	crt.sh. A 203.0.113.9
//	whois.nic.example. A 203.0.113.4
//
//	-- whois://whois.nic.example/acme.example --
//	Domain Name: ACME.EXAMPLE
//	Registry Expiry Date: {{date +24d}}
//
//	-- http://acme.example/* --
//	redirect https://acme.example/
//
//	-- https://acme.example/ --
//	Content-Type: text/html
//	Set-Cookie: sid=1
//
//	<title>Acme</title>
//
//	-- host://acme.example --
//	certificate from -400d to -2d
//
//	-- https://crt.sh/?q=%25.acme.example&output=json --
//	# follows: crt.sh JSON, nothing known
//	Content-Type: application/json
//
//	[]
//
// # dns://ZONE
//
// Master-file syntax. The origin is the zone, the default time to live 300 s;
// a zone without SOA gets one. dns://. is the place for single names of other
// zones. The resolver knows all zones and nothing else: another name is
// NXDOMAIN. It follows aliases, fills in wildcards, sets TC over UDP, never
// sets AD, and refuses zone transfers. The root is signed in every world, and
// a zone without a dnssec file below is provably not.
//
// # dnssec://ZONE
//
// How a zone of the world is signed; an empty file is a well-kept one. Its DS
// record stands in the zone above, which must be signed too if the chain is to
// hold. Keys are made of the zone's name, the same in every lab. Signatures
// and proofs are sent to who asks for them (DO). As a resolver that validates,
// the lab refuses what is bogus with SERVFAIL and an extended error, unless it
// is asked not to judge (CD).
//
//	algorithm RSASHA256        as the registry of algorithms has it; ECDSAP256SHA256
//	bits 1024                  of RSA keys; 2048
//	nsec3 10 ab1234            iterations and salt of the hash, or neither; NSEC
//	opt-out                    NSEC3 that leaves unsigned delegations out
//	signatures from -40d to -1d    -7d to +21d
//	digest 1                   of the DS record; 2, which is SHA-256
//	ds none                    the zone above does not know that it is signed
//	ds stale                   it has the DS record of a key that is gone
//	keys none                  the zone has lost its keys and signatures
//	forged MX                  what signs this type is not of its data
//
// # ns://SERVER/ZONE
//
// Every name server that a zone or its parent names is served under its
// addresses: it answers for its zones with AA, refers to whom they delegate
// to, refuses all else, and hands out nothing. A parent delegates to the NS
// records that a zone above states for a zone, such as dns://., or else to the
// zone's own. The root is served by ns.lab.test unless dns://. says otherwise.
// ns:// says how a server treats a zone differently; * is any other zone:
//
//	lame                       does not serve it, and points upward
//	rcode REFUSED              or SERVFAIL, …, instead of an answer
//	silent                     over UDP and TCP
//	serial 6                   other than the zone's
//	names NS NS                NS records other than the zone's
//	recursion                  resolves what is not its own, for anybody
//	tcp closed                 nobody listens over TCP
//	transfer allowed           of the whole zone (AXFR); or, each of them wrong:
//	transfer endless           or torn (no closing SOA), or of OTHER-ZONE
//	id                         the answer has another id
//	question other.example     or repeats another question
//	truncate                   is never whole: TC over UDP, and TCP hangs up
//	cut 40                     breaks off after so many bytes
//	pointers                   has a name that points at itself
//	garbage                    is no message
//	oversize                   is as large as a message can be, in thousands of records
//
// # whois://SERVER/QUERY
//
// The text is the answer; the query * is any other. Words before the object
// ("-T dn", "domain", "n +") may be left out.
//
// # postgres://SERVER/ARGUMENT
//
// A data base that lets everybody in and answers whoever asks with that
// argument, whatever the statement; * is any other. The first line has the
// columns, each further one a row; tabs stand between, and \N is NULL.
//
// # http://HOST/PATH?QUERY, https://…, http(s)://…
//
// A head, an empty line, the body. HOST may be *.NAME; PATH may end in * and
// is then of all that begin so; of QUERY the named parameters must be equal,
// or anything if the value is *, and others may be there. The most exact wins.
// A method may stand before the URL ("POST https://…"); of what is posted, the
// fields of a form and the scalars on top of a JSON object count as parameters
// too. The head has headers
// ("Name: value"), comments ("# …") and directives:
//
//	status 503
//	redirect URL [STATUS]      301 unless it says another
//	authority crl              the body is the list of what the lab's CA has
//	                           revoked; or ocsp, its word on who is asked about
//	latency 200ms              before it answers
//	drip 50ms                  byte by byte, so far apart
//	endless                    the body again and again
//	gzip-bomb 1GiB             so many zeros, packed, instead of the body
//	cut 100                    hangs up after so many bytes, having promised all
//	close                      hangs up without a word
//	silent                     takes the request and says nothing
//
// # host://NAME
//
// How a web host, mail host or WHOIS server behaves, whatever it is asked. NAME may be
// *.NAME. latency, drip, endless, gzip-bomb, cut, close and silent as above, and:
//
//	first 1 status 502         the first request; any of the above, too
//	loss 1/3                   of every three requests the first is dropped
//	limit 10 every 60s TEXT    then 429 with Retry-After and the text
//	tls 1.0 1.2                the lowest and the highest version; close; silent
//	ciphers NAME NAME          as crypto/tls calls them
//	certificate names A B      instead of the host's own
//	certificate from -85d to +5d
//	certificate key rsa-1024   rsa-2048, ecdsa-p224, ecdsa-p256, ecdsa-p384
//	certificate self-signed    or untrusted, incomplete, sha1
//	certificate subject TEXT   the organisation in it, with templates
//	certificate malformed      with names that parsers refuse; or garbage, which is none
//	certificate ocsp URL       says where its authority can be asked; or crl URL
//	certificate revoked        by its authority
//	certificate must-staple    promises to bring the authority's word along
//	certificate stapled        and does
//	smtp                       speaks SMTP at port 25 and offers STARTTLS
//	smtp clear                 offers none; refuse: speaks to nobody
//	tlsa 25 3 1 1              pins the certificate that it presents: port,
//	                           usage, selector, matching; other pins are
//	                           records of the zone
//	dns silent                 of questions for the name and those below:
//	dns rcode SERVFAIL         also latency 1s, loss 1/2, truncate
//
// A host is reached only if a zone has an address for it. One with an address
// and no site has closed ports.
//
// # tcp://ADDRESS:PORT
//
// A port that is open, and what its server says to whoever comes: a head of
// latency, drip, endless, gzip-bomb, cut, close and silent, an empty line, and
// the bytes. It hears nothing. Every other port of an address is closed, but
// those at which a host of the world serves.
//
// # Several files
//
// The text of a built-in world may lie in several files: testdata/lab/NAME.txtar,
// and testdata/lab/NAME/*.txtar, one for each source. What a source answers where
// a world says nothing of it lies in testdata/lab/common, one file for each: its
// hosts have an address there, and it knows nothing, in its own way of saying so.
//
// # Templates
//
// In zones, WHOIS answers, headers and bodies; a lab counts dates from the
// midnight (UTC) before it was started, so that its answers do not change.
//
//	{{date -400d}}  {{date +36h 2006-01-02}}   RFC 3339, or a layout of package time
//	{{hex 1b e2 80 ae}}                        bytes
//	{{repeat 1000 [}}                          a text so many times
//	{{end}}                                    nothing after this is sent, no newline either
package lab
