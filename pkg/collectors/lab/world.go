package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"osint/testdata"
)

// A World is a small internet as its text describes it. It does not change;
// any number of labs may serve it at once.
type World struct {
	name     string
	title    string
	story    string
	seeds    []string
	asks     []string
	personal []string

	zones    []zone
	signings map[string]signing // by zone
	signed   map[string]file
	sites    map[string]*site     // by scheme://host
	whois    map[string]*registry // by server
	postgres map[string]tables    // by server
	hosts    map[string]*host     // by name, or *.name
	placed   map[string]file      // the file where a host that must be reachable was met

	servers     map[serverKey]*serverSettings
	serverFiles map[serverKey]file
	speakers    map[netip.AddrPort]*speaker
}

// Title returns the first line of the world's comment.
func (w *World) Title() string { return w.title }

// Story returns the comment on top, whole.
func (w *World) Story() string { return w.story }

// Seeds returns what an investigation of this world begins with.
func (w *World) Seeds() []string { return slices.Clone(w.seeds) }

// Asks returns further entities that the world's sources know something of:
// collectors that take nothing that the seeds lead to are tried on them.
func (w *World) Asks() []string { return slices.Clone(w.asks) }

// Personal returns the values that are planted in the world as personal: they
// must stand in clear in no case, evidence, cache or log.
func (w *World) Personal() []string { return slices.Clone(w.personal) }

// Names returns the names of the embedded worlds, sorted.
func Names() []string {
	entries, err := fs.ReadDir(testdata.Worlds, "lab")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".txtar"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Open returns the embedded world of that name, the one that a txtar file
// describes, or one that is made: "estate:100" has a hundred domains. Sources of
// which a world says nothing know nothing in it.
func Open(nameOrPath string) (*World, error) {
	if size, ok := strings.CutPrefix(nameOrPath, estatePrefix); ok {
		return openEstate(size)
	}
	if strings.ContainsAny(nameOrPath, `/\`) || strings.HasSuffix(nameOrPath, ".txtar") {
		b, err := os.ReadFile(nameOrPath)
		if err != nil {
			return nil, fmt.Errorf("open world: %w", err)
		}
		if _, err := Parse(nameOrPath, b); err != nil { // by its own lines
			return nil, err
		}
		if b, err = joined(b, "common"); err != nil {
			return nil, err
		}
		return Parse(nameOrPath, b)
	}
	b, err := Source(nameOrPath)
	if err != nil {
		return nil, err
	}
	return Parse(nameOrPath+".txtar", b)
}

// Parse reads a world. An error begins with "name:line:". What is not known
// is an error, and so is a host that nobody could reach because no zone has
// an address for it.
func Parse(name string, source []byte) (*World, error) {
	w := &World{name: name, signings: map[string]signing{}, signed: map[string]file{}, sites: map[string]*site{}, whois: map[string]*registry{}, postgres: map[string]tables{}, hosts: map[string]*host{}, placed: map[string]file{},
		servers: map[serverKey]*serverSettings{}, serverFiles: map[serverKey]file{}, speakers: map[netip.AddrPort]*speaker{}}
	archive := txtar.Parse(source)
	if err := w.comment(string(archive.Comment)); err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	line := 1 + strings.Count(string(archive.Comment), "\n")
	for _, f := range archive.Files {
		at := file{world: name, name: f.Name, line: line, data: string(f.Data)}
		if err := w.file(at); err != nil {
			return nil, at.error(err)
		}
		line += 1 + strings.Count(string(f.Data), "\n")
	}
	return w, w.check()
}

// comment reads the title, the seeds, what else is asked, and the planted
// personal values.
func (w *World) comment(c string) error {
	w.story = strings.TrimSpace(c)
	w.title, _, _ = strings.Cut(w.story, "\n")
	for line := range strings.Lines(c) {
		list := func(key string) (values []string) {
			if rest, ok := strings.CutPrefix(line, key+":"); ok {
				for v := range strings.SplitSeq(rest, ",") {
					values = append(values, strings.TrimSpace(v))
				}
			}
			return values
		}
		w.seeds = append(w.seeds, list("seeds")...)
		w.asks = append(w.asks, list("asks")...)
		w.personal = append(w.personal, list("personal")...)
	}
	if w.title == "" || len(w.seeds) == 0 {
		return errors.New(`a world begins with a line that is its title and has a line "seeds: NAME, NAME"`)
	}
	return nil
}

// file reads one file of the world by its name, which is a URL.
func (w *World) file(f file) error {
	scheme, rest, ok := strings.Cut(f.name, "://")
	if !ok {
		return fmt.Errorf("the file name %q is no URL: want dns://ZONE, dnssec://ZONE, whois://SERVER/QUERY, postgres://SERVER/ARGUMENT, http://HOST/PATH, https://…, http(s)://…, host://NAME, tcp://ADDRESS:PORT or ns://SERVER/ZONE", f.name)
	}
	method := "GET"
	if m, s, ok := strings.Cut(scheme, " "); ok {
		method, scheme = m, s
	}
	switch scheme {
	case "dns":
		return w.zoneFile(f, rest)
	case "dnssec":
		return w.signingFile(f, rest)
	case "whois":
		return w.whoisFile(f, rest)
	case "postgres":
		return w.postgresFile(f, rest)
	case "host":
		return w.hostFile(f, rest)
	case "tcp":
		return w.speakerFile(f, rest)
	case "ns":
		return w.serverFile(f, rest)
	case "http", "https":
		return w.siteFile(f, method, scheme, rest)
	case "http(s)":
		if err := w.siteFile(f, method, "http", rest); err != nil {
			return err
		}
		return w.siteFile(f, method, "https", rest)
	}
	return fmt.Errorf("unknown scheme %q: want dns, dnssec, whois, postgres, http, https, http(s), host or ns", scheme)
}

// check looks for what makes no sense across files.
func (w *World) check() error {
	tree, err := w.plant(midnight(time.Now()))
	if err != nil {
		return err
	}
	for origin, f := range w.signed {
		if tree.starts[origin] == nil {
			return f.error(fmt.Errorf("no zone %s is there to be signed: add dns://%s", origin, strings.TrimSuffix(origin, ".")))
		}
	}
	for name, f := range w.placed {
		if _, err := netip.ParseAddr(name); err != nil && len(tree.addresses(name)) == 0 {
			return f.error(fmt.Errorf("no zone has an address for %s, so that nobody can reach it: add an A or AAAA record", name))
		}
	}
	for name, h := range w.hosts {
		serves := h.tls.given || h.smtp != "" || w.whois[name] != nil || w.sites["http://"+name] != nil || w.sites["https://"+name] != nil
		if !serves && h.dns == (dnsSettings{}) {
			return h.file.error(fmt.Errorf("%s answers nothing: no site and no WHOIS server has that name", name))
		}
	}
	return w.checkServers(tree)
}

// file is a file of a world, with the line that its name stands on.
type file struct {
	world, name string
	line        int
	data        string
}

// error places an error: a lineError at its line, others at the file's name.
func (f file) error(err error) error {
	line := f.line
	if e := (*lineError)(nil); errors.As(err, &e) {
		line += e.line
		return fmt.Errorf("%s:%d: %s", f.world, line, e.text)
	}
	return fmt.Errorf("%s:%d: %w", f.world, line, err)
}

// midnight is the moment that dates in a world are counted from.
func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
