package lab

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// serverSettings are how one name server treats one zone.
type serverSettings struct {
	lame      bool     // does not serve it
	rcode     int      // instead of an answer
	silent    bool     // says nothing
	serial    uint32   // other than the zone's; 0: none
	names     []string // NS records other than the zone's
	recursion bool     // answers what is not its own, to anybody
	noTCP     bool     // listens over UDP alone
	transfer  transfer
	malice    malice
}

// transfer is what becomes of the wish for a whole zone.
type transfer struct {
	allowed bool
	endless bool   // goes on for ever
	torn    bool   // hangs up before the closing SOA
	other   string // hands out that zone instead
}

// malice spoils answers after they are made. Its zero value does not.
type malice struct {
	id       bool   // another id
	question string // another question
	truncate bool   // never whole: TC over UDP, and TCP hangs up
	cut      int    // only so many bytes; 0 is all
	pointers bool   // a name that points at itself
	garbage  bool   // no message at all
	oversize bool   // filled up to what a message can hold
}

// serverFile reads ns://SERVER/ZONE.
func (w *World) serverFile(f file, rest string) error {
	server, zone, _ := strings.Cut(strings.ToLower(rest), "/")
	if server == "" || zone == "" {
		return errors.New("want ns://SERVER/ZONE, and * for any zone that it serves")
	}
	if zone != "*" {
		zone = dns.CanonicalName(zone)
	}
	key := serverKey{strings.TrimSuffix(server, "."), zone}
	if w.servers[key] != nil {
		return fmt.Errorf("%s says already how it treats %s", server, zone)
	}
	s := &serverSettings{}
	n := 0
	for line := range strings.Lines(f.data) {
		n++
		word, arg := directive(line)
		if word == "" {
			continue
		}
		if err := s.set(word, arg); err != nil {
			return &lineError{n, err.Error()}
		}
	}
	w.servers[key] = s
	w.serverFiles[key] = f
	return nil
}

// A serverKey is a server by its name, and a zone or "*".
type serverKey struct{ server, zone string }

func (s *serverSettings) set(word, arg string) (err error) {
	switch word {
	case "lame":
		s.lame = true
	case "silent":
		s.silent = true
	case "recursion":
		s.recursion = true
	case "rcode":
		s.rcode, err = rcode(arg)
		return err
	case "serial":
		n, err := strconv.ParseUint(arg, 10, 32)
		s.serial = uint32(n)
		return err
	case "names":
		for name := range strings.FieldsSeq(arg) {
			s.names = append(s.names, dns.CanonicalName(name))
		}
		return nil
	case "tcp":
		if arg != "closed" {
			return fmt.Errorf("tcp is closed or not named at all, not %q", arg)
		}
		s.noTCP = true
		return nil
	case "transfer":
		return s.transfer.set(directive(arg))
	default:
		if known, err := s.malice.set(word, arg); known {
			return err
		}
		return fmt.Errorf("unknown directive %q: a name server has lame, rcode, silent, serial, names, recursion, tcp, transfer, id, question, truncate, cut, pointers, garbage, oversize", word)
	}
	return alone(word, arg)
}

func alone(word, arg string) error {
	if arg != "" {
		return fmt.Errorf("%s stands alone, without %q", word, arg)
	}
	return nil
}

func (t *transfer) set(word, arg string) error {
	switch word {
	case "allowed":
	case "endless":
		t.endless = true
	case "torn":
		t.torn = true
	case "of":
		t.other = dns.CanonicalName(arg)
		arg = ""
	default:
		return fmt.Errorf("a transfer is allowed, endless, torn, or of ZONE, not %q", word)
	}
	t.allowed = true
	return alone("transfer "+word, arg)
}

// set reads one directive; false means that it is none of malice's.
func (m *malice) set(word, arg string) (known bool, err error) {
	switch word {
	case "id":
		m.id = true
	case "question":
		m.question = dns.CanonicalName(arg)
		return true, nil
	case "truncate":
		m.truncate = true
	case "cut":
		if m.cut, err = strconv.Atoi(arg); err != nil || m.cut < 1 {
			err = fmt.Errorf("cut wants a number of bytes, not %q", arg)
		}
		return true, err
	case "pointers":
		m.pointers = true
	case "garbage":
		m.garbage = true
	case "oversize":
		m.oversize = true
	default:
		return false, nil
	}
	return true, alone(word, arg)
}

func rcode(arg string) (int, error) {
	code, ok := dns.StringToRcode[strings.ToUpper(arg)]
	if !ok || code == 0 {
		return 0, fmt.Errorf("unknown rcode %q: want SERVFAIL, REFUSED, NXDOMAIN, …", arg)
	}
	return code, nil
}

// checkServers looks for name servers that nobody could ask.
func (w *World) checkServers(t *tree) error {
	for key, f := range w.serverFiles {
		other := w.servers[key].transfer.other
		switch {
		case other != "" && t.starts[other] == nil:
			return f.error(fmt.Errorf("there is no zone %s to hand out", other))
		case len(t.addresses(key.server)) == 0:
			return f.error(fmt.Errorf("no zone has an address for %s, so that nobody can ask it: add an A or AAAA record", key.server))
		case key.zone != "*" && t.starts[key.zone] == nil:
			return f.error(fmt.Errorf("there is no zone %s: add a file dns://%s", key.zone, strings.TrimSuffix(key.zone, ".")))
		}
	}
	return nil
}

// treats returns how the servers at one address treat a zone.
func (w *World) treats(servers []string, zone string) serverSettings {
	for _, z := range []string{zone, "*"} {
		for _, s := range servers {
			if x := w.servers[serverKey{s, z}]; x != nil {
				return *x
			}
		}
	}
	return serverSettings{}
}

// any reports whether a setting holds for some zone of the servers at one
// address: of what is the server's, not a zone's.
func (w *World) any(servers []string, holds func(*serverSettings) bool) bool {
	for key, s := range w.servers {
		if slices.Contains(servers, key.server) && holds(s) {
			return true
		}
	}
	return false
}
