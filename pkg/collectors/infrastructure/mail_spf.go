package infrastructure

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// An spfTerm is one mechanism of an SPF record (RFC 7208).
type spfTerm struct {
	qualifier byte   // + - ~ ?
	name      string // all include a mx ptr ip4 ip6 exists
	domain    string // lower case; "" is the record's own
	macro     bool   // domain depends on the message: not to be looked up
}

// An spfRecord is what an SPF record says.
type spfRecord struct {
	terms    []spfTerm // up to all, which ends it
	all      string    // qualifier of all; "" if there is none
	redirect spfTerm   // name is "" if there is none, or if all makes it void
}

// spfRecords returns those of a name's texts that are SPF records.
func spfRecords(texts []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(t string) bool {
		v, _, _ := strings.Cut(t, " ")
		return !strings.EqualFold(v, "v=spf1")
	})
}

// parseSPF reads one SPF record. Its error is a permerror of RFC 7208, 4.6.
func parseSPF(text string) (spfRecord, error) {
	var r spfRecord
	seen := map[string]bool{}
	for i, word := range strings.Split(text, " ") {
		if word == "" || i == 0 {
			continue
		}
		if name, value, ok := modifier(word); ok {
			if (name == "redirect" || name == "exp") && seen[name] {
				return r, fmt.Errorf("%s stands twice", name)
			}
			seen[name] = true
			if name != "redirect" && name != "exp" {
				if err := macros(value); err != nil {
					return r, fmt.Errorf("%.60q: %w", word, err)
				}
				continue
			}
			t, err := withDomain(spfTerm{name: name, qualifier: '+'}, value)
			if err != nil {
				return r, fmt.Errorf("%.60q: %w", word, err)
			}
			if name == "redirect" {
				r.redirect = t
			}
			continue
		}
		t, err := mechanism(word)
		if err != nil {
			return r, fmt.Errorf("%.60q: %w", word, err)
		}
		if r.all == "" { // what stands after all is never reached
			r.terms = append(r.terms, t)
		}
		if t.name == "all" && r.all == "" {
			r.all = string(t.qualifier)
		}
	}
	if r.all != "" {
		r.redirect = spfTerm{}
	}
	return r, nil
}

// modifier splits "name=value", if a word is one.
func modifier(word string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(word, "=")
	if !ok || name == "" || !letter(name[0]) {
		return "", "", false
	}
	for i := range len(name) {
		if c := name[i]; !letter(c) && !(c >= '0' && c <= '9') && !strings.ContainsRune("-_.", rune(c)) {
			return "", "", false
		}
	}
	return strings.ToLower(name), value, true
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// mechanism reads one mechanism.
func mechanism(word string) (spfTerm, error) {
	t := spfTerm{qualifier: '+'}
	if strings.IndexByte("+-~?", word[0]) >= 0 {
		t.qualifier, word = word[0], word[1:]
	}
	end := strings.IndexAny(word, ":/")
	if end < 0 {
		end = len(word)
	}
	rest := word[end:]
	t.name = strings.ToLower(word[:end])
	value, given := strings.CutPrefix(rest, ":")
	switch t.name {
	case "all":
		if rest != "" {
			return t, errors.New("all takes nothing")
		}
		return t, nil
	case "include", "exists":
		if !given {
			return t, errors.New("a domain is missing")
		}
		return withDomain(t, value)
	case "a", "mx":
		domain, err := cidr(value, given, rest)
		if err != nil || !given {
			return t, err
		}
		return withDomain(t, domain)
	case "ptr":
		if rest == "" {
			return t, nil
		}
		if !given {
			return t, errors.New("ptr takes a domain")
		}
		return withDomain(t, value)
	case "ip4", "ip6":
		return t, network(t.name, value)
	}
	return t, errors.New("unknown mechanism")
}

// cidr takes the lengths off "domain/24//64", and checks them. Without a
// domain, rest is "/24//64".
func cidr(value string, given bool, rest string) (domain string, err error) {
	s := rest
	if given {
		s = value
	}
	slash := lastOutside(s)
	if slash < 0 {
		return s, nil
	}
	domain = s[:slash]
	four, six, dual := strings.Cut(s[slash:], "//")
	if four != "" {
		if err := length(four[1:], 32); err != nil {
			return "", err
		}
	}
	if dual {
		if err := length(six, 128); err != nil {
			return "", err
		}
	}
	return domain, nil
}

// lastOutside returns where the lengths begin: the first slash outside the
// braces of a macro.
func lastOutside(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			depth--
		case '/':
			if depth <= 0 {
				return i
			}
		}
	}
	return -1
}

func length(s string, most int) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most || !digits(s) || len(s) > 1 && s[0] == '0' {
		return fmt.Errorf("%.10q is no prefix length", s)
	}
	return nil
}

func network(name, value string) error {
	addr, bits, has := strings.Cut(value, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" || a.Is4() != (name == "ip4") {
		return fmt.Errorf("%.40q is no %s network", value, name)
	}
	if has {
		return length(bits, a.BitLen())
	}
	return nil
}

// withDomain gives a term its domain.
func withDomain(t spfTerm, value string) (spfTerm, error) {
	if value == "" {
		return t, errors.New("a domain is missing")
	}
	if err := macros(value); err != nil {
		return t, err
	}
	t.domain = bare(value)
	t.macro = strings.Contains(value, "%")
	if _, ok := dns.IsDomainName(t.domain); !t.macro && (!ok || !strings.Contains(t.domain, ".") || strings.ContainsAny(t.domain, `\/:@ `)) {
		return t, fmt.Errorf("%.60q is no domain", value)
	}
	return t, nil
}

// macros checks the syntax of RFC 7208, 7.1: %{letter digits r delimiters},
// %%, %_ and %-.
func macros(s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] > '~' {
			return errors.New("a character that is not visible")
		}
		if s[i] != '%' {
			continue
		}
		i++
		if i == len(s) {
			return errors.New("a % at the end")
		}
		if strings.IndexByte("%_-", s[i]) >= 0 {
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if s[i] != '{' || end < 2 {
			return errors.New("a % that begins no macro")
		}
		body := s[i+1 : i+end]
		if !strings.ContainsRune("slodiphcrtvSLODIPHCRTV", rune(body[0])) {
			return fmt.Errorf("unknown macro letter %q", body[0])
		}
		tail := strings.TrimLeft(body[1:], "0123456789")
		tail = strings.TrimPrefix(strings.TrimPrefix(tail, "r"), "R")
		if strings.Trim(tail, ".-+,/_=") != "" {
			return fmt.Errorf("macro %%{%.20s} is not well formed", body)
		}
		i += end
	}
	return nil
}
