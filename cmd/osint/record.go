package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"osint/pkg/audit"
	"osint/pkg/pipeline"
	"osint/pkg/report"
)

func (p places) audit() string { return filepath.Join(p.state, "audit") }

// operator is who types, by the id that the organisation gives: "" is the
// account's number.
func (c *console) operator() string { return c.getenv("OSINT_INVESTIGATOR") }

// ledger opens the record to write in it. actor "" is the operator of the
// environment.
func (c *console) ledger(p places, actor string) (*audit.Ledger, error) {
	return c.openLedger(p, c.auditOptions(actor))
}

// auditOptions says who writes, and with what.
func (c *console) auditOptions(actor string) audit.Options {
	if actor == "" {
		actor = c.operator()
	}
	b := thisBuild()
	return audit.Options{Actor: actor, Tool: "osint " + b.Version, Commit: b.Commit, Key: c.signingKey()}
}

func (c *console) openLedger(p places, o audit.Options) (*audit.Ledger, error) {
	l, err := audit.Open(p.audit(), p.keys(), o)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		err = fmt.Errorf("%w; set OSINT_HOME to a folder that can be written to", err)
	}
	return l, err
}

// enter lets the ledger hear what is written to a case from here on, and what
// it has not heard yet, as far as that is explained or the operator consents.
func (c *console) enter(l *audit.Ledger, f *pipeline.Folder, consent audit.Consent) error {
	s, err := l.For(f.Vault().Case, filepath.Join(f.Dir, caseFile), consent)
	if err != nil {
		return fmt.Errorf("%s: %w", shortPath(f.Dir), err)
	}
	if adopted := s.Adopted(); adopted != "" {
		c.say("osint: %s: taken in, not being on record: %s", shortPath(f.Dir), adopted)
	}
	f.Also(s)
	return nil
}

// consentFlags adds the flags by which the operator answers for a case that is
// not as the record has it.
func consentFlags(fs *pflag.FlagSet, o *audit.Consent) {
	fs.StringVar(&o.Rollback, "accept-rollback", "", "`REASON`: go on with a case that lacks lines which the ledger knows, and put that on record")
	fs.StringVar(&o.Adopt, "adopt", "", "`REASON`: take in lines of a case, or a case, that the ledger does not know, and put that on record")
}

// attest proves the lines of the run's case as they are.
func (w *work) attest(cs *pipeline.Case) error {
	e, err := attest(w.ledger, w.folder)
	if err != nil {
		return err
	}
	return w.heard(cs, e)
}

// attest proves the lines of a case as they are, in the case itself.
func attest(l *audit.Ledger, f *pipeline.Folder) (*pipeline.Event, error) {
	a, err := l.Attest(f.Vault().Case, filepath.Join(f.Dir, caseFile))
	if err != nil {
		return nil, err
	}
	e, err := a.Event()
	if err != nil {
		return nil, err
	}
	return e, f.Append(e)
}

// attested reports whether some line of a case proves all that a report of it
// shows.
func attested(cs *pipeline.Case) bool {
	return cs.Covering(cs.Lines) != nil
}

// removing does what removes cases, and lets it put each removal on record
// before it happens.
func (c *console) removing(command string, do func(record func(id string) error) error) error {
	return c.recording(func(l *audit.Ledger) error {
		return do(func(id string) error {
			_, err := l.Append(audit.Act{Type: audit.CaseRemove, Case: id, Body: audit.Body{"reason": command}})
			return err
		})
	})
}

// recording opens the ledger for do, and signs what it recorded.
func (c *console) recording(do func(*audit.Ledger) error) error {
	l, err := c.ledger(c.places(true), "")
	if err != nil {
		return err
	}
	return errors.Join(do(l), l.Close())
}

// append puts one act on record.
func (c *console) append(a audit.Act) error {
	return c.recording(func(l *audit.Ledger) error {
		_, err := l.Append(a)
		return err
	})
}

// recordReport puts on record that a report was made of which the case itself
// does not tell: one that was printed, or whose case can't be written to. Who only
// reads is not kept from it by a record that can't be written, but told.
func (c *console) recordReport(doc *report.Document, name, sha256 string) {
	err := c.append(audit.Act{Type: audit.Report, Case: doc.Case.ID, Body: audit.Body{"at": time.Now().UnixMilli(), "lines": doc.Case.Lines,
		"files": []audit.Body{{"name": name, "sha256": sha256}}}})
	if err != nil {
		c.say("osint: that this report was made is not on record: %v", err)
	}
}
