package main

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"osint/cmd/osint/tui"
	"osint/pkg/collectors"
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/dnssec"
	"osint/pkg/pipeline/rule"
)

// A reach is what the flags say of the way out.
type reach struct {
	resolvers, connectTo, endpoints []string
	proxy, caFile, userAgent        string
	trustAnchor                     string
	private, unattended             bool
	said                            func() bool // whether anybody is there was typed, or is set
	lab                             labFlags
}

func (r *reach) flags(fs *pflag.FlagSet) {
	r.lab.flags(fs)
	fs.StringArrayVar(&r.resolvers, "resolver", nil, "`ADDR:PORT`: instead of the system's resolvers; repeatable")
	fs.StringArrayVar(&r.connectTo, "connect-to", nil, "`HOST:PORT:ADDR:PORT`: as curl means it; an empty field matches anything; repeatable")
	fs.StringArrayVar(&r.endpoints, "endpoint", nil, "`SOURCE=URL`: another base for one source; whois takes HOST:PORT; repeatable")
	fs.StringVar(&r.proxy, "proxy", "", "`URL`: of an http, https or socks5 proxy; DNS does not pass it")
	fs.StringVar(&r.caFile, "ca-file", "", "`FILE`: certificate authorities to trust beside the system's")
	fs.StringVar(&r.trustAnchor, "trust-anchor", "", "`FILE`: DS or DNSKEY records of the root, instead of the built-in ones")
	fs.StringVar(&r.userAgent, "user-agent", "", "`TEXT`: what osint says it is")
	fs.BoolVar(&r.private, "allow-private", false, "let private and loopback addresses be reached")
	fs.BoolVar(&r.unattended, "unattended", false, "leave alone what is kept for people of a source's allowance (default: where stdin and stderr are no terminal)")
	r.said = func() bool { return fs.Changed("unattended") }
	group(fs, "The way out", "lab", "lab-latency", "resolver", "connect-to", "endpoint", "proxy", "ca-file", "trust-anchor", "user-agent", "allow-private", "unattended")
}

// alone reports whether nobody started the run by hand: what is said of it, and
// else whether there is a terminal.
func (r *reach) alone(c *console) bool {
	if r.said != nil && r.said() {
		return r.unattended
	}
	return !tui.IsTerminal(c.stderr) && !tui.IsTerminal(c.in)
}

// options reads the flags. No secret is taken from a flag: a URL with a
// password in it is an error, and is not printed.
func (r *reach) options() (o collectors.Options, err error) {
	o.UserAgent, o.AllowPrivate = r.userAgent, r.private
	if strings.ContainsFunc(r.userAgent, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return o, usage("--user-agent: has a control character: leave it out")
	}
	for _, s := range r.resolvers {
		a, err := address(s)
		if err != nil {
			return o, err
		}
		o.Resolvers = append(o.Resolvers, a)
	}
	for _, s := range r.connectTo {
		x, err := collectors.ParseConnectTo(s)
		if err == nil {
			err = ports(s, x)
		}
		if err != nil {
			return o, usage("%w", err)
		}
		o.ConnectTo = append(o.ConnectTo, x)
	}
	if o.Endpoints, err = r.bases(); err != nil {
		return o, err
	}
	if r.proxy != "" {
		if o.Proxy, err = cleanURL("--proxy", r.proxy, "http", "https", "socks5"); err != nil {
			return o, err
		}
	}
	if o.TrustAnchors, err = r.anchors(); err != nil {
		return o, err
	}
	o.Roots, err = r.roots()
	return o, err
}

// anchors returns the records of --trust-anchor; nil is the root's own.
func (r *reach) anchors() (dnssec.Anchors, error) {
	if r.trustAnchor == "" {
		return nil, nil
	}
	text, err := os.ReadFile(r.trustAnchor)
	if err != nil {
		return nil, usage("--trust-anchor: %w", err)
	}
	anchors, err := dnssec.ParseAnchors(r.trustAnchor, string(text))
	if err != nil {
		return nil, usage("--trust-anchor: %w", err)
	}
	return anchors, nil
}

func address(s string) (netip.AddrPort, error) {
	if a, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return netip.AddrPortFrom(a, 53), nil
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return a, usage("--resolver %q: write an address and a port, such as 192.0.2.53:53 or [2001:db8::53]:53", s)
	}
	return a, nil
}

func (r *reach) bases() (map[string]string, error) {
	bases := map[string]string{}
	for _, s := range r.endpoints {
		source, base, ok := strings.Cut(s, "=")
		if !ok || base == "" {
			return nil, usage("--endpoint %q: write SOURCE=URL, such as crt.sh=https://mirror.example/", withoutPassword(s))
		}
		if names := sources(); !slices.Contains(names, source) {
			return nil, usage("--endpoint %s: there is no source %q: %s", withoutPassword(s), source, rule.OneOf(source, names))
		}
		if err := cleanBase("--endpoint "+source, base); err != nil {
			return nil, err
		}
		bases[source] = base
	}
	return bases, nil
}

// cleanBase reads the base of a source: a URL, or HOST:PORT.
func cleanBase(flag, base string) error {
	switch {
	case strings.Contains(base, "://"):
		_, err := cleanURL(flag, base, "http", "https")
		return err
	case strings.Contains(base, "@"):
		return usage("%s: has a user or a password in it: take it out", flag)
	}
	_, port, err := net.SplitHostPort(base)
	if err != nil || !isPort(port) {
		return usage("%s %q: write a URL, or HOST:PORT for whois", flag, base)
	}
	return nil
}

// ports checks the ports of a --connect-to; an empty one matches any.
func ports(text string, x collectors.ConnectTo) error {
	_, to, err := net.SplitHostPort(x.Addr)
	for _, p := range []string{x.Port, to} {
		if err != nil || p != "" && !isPort(p) {
			return fmt.Errorf("--connect-to %q: %q is no port: write a number from 1 to 65535, or nothing", text, p)
		}
	}
	return nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

// sources returns the names of all sources, sorted.
func sources() (names []string) {
	for _, e := range all.Entries() {
		names = append(names, e.Spec.Source.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// cleanURL reads a URL that may carry no password.
func cleanURL(flag, text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, usage("%s: not a URL: write one such as %s://proxy.example:8080", flag, schemes[0])
	}
	if _, has := u.User.Password(); has {
		return nil, usage("%s: the URL has a password in it, which every user of this machine could read: take it out", flag)
	}
	if !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		return nil, usage("%s %q: write %s://HOST:PORT", flag, withoutPassword(text), strings.Join(schemes, ":// or "))
	}
	return u, nil
}

// withoutPassword cuts what stands before an @, so that an error may quote the
// rest.
func withoutPassword(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		return "…" + s[i:]
	}
	return s
}

// roots returns the system's authorities and those of --ca-file; nil where
// there is none.
func (r *reach) roots() (*x509.CertPool, error) {
	if r.caFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(r.caFile)
	if err != nil {
		return nil, usage("--ca-file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, usage("--ca-file %s: there is no certificate in it: PEM is wanted", r.caFile)
	}
	return pool, nil
}
