package pipeline

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// profile maps a typed name to A-labels. Underscores are allowed: service
// labels are names too.
var profile = sync.OnceValue(func() *idna.Profile {
	return idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())
})

// dnsName returns a name of two labels or more in A-labels, lower case, with
// no trailing dot.
func dnsName(s string) (string, error) {
	s = strings.TrimSuffix(s, ".")
	switch {
	case s == "":
		return "", errors.New("is empty")
	case len(s) > 1000: // U-labels may be longer than the 253 bytes they map to
		return "", errors.New("is longer than any name")
	case !utf8.ValidString(s):
		return "", errors.New("is not UTF-8")
	case strings.ContainsAny(s, " \t\r\n/\\@:*?#[]"):
		return "", errors.New("has a character no name may have")
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return "", errors.New("is an IP address")
	}
	a, err := profile().ToASCII(s)
	if err != nil {
		return "", errors.New("is not a valid internationalised name")
	}
	a = strings.ToLower(strings.TrimSuffix(a, "."))
	if again, err := profile().ToASCII(a); err != nil || again != a {
		return "", errors.New("is not a valid internationalised name")
	}
	if len(a) > 253 {
		return "", errors.New("is longer than 253 bytes")
	}
	labels := strings.Split(a, ".")
	if len(labels) < 2 {
		return "", errors.New("has no dot: a top-level name is not a target")
	}
	for _, l := range labels {
		if len(l) > 63 || !reLabel(l) {
			return "", fmt.Errorf("has the bad label %q", clip(l))
		}
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return "", errors.New("ends in a number: neither a name nor an IP address")
	}
	return a, nil
}

// registrable returns the registrable domain of a canonical name; the name
// itself if it is a public suffix.
func registrable(name string) string {
	if d, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return d
	}
	return name
}

func domainName(s string) (string, error) {
	n, err := dnsName(s)
	if err == nil && registrable(n) != n {
		return "", fmt.Errorf("lies below %s: it is a host", registrable(n))
	}
	return n, err
}

func hostName(s string) (string, error) {
	n, err := dnsName(s)
	if err == nil && registrable(n) == n {
		return "", errors.New("is registrable: it is a domain")
	}
	return n, err
}

func ipAddress(s string) (string, error) {
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		return "", errors.New("is not an IP address")
	}
	if a.Zone() != "" {
		return "", errors.New("has a zone: only this machine knows it")
	}
	return a.Unmap().String(), nil
}

func netblock(s string) (string, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return "", errors.New("is not a CIDR prefix such as 192.0.2.0/24")
	}
	if p.Addr().Is4In6() {
		return "", errors.New("is an IPv4-mapped prefix: write it as IPv4")
	}
	return p.Masked().String(), nil
}

func asn(s string) (string, error) {
	digits := strings.TrimPrefix(strings.ToUpper(s), "AS")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return "", errors.New("is not an AS number such as AS64500")
	}
	return "AS" + strconv.FormatUint(n, 10), nil
}

func canonURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", errors.New("is not a URL")
	}
	u.Scheme = strings.ToLower(u.Scheme)
	port, known := map[string]string{"http": "80", "https": "443", "ftp": "21"}[u.Scheme]
	if !known {
		return "", errors.New("wants http, https or ftp")
	}
	if u.User != nil {
		if _, has := u.User.Password(); has {
			return "", errors.New("carries a password: take it out")
		}
		return "", errors.New("carries a user name: take it out")
	}
	host, p := u.Hostname(), u.Port()
	if a, err := ipAddress(host); err == nil {
		host = a
		if strings.Contains(a, ":") {
			host = "[" + a + "]"
		}
	} else if host, err = dnsName(host); err != nil {
		return "", fmt.Errorf("has a host that %w", err)
	}
	if p != "" && p != port {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return "", fmt.Errorf("has the bad port %q", p)
		}
		host += ":" + p
	}
	u.Host, u.Fragment, u.RawFragment = host, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}

// urlHost returns the host of a canonical URL, without brackets or port.
func urlHost(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func service(s string) (string, error) {
	addr, proto, ok := strings.Cut(s, "/")
	if !ok {
		proto = "tcp"
	}
	proto = strings.ToLower(proto)
	ap, err := netip.ParseAddrPort(addr)
	if err != nil || ap.Port() == 0 || ap.Addr().Zone() != "" || (proto != "tcp" && proto != "udp") {
		return "", errors.New("want ip:port/tcp or [ip]:port/udp")
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()).String() + "/" + proto, nil
}
