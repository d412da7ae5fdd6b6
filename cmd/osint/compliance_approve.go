package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/compliance"
	"osint/pkg/pipeline"
)

// An approving is what the flags of osint compliance approve say.
type approving struct {
	c                    *console
	collectors, rules    []string
	audience, country    string // to which the case would be handed, and where it is; "": questions are meant
	subjects             []string
	by, reason, expires  string
	key                  string // file of a private key
	statement, signature string // files
	printStatement, json bool
	consent              audit.Consent
}

func newApprove(c *console) *cobra.Command {
	a := &approving{c: c}
	cmd := &cobra.Command{
		Use: "approve CASE", Short: "List what waits for review in a case, or approve it", Args: exactly("a case: osint cases list names them"),
		Long: `Without --by it lists the questions that were not asked because a rule waits
for somebody to look: who is meant, which collector, which rules, what is not
known, and what would settle it.

With --audience it is of handing the case out, by osint report --audience: what
stops that, and for whom. Approved, it goes to that audience in that country, and
to no other.

An approver is a person whom the organisation's document names with a key
(approvers; OSINT_POLICY, /etc/osint/policy.yaml), and who is neither the
investigator of the case nor whoever resumed it. What he signs names the case,
the subjects, the collectors, the rules, the facts that he accepts as unknown,
why, and until when. It reaches nothing else, and no denial.

With --key he signs here; the key is one of SSH, or Ed25519 in PEM. Elsewhere, or
where an agent or a token holds it: --print-statement > FILE, then
ssh-keygen -Y sign -n ` + compliance.ApprovalVersion + ` -f KEY FILE, then
--signature FILE.sig. osint resume CASE asks what was approved, and only that.

Name nobody in --reason: it stays in the case.`,
		Example: `  osint compliance approve CASE
  osint compliance approve CASE --by a.meyer --reason 'LIA-7' --expires 30d --print-statement > FILE
  osint compliance approve CASE --by a.meyer --reason 'LIA-7' --expires 30d --key ~/.ssh/id_ed25519
  osint compliance approve CASE --signature FILE.sig
  osint compliance approve CASE --audience clients --recipient-country DE`,
		RunE: func(_ *cobra.Command, args []string) error { return a.run(args[0]) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringSliceVar(&a.collectors, "collector", nil, "`LIST`: only the questions of these (default: all that wait)")
	fs.StringSliceVar(&a.rules, "rule", nil, "`LIST`: only these rules; "+compliance.RuleApprover+" approves a question as such, which some rules require")
	fs.StringArrayVar(&a.subjects, "subject", nil, "`ENTITY`: only about it, in clear or by its token (repeatable)")
	fs.StringVar(&a.audience, "audience", "", "`WHO`: what keeps the case from them, not the questions: "+strings.Join(audienceWords(), ", "))
	fs.StringVar(&a.country, "recipient-country", "", "`CC`: where they are, ISO 3166-1: law may want to know")
	fs.StringVar(&a.by, "by", "", "`ID`: who approves, as the organisation's document calls him")
	fs.StringVar(&a.reason, "reason", "", "`TEXT`: why, for the record")
	fs.StringVar(&a.expires, "expires", "", "`TIME`: such as 30d, or 2026-12-31, the last day that it holds")
	fs.StringVar(&a.key, "key", "", "`FILE`: private key that signs")
	fs.BoolVar(&a.printStatement, "print-statement", false, "print what is to be signed, and approve nothing")
	fs.StringVar(&a.signature, "signature", "", "`FILE`: of a statement that was signed elsewhere")
	fs.StringVar(&a.statement, "statement", "", "`FILE`: that was signed (default: the signature's without .sig)")
	consentFlags(fs, &a.consent)
	jsonFlag(cmd, &a.json)
	return cmd
}

func (a *approving) run(name string) error {
	dir, err := a.c.find(name)
	if err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	switch {
	case a.signature != "":
		s, signature, err := a.readSigned()
		if err != nil {
			return err
		}
		return a.enter(dir, name, s, func([]compliance.Approver) (string, error) { return signature, nil })
	case a.by == "":
		return a.list(dir)
	}
	cs, err := pipeline.Read(dir)
	if err != nil {
		return err
	}
	s, err := a.compose(cs, dir)
	if err != nil {
		return err
	}
	if a.printStatement {
		_, err := a.c.out.Write(s.Bytes())
		return err
	}
	return a.enter(dir, name, s, func(list []compliance.Approver) (string, error) { return a.sign(s, list) })
}

// check says which flags don't go together.
func (a *approving) check() error {
	chosen := a.by != "" || a.reason != "" || a.expires != "" || a.key != "" || a.printStatement
	if a.audience != "" {
		if err := oneOf("--audience", a.audience, audienceWords()...); err != nil {
			return err
		}
	}
	if a.country != "" {
		if err := compliance.Country(a.country).Check(); err != nil {
			return usage("--recipient-country: %w", err)
		}
	}
	switch {
	case a.audience != "" && len(a.collectors) > 0:
		return usage("--collector is of questions, and --audience of handing the case out: approve one, then the other")
	case a.country != "" && a.audience == "" && a.signature == "":
		return usage("--recipient-country is of somebody who is given it: write --audience, too")
	case a.signature != "" && (chosen || a.audience+a.country != "" || len(a.collectors)+len(a.rules)+len(a.subjects) > 0):
		return usage("--signature: the statement that was signed says the rest: leave the other flags out")
	case a.signature == "" && a.statement != "":
		return usage("--statement: nothing signs it: give --signature FILE")
	case chosen && a.by == "":
		return usage("who approves is missing: write --by ID, as the organisation's document calls the person")
	case a.by != "" && a.reason == "":
		return usage("an approval goes on record with a reason: write --reason TEXT")
	case a.by != "" && a.expires == "":
		return usage("an approval ends: write --expires 30d, or a date")
	case a.by != "" && (a.key != "") == a.printStatement:
		return usage("write --key FILE to sign here, or --print-statement to sign elsewhere")
	}
	return nil
}

// readSigned reads a statement and its signature.
func (a *approving) readSigned() (s compliance.Statement, signature string, err error) {
	path := a.statement
	if path == "" {
		cut := len(a.signature) - len(".sig")
		if cut <= 0 || a.signature[cut:] != ".sig" {
			return s, "", usage("--signature %s: which statement was signed? name it with --statement FILE", a.signature)
		}
		path = a.signature[:cut]
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, "", usage("--statement: %w", err)
	}
	if s, err = compliance.ParseStatement(text); err != nil {
		return s, "", usage("%s: %w", path, err)
	}
	raw, err := os.ReadFile(a.signature)
	if err == nil {
		signature, err = compliance.ReadSignature(raw)
	}
	if err != nil {
		return s, "", usage("--signature: %w", err)
	}
	return s, signature, nil
}

// until reads when an approval ends: a time from now on, or a day, which counts.
func until(text string, now time.Time) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Second), nil
	}
	d, err := parseAge(text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no time: write one such as 30d, or a day such as %s", text, now.AddDate(0, 0, 30).Format(time.DateOnly))
	}
	return now.Add(d).Truncate(time.Second), nil
}
