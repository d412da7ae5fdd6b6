package exchange

import (
	"net/netip"
	"net/url"
	"strings"

	"osint/pkg/pipeline"
)

// Places say at which line of which file of the repository a finding is
// shown: the line that names its target.
type Places struct {
	File  string                  // relative to the repository's root, with slashes
	Lines map[pipeline.Entity]int // from 1
	Line  int                     // of what no line names; from 1
	Real  bool                    // the file is there: it can be annotated
}

// StandIn is for findings that no file of the repository names. A code host
// shows nothing without a place, and knows a finding again by it, so it is the
// same in every run: osint/TARGET, line 1.
func StandIn(target string) Places {
	return Places{File: "osint/" + target, Line: 1}
}

// of returns the line of an entity: its own, else that of the nearest name or
// the narrowest network it lies in, else the one for all the rest.
func (p Places) of(e pipeline.Entity) int {
	if n, ok := p.Lines[e]; ok {
		return n
	}
	for name := e.Hostname(); name != ""; {
		for _, k := range []pipeline.Kind{pipeline.KindHost, pipeline.KindDomain} {
			if n, ok := p.Lines[pipeline.Entity{Kind: k, Value: name}]; ok {
				return n
			}
		}
		_, name, _ = strings.Cut(name, ".")
	}
	if a, err := netip.ParseAddr(e.Value); err == nil {
		if n := p.network(a); n > 0 {
			return n
		}
	}
	return max(p.Line, 1)
}

// network returns the line of the narrowest network that an address lies in,
// or 0.
func (p Places) network(a netip.Addr) (line int) {
	bits := -1
	for e, n := range p.Lines {
		if x, err := netip.ParsePrefix(e.Value); err == nil && e.Kind == pipeline.KindNetblock && x.Contains(a) && x.Bits() > bits {
			bits, line = x.Bits(), n
		}
	}
	return line
}

// uri returns the file as a relative reference (RFC 3986).
func (p Places) uri() string {
	parts := strings.Split(p.File, "/")
	for i, x := range parts {
		parts[i] = url.PathEscape(x)
	}
	return strings.Join(parts, "/")
}
