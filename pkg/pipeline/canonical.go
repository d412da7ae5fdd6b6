package pipeline

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// canonical holds, for each kind, the function that brings a value into its
// one form. Each is idempotent.
var canonical = map[Kind]func(string) (string, error){
	KindDomain:        domainName,
	KindHost:          hostName,
	KindIP:            ipAddress,
	KindNetblock:      netblock,
	KindASN:           asn,
	KindURL:           canonURL,
	KindEmail:         emailAddress,
	KindAccount:       path2,
	KindPerson:        personName,
	KindOrganization:  personName,
	KindPhone:         phone,
	KindCertificate:   hexOf(64),
	KindFileHash:      hexOf(32, 40, 64, 128),
	KindService:       service,
	KindTechnology:    technology,
	KindVulnerability: matching(reCVE, strings.ToUpper, "want CVE-2021-44228"),
	KindRepository:    repository,
	KindFiling:        matching(reFiling, strings.ToLower, "want register:number"),
	KindBreach:        matching(reWord, strings.ToLower, "want a catalogue name"),
	KindWallet:        wallet,
}

// The forms, compiled when first needed: starting must cost nothing.
var (
	reCVE    = form(`^CVE-\d{4}-\d{4,19}$`)
	reFiling = form(`^[a-z0-9-]+:[a-z0-9./-]+$`)
	reWord   = form(`^[^\s:]{1,120}$`)
	reLabel  = form(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$`)
	reLocal  = form("^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$")
	reSite   = form(`^[a-z0-9.-]+$`)
	reBTC    = form(`^(bc1[a-z0-9]{11,87}|[13][1-9A-HJ-NP-Za-km-z]{24,39})$`)
	reETH    = form(`^0x[0-9a-f]{40}$`)
)

// form returns a function that matches an expression.
func form(expr string) func(string) bool {
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(s string) bool { return re().MatchString(s) }
}

func emailAddress(s string) (string, error) {
	s = strings.TrimPrefix(s, "mailto:")
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "", errors.New("has no local part and @")
	}
	local := s[:at]
	if n := len(local); n > 2 && local[0] == '"' && local[n-1] == '"' { // quotes change nothing where none are needed
		local = local[1 : n-1]
	}
	if !reLocal(local) {
		return "", errors.New("has a local part that is not plain")
	}
	d, err := dnsName(s[at+1:])
	if err != nil {
		return "", fmt.Errorf("has a domain that %w", err)
	}
	return strings.ToLower(local) + "@" + d, nil
}

// path2 is an account. Whether its name is written with the @ of a handle changes
// nothing.
func path2(s string) (string, error) {
	site, name, ok := strings.Cut(s, "/")
	site, name = strings.ToLower(site), strings.TrimLeft(name, "@")
	if !ok || !reSite(site) || !reWord(name) || strings.Contains(name, "/") {
		return "", errors.New("want site/name, such as github.com/octocat")
	}
	return site + "/" + strings.ToLower(name), nil
}

func repository(s string) (string, error) {
	parts := strings.Split(strings.ToLower(strings.TrimSuffix(s, ".git")), "/")
	if len(parts) != 3 || !reSite(parts[0]) || !reWord(parts[1]) || !reWord(parts[2]) {
		return "", errors.New("want site/owner/name, such as github.com/miekg/dns")
	}
	return strings.Join(parts, "/"), nil
}

func personName(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("is not UTF-8")
	}
	v := strings.Join(strings.Fields(s), " ")
	if v == "" || strings.ContainsFunc(v, unicode.IsControl) || !strings.ContainsFunc(v, unicode.IsLetter) {
		return "", errors.New("is not a name")
	}
	return v, nil
}

// phone accepts an international number in the usual spellings. The country
// must be given: a local number means something else in each.
func phone(s string) (string, error) {
	s = strings.TrimPrefix(strings.ToLower(s), "tel:")
	if strings.HasPrefix(s, "00") {
		s = "+" + s[2:]
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -./()\u00a0", r) {
			return -1
		}
		return r
	}, strings.Replace(s, "(0)", "", 1))
	rest, ok := strings.CutPrefix(digits, "+")
	if !ok || len(rest) < 7 || len(rest) > 15 || rest[0] == '0' || strings.Trim(rest, "0123456789") != "" {
		return "", errors.New("want an international number such as +442079460000")
	}
	return "+" + rest, nil
}

func hexOf(lengths ...int) func(string) (string, error) {
	return func(s string) (string, error) {
		s = strings.ToLower(strings.ReplaceAll(s, ":", ""))
		if strings.Trim(s, "0123456789abcdef") == "" {
			for _, n := range lengths {
				if len(s) == n {
					return s, nil
				}
			}
		}
		return "", fmt.Errorf("want %v hexadecimal digits", lengths)
	}
}

// technology folds the names of products. A package keeps the spelling of its
// registry where that tells packages apart.
func technology(s string) (string, error) {
	v := strings.Join(strings.Fields(s), " ")
	if v == "" || strings.ContainsFunc(v, unicode.IsControl) {
		return "", errors.New("want product or product/version")
	}
	ecosystem, name, _ := strings.Cut(v, ":")
	if ecosystem = strings.ToLower(ecosystem); spelled[ecosystem] && name != "" && !strings.Contains(name, " ") {
		return ecosystem + ":" + name, nil
	}
	return strings.ToLower(v), nil
}

func wallet(s string) (string, error) {
	chain, addr, ok := strings.Cut(s, ":")
	if !ok {
		chain, addr = "bitcoin", s
		if strings.HasPrefix(strings.ToLower(s), "0x") {
			chain = "ethereum"
		}
	}
	chain = strings.ToLower(chain)
	switch lower := strings.ToLower(addr); {
	case chain == "bitcoin" && strings.HasPrefix(lower, "bc1") && reBTC(lower):
		return "bitcoin:" + lower, nil
	case chain == "bitcoin" && reBTC(addr):
		return "bitcoin:" + addr, nil
	case chain == "ethereum" && reETH(lower) && mistyped(addr[2:]):
		return "", errors.New("is mistyped: its capitals are not those of its checksum; type it again, or in small letters if you are sure of it")
	case chain == "ethereum" && reETH(lower):
		return "ethereum:" + lower, nil
	}
	return "", errors.New("want bitcoin:address or ethereum:0x…")
}

func matching(form func(string) bool, fold func(string) string, want string) func(string) (string, error) {
	return func(s string) (string, error) {
		if v := fold(s); form(v) {
			return v, nil
		}
		return "", errors.New(want)
	}
}
