package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"osint/cmd/osint/tui"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// compose makes the statement that the flags ask for, of what waits.
func (a *approving) compose(cs *pipeline.Case, dir string) (s compliance.Statement, err error) {
	now := a.c.today()
	expires, err := until(a.expires, now)
	if err != nil {
		return s, usage("--expires: %w", err)
	}
	s = compliance.Statement{Approver: a.by, Case: cs.Opened.Case, Issued: compliance.Stamp(now), Expires: compliance.Stamp(expires), Reason: a.reason, Version: compliance.ApprovalVersion}
	if err := s.Suits(cs); err != nil {
		return s, usage("--by %s: %w", a.by, err)
	}
	chosen, err := a.chosen(cs, dir) // what is approved already may be approved again, for longer
	if err != nil {
		return s, err
	}
	for _, r := range chosen {
		s.Subjects = append(s.Subjects, r.Subject.String())
		if r.Collector != "" {
			s.Collectors = append(s.Collectors, r.Collector)
		}
		for _, w := range r.Rules {
			if len(a.rules) == 0 || slices.Contains(a.rules, w.Rule) {
				s.Rules, s.Unknown = append(s.Rules, w.Rule), append(s.Unknown, w.Unknown...)
			}
		}
	}
	if slices.Contains(a.rules, compliance.RuleApprover) {
		s.Rules = append(s.Rules, compliance.RuleApprover)
	}
	s.Tidy()
	if err := s.Check(); err != nil {
		return s, usage("%w", err)
	}
	return s, nil
}

// chosen returns the questions that the flags choose among those that wait. What
// is named and doesn't wait is an error: nobody approves by a slip of the pen.
func (a *approving) chosen(cs *pipeline.Case, dir string) (out []compliance.Review, err error) {
	reveal := a.reveal(cs, dir)
	used := map[string]bool{}
	asSuch := slices.Contains(a.rules, compliance.RuleApprover)
	waits, err := a.waiting(cs, dir, compliance.Approvals{}, asSuch)
	if err != nil {
		return nil, err
	}
	for _, r := range waits {
		name, ok := a.names(r.Subject, reveal)
		if !ok || len(a.collectors) > 0 && !slices.Contains(a.collectors, r.Collector) {
			continue
		}
		rules := slices.Clone(a.rules)
		rules = slices.DeleteFunc(rules, func(rule string) bool {
			return rule != compliance.RuleApprover && !slices.ContainsFunc(r.Rules, func(w compliance.Waiting) bool { return w.Rule == rule })
		})
		if len(a.rules) > 0 && len(rules) == 0 {
			continue
		}
		used[name], used[r.Collector] = true, true
		for _, rule := range rules {
			used[rule] = true
		}
		out = append(out, r)
	}
	for _, x := range []struct {
		flag  string
		words []string
	}{{"collector", a.collectors}, {"rule", a.rules}, {"subject", a.subjects}} {
		for _, w := range x.words {
			if used[w] {
				continue
			}
			if x.flag == "subject" { // it may be somebody's name
				w = "ENTITY"
			}
			return nil, usage("--%s %s: nothing of the kind waits for review here (a denial is never waived): osint compliance approve CASE%s lists what does", x.flag, w, a.typedAudience())
		}
	}
	if len(out) == 0 {
		if a.audience != "" {
			return nil, usage("nothing of the case waits for review on the way to %q (a denial is never waived): osint compliance approve CASE%s says what stands against it", a.audience, a.typedAudience())
		}
		return nil, usage("nothing waits for review in this case")
	}
	return out, nil
}

// names returns by which --subject an entity is chosen; any does where none is
// given.
func (a *approving) names(e pipeline.Entity, reveal func(pipeline.Entity) string) (flag string, ok bool) {
	if len(a.subjects) == 0 {
		return "", true
	}
	clear := reveal(e)
	for _, s := range a.subjects {
		typed, err := pipeline.ParseEntity(s)
		if s == e.String() || s == e.Value || err == nil && typed.String() == clear {
			return s, true
		}
	}
	return "", false
}

// reveal returns what says an entity in clear, as far as this machine has the
// keys.
func (a *approving) reveal(cs *pipeline.Case, dir string) func(pipeline.Entity) string {
	v, err := pipeline.ReadVault(cs, dir, a.c.places(false).keys())
	return func(e pipeline.Entity) string {
		if err == nil {
			if clear, ok := v.Reveal(e); ok {
				return clear.String()
			}
		}
		return e.String()
	}
}

// sign signs with the key of --key.
func (a *approving) sign(s compliance.Statement, list []compliance.Approver) (string, error) {
	i := slices.IndexFunc(list, func(x compliance.Approver) bool { return strings.EqualFold(x.ID, s.Approver) })
	if i < 0 {
		_, err := compliance.Verify(s, "", list, a.c.today())
		return "", usage("--by %s: %w", a.by, err)
	}
	text, err := os.ReadFile(a.key)
	if info, e := os.Stat(a.key); err == nil && e == nil && info.Mode().Perm()&0o077 != 0 && bytes.Contains(text, []byte("PRIVATE KEY")) {
		err = fmt.Errorf("%s can be read by others: run chmod 600 on it", a.key)
	}
	if err != nil {
		return "", usage("--key: %w", err)
	}
	signature, err := compliance.Sign(s, list[i], text, func() ([]byte, error) {
		word, err := tui.Passphrase(a.c.in, a.c.stderr, "Passphrase of "+a.key+": ")
		if errors.Is(err, tui.ErrNoTerminal) {
			err = fmt.Errorf("%w: run it on one, or %s", compliance.ErrNoPassphrase, compliance.SignElsewhere)
		}
		return word, err
	})
	if err != nil {
		return "", usage("--key %s: %w", a.key, err)
	}
	return signature, nil
}

// enter verifies an approval as the gate will, and puts it into the case and on
// record.
func (a *approving) enter(dir, name string, s compliance.Statement, sign func([]compliance.Approver) (string, error)) error {
	list, err := a.c.approvers()
	if err != nil {
		return err
	}
	folder, err := pipeline.Open(dir, a.c.places(false).keys())
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := s.Suits(folder.Case); err != nil {
		return usage("%w", err)
	}
	signature, err := sign(list)
	if err != nil {
		return err
	}
	who, err := compliance.Verify(s, signature, list, a.c.today())
	if err != nil {
		return usage("%w", err)
	}
	to, country := s.Audience()
	a.audience, a.country = string(to), country
	if err := a.stillWaits(folder.Case, dir, s); err != nil {
		return err
	}
	l, err := a.c.ledger(a.c.places(true), "")
	if err != nil {
		return err
	}
	defer l.Close()
	if err := a.c.enter(l, folder, a.consent); err != nil {
		return err
	}
	e := compliance.Approval{Signature: signature, Key: who.Fingerprint, PublicKey: who.Key, EnteredBy: a.typist()}.Event(s)
	if err := folder.Append(e); err != nil {
		return err
	}
	if _, err := attest(l, folder); err != nil {
		return err
	}
	if a.json {
		return a.c.json(approved{1, s, s.Digest(), who.Fingerprint, e.Seq})
	}
	fmt.Fprintf(a.c.out, "approved by %s until %s, signed by key %s\n", s.Approver, s.Expires, who.Fingerprint)
	what := "collectors  " + strings.Join(s.Collectors, ", ")
	if a.audience != "" {
		what = "audience    " + strings.TrimSpace(a.audience+" "+a.country)
	}
	fmt.Fprintf(a.c.out, "rules       %s\n%s\nabout       %s\n", strings.Join(s.Rules, ", "), what, countOf(len(s.Subjects), "entity", "entities"))
	if len(s.Unknown) > 0 {
		fmt.Fprintf(a.c.out, "unknown     %s: accepted so\n", strings.Join(s.Unknown, ", "))
	}
	if err := a.c.flush(); err != nil {
		return err
	}
	if a.audience != "" {
		a.c.say("osint: osint report %s --to DIR%s hands it out", name, a.typedAudience())
		return nil
	}
	a.c.say("osint: osint resume %s asks what was approved", name)
	return nil
}

// approved is what --json prints of an approval.
type approved struct {
	Version   int                  `json:"schema_version"`
	Statement compliance.Statement `json:"statement"`
	SHA256    string               `json:"sha256"` // of what was signed
	Key       string               `json:"key"`    // fingerprint
	Line      uint64               `json:"line"`   // of the case
}

// typist is who types, for the record: he vouches for nothing.
func (a *approving) typist() string {
	if id := a.c.operator(); id != "" {
		return id
	}
	return fmt.Sprintf("uid:%d", os.Getuid())
}

// stillWaits holds that each rule of a statement is one that something waits for.
func (a *approving) stillWaits(cs *pipeline.Case, dir string, s compliance.Statement) error {
	waits := map[string]bool{compliance.RuleApprover: true}
	list, err := a.waiting(cs, dir, compliance.Approvals{}, slices.Contains(s.Rules, compliance.RuleApprover))
	if err != nil {
		return err
	}
	for _, r := range list {
		for _, w := range r.Rules {
			waits[w.Rule] = true
		}
	}
	for _, rule := range s.Rules {
		if !waits[rule] {
			return usage("nothing in the case waits for review by %s (a denial is never waived)", rule)
		}
	}
	return nil
}
