package pipeline

import "strings"

// denials are what relations say where they are denied and English has a
// better way of it than "does not": of nothing in particular, and of the
// object or value that follows.
var denials = map[Predicate][2]string{
	"resolves-to":      {"does not resolve", ""},
	"alias-of":         {"is no alias", ""},
	"mail-handled-by":  {"has no mail host", "does not have its mail handled by"},
	"caa-record":       {"has no CAA record", ""},
	"srv-record":       {"does not offer a service", ""},
	"reverse-name":     {"has no reverse name", ""},
	"announced-by":     {"is announced by nobody", ""},
	"tlsa-record":      {"pins no certificate", ""},
	"mta-sts-policy":   {"has no MTA-STS policy", ""},
	"dangling-alias":   {"is no alias of what does not exist", ""},
	"dangling-mail":    {"has nothing in its mail policy that does not exist", ""},
	"unclaimed-page":   {"does not show the page of a service for names nobody uses", ""},
	"tls-version":      {"accepts no TLS", ""},
	"tls-cipher":       {"accepts no weak cipher suite", "accepts no"}, // "weak suites"
	"open-recursion":   {"shares no name server with strangers", "does not share with strangers the name server"},
	"zone-transfer":    {"is not handed out whole", "is not handed out whole by"},
	"serves-zone":      {"is not served with authority", "is not served with authority by"},
	"dnssec-state":     {"is not judged by the chain of trust", "is not, by the chain of trust,"},
	"dane-match":       {"serves nothing that is pinned", "does not serve, where one is pinned,"},
	"goes-by":          {"goes by no name", "does not go by the name"},
	"holds-name":       {"has proven to hold nothing", "has not proven to hold"},
	"tls-key-exchange": {"agrees to no hybrid key exchange", ""},
	"has-bucket":       {"keeps files in no bucket that was tried", "has not there"},
	"exploited":        {"is in no catalogue of the exploited", ""},
	"listed-by":        {"is on no list that was asked", "is not listed by"},
	"tor-relay":        {"is no relay of Tor", ""},
	"scanner":          {"was not seen to scan the internet", ""},
	"known-file":       {"is no known file", ""},
	"exposed-logins":   {"has no log-ins in the hands of thieves that is known", ""},
	"onion-seen":       {"was never seen as a hidden service", ""},
	"bimi-record":      {"publishes no mark", ""},
}

// Denied reads as Means does, of what is not so: "does not resolve". named
// says that an object or a value follows.
func (r Relation) Denied(named bool) string {
	d := denials[r.Predicate]
	switch {
	case named && d[1] != "":
		return d[1]
	case !named && d[0] != "":
		return d[0]
	}
	verb, rest, more := strings.Cut(r.Means, " ")
	switch verb {
	case "is", "was":
		return strings.TrimSuffix(verb+" not "+rest, " ")
	case "does": // "does not send the header"
		if after, ok := strings.CutPrefix(rest, "not "); ok {
			return "does " + after
		}
	}
	if !named {
		for _, article := range []string{"the ", "a "} {
			if what, ok := strings.CutPrefix(rest, article); ok {
				return verb + " no " + what
			}
		}
	}
	text := "does not " + infinitive(verb)
	if more {
		text += " " + rest
	}
	return text
}

// infinitive takes the ending off a verb in the third person.
func infinitive(verb string) string {
	if verb == "has" {
		return "have"
	}
	for _, e := range []string{"sh", "ch", "ss", "x", "zz"} {
		if stem, ok := strings.CutSuffix(verb, e+"es"); ok {
			return stem + e
		}
	}
	if stem, ok := strings.CutSuffix(verb, "ies"); ok {
		return stem + "y"
	}
	return strings.TrimSuffix(verb, "s")
}
