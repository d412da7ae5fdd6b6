package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"osint/pkg/compliance"
	"osint/pkg/pipeline/rule"
	"osint/profiles"
)

const (
	policyVariable = "OSINT_POLICY"             // names the organisation's document
	systemPolicy   = "/etc/osint/policy.yaml"   // holds for everybody on this machine
	noPolicy       = "none is loaded: neither " // begins what is said where there is none
)

// policy is what the organisation says, wherever it says so.
type policy struct {
	organisation *compliance.Organisation // nil: there is none
	ceilings     []compliance.Ceiling     // all hold
	files        []string                 // that were read
}

// policy reads the organisation's documents, once in a process: the machine's,
// and what OSINT_POLICY names. Both hold. One that is there and can't be read is
// an error, and nothing is done without it.
func (c *console) policy() (*policy, error) {
	c.policyOnce.Do(func() { c.policyRead, c.policyErr = c.readPolicy() })
	return c.policyRead, c.policyErr
}

func (c *console) readPolicy() (*policy, error) {
	p := &policy{}
	for _, from := range []struct {
		path, who string
		must      bool
	}{{systemPolicy, "", false}, {c.getenv(policyVariable), policyVariable + ": ", true}} {
		if from.path == "" || slices.Contains(p.files, from.path) {
			continue
		}
		text, err := document(from.path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && !from.must:
			continue
		case err != nil:
			return nil, usage("%sthe organisation's document %s can't be read: %s; nothing is done without it", from.who, from.path, reason(err))
		}
		o, err := compliance.ParseOrganisation(from.path, text)
		if err != nil {
			return nil, usage("%w", err)
		}
		if p.organisation == nil {
			p.organisation = o
		} else if err := p.organisation.Same(o); err != nil {
			return nil, usage("%s: %w", policyVariable, err)
		}
		p.ceilings, p.files = append(p.ceilings, o.Ceiling), append(p.files, from.path)
	}
	return p, nil
}

// document reads a file of at most a MiB, which a pipe or a device is not.
func document(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is no plain file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSheet+1)) // a longer one is refused where it is parsed
}

// over returns a profile under the organisation's ceilings.
func (p *policy) over(q *profiles.Profile) *profiles.Profile {
	for _, c := range p.ceilings {
		q = q.Under(c)
	}
	return q
}

// dayLimit is what all runs of this machine may spend on one day by the
// organisation's ceilings; nil is no limit.
func (p *policy) dayLimit() (least *float64) {
	for _, c := range p.ceilings {
		least = compliance.Least(least, c.CostUSDDay)
	}
	return least
}

// diagnosePolicy looks whether the organisation's documents can be read, and
// whether they say what they will be asked.
func (c *console) diagnosePolicy() diagnosis {
	d := diagnosis{"policy", well, noPolicy + policyVariable + " nor " + systemPolicy, ""}
	p, err := c.policy()
	switch {
	case err != nil:
		d.State, d.Detail, d.Next = fail, err.Error(), "osint profile validate FILE"
	case p.organisation != nil:
		o := p.organisation
		d.Detail = fmt.Sprintf("%s, version %s, by %s", o.Metadata.ID, o.Metadata.Version, strings.Join(p.files, " and "))
		if why, next := doubt(o); why != "" {
			d.State, d.Detail, d.Next = warn, d.Detail+": "+why, next
		}
	}
	return d
}

// doubt says what in an organisation's document will not do what was meant.
func doubt(o *compliance.Organisation) (why, next string) {
	known := sources()
	for _, s := range slices.Sorted(maps.Keys(o.Body.Contracts)) {
		if !slices.Contains(known, s) {
			return fmt.Sprintf("contracts names %q, which is no source here", s), rule.OneOf(s, known)
		}
	}
	if bad := unknownCollectors(o.Ceiling.Collectors.Exclude); bad != "" {
		return fmt.Sprintf("ceiling.collectors.exclude names %q, which is no collector here", bad), rule.OneOf(bad, collectorNames())
	}
	if len(o.Approvers) == 0 {
		return "nobody may approve what waits for review", "write approvers: with the id, the roles and the public keys of those who may"
	}
	return "", ""
}

func unknownCollectors(names []string) string {
	there := collectorNames()
	for _, n := range names {
		if !slices.Contains(there, n) {
			return n
		}
	}
	return ""
}
