package collectors

import (
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// A picture is what names that nobody gave are answered with below one name,
// by type: nothing (NXDOMAIN), or what a wildcard makes up. It is drawn by
// probes, questions for random labels.
//
// A wildcard may answer from a pool that turns, so one probe is no picture.
// It is settled once as many probes as it needs, in a row, showed nothing new:
// three; twelve once a name with another answer put it in doubt; eight for
// each different answer where answers differ. Of an even pool the last address
// is then missed once in a thousand times. A pool that never settles says
// nothing of who is not in it.
type picture struct {
	union   map[string]bool // all that probes were answered with: see essence
	answers map[string]bool // the different answers, each as a whole
	sent    int
	out     int // on their way
	quiet   int // in a row, up to now, that showed nothing new
	doubted bool
}

const (
	fewProbes   = 3
	manyProbes  = 12
	probesAlike = 8   // for each different answer
	mostProbes  = 256 // for one picture
)

func newPicture() *picture { return &picture{union: map[string]bool{}, answers: map[string]bool{}} }

// due returns how many probes are to be sent now.
func (p *picture) due() int {
	need := fewProbes
	switch {
	case len(p.answers) > 1:
		need = probesAlike * len(p.answers)
	case p.doubted:
		need = manyProbes
	}
	return max(0, min(need-p.quiet-p.out, mostProbes-p.sent))
}

// settled reports whether the picture is whole.
func (p *picture) settled() bool { return p.out == 0 && p.due() == 0 && p.sent < mostProbes }

// wild reports whether names that nobody gave are answered.
func (p *picture) wild() bool { return len(p.union) > 0 }

// saw takes note of a probe's answer; nil is NXDOMAIN.
func (p *picture) saw(essence []string) {
	p.quiet++
	if essence == nil {
		return
	}
	whole := strings.Join(essence, "\n")
	if !p.answers[whole] {
		p.answers[whole], p.quiet = true, 0
	}
	for _, e := range essence {
		if !p.union[e] {
			p.union[e], p.quiet = true, 0
		}
	}
}

// covers reports whether a wildcard would answer a name like this.
func (p *picture) covers(essence []string) bool {
	return !slices.ContainsFunc(essence, func(e string) bool { return !p.union[e] })
}

// essence returns what an answer says of a name, equal for equal answers: its
// addresses, sorted, or "nothing" if there is no record of the type.
//
// Of an alias it is the target alone: what lies behind is its holder's, and
// often turns. A target that repeats the name's first label, as a DNAME makes
// it, is as good as none, so "*" stands for the label and the addresses count.
func essence(name string, chain []dns.RR) []string {
	var out []string
	for i, rr := range chain {
		switch rr := rr.(type) {
		case *dns.CNAME:
			if i > 0 {
				continue
			}
			target := bareName(rr.Target)
			label, _, _ := strings.Cut(name, ".")
			rest, same := strings.CutPrefix(target, label+".")
			if !same {
				return []string{"CNAME " + target}
			}
			out = append(out, "CNAME *."+rest)
		case *dns.A:
			out = append(out, "A "+rr.A.String())
		case *dns.AAAA:
			out = append(out, "AAAA "+rr.AAAA.String())
		}
	}
	if len(out) == 0 {
		return []string{"nothing"}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxChain bounds what is kept of one answer, in records.
const maxChain = 32

// chainOf returns the records of an answer that tell where a name leads: each
// alias in turn, and the addresses at the end. What else a server puts beside
// them is left out.
func chainOf(name string, answer []dns.RR) (chain []dns.RR) {
	for at := name; len(chain) < maxChain; {
		next := ""
		for _, rr := range answer {
			if h := rr.Header(); bareName(h.Name) != at || h.Class != dns.ClassINET || len(chain) == maxChain {
				continue
			}
			switch rr := rr.(type) {
			case *dns.CNAME:
				if next == "" && rr.Target != "" {
					chain, next = append(chain, rr), bareName(rr.Target)
				}
			case *dns.A:
				if len(rr.A) > 0 {
					chain = append(chain, rr)
				}
			case *dns.AAAA:
				if len(rr.AAAA) > 0 {
					chain = append(chain, rr)
				}
			}
		}
		if next == "" {
			break
		}
		at = next
	}
	return chain
}
