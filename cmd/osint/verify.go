package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
	"osint/pkg/audit/casefile"
	"osint/pkg/report"
)

func newVerify(c *console) *cobra.Command {
	var v verifying
	cmd := &cobra.Command{
		Use: "verify CASE", GroupID: groupRead, Short: "Verify a case that somebody sent you, by the proof in it",
		Long: `The lines of the case are held against the checkpoint that signs them, its
evidence against its lines, its reports against both. Nobody is asked, nothing
is written into the case, and no ledger is needed: where it is kept, osint audit
verify says more.

Who signed is a question of its own. Ask the sender for the fingerprint of his
key by another way than the case came, and give it as --key. --trust remembers
the key as one you know; this machine's own is known by itself. A key that is
not known is a warning, for whoever made it could have written all of the case.
Approvals are told with the key that signed them: ask the organisation whose it is.

Exit codes: 0 all holds, 20 tampered, 23 incomplete (evidence is missing, or the
case has no proof), 24 all holds, with warnings; 2 there is no such case.`,
		Example: "  osint verify CASE --trust\n  osint verify CASE --json | jq '.faults[].text'",
		Args:    exactly("a case: the folder that was sent to you"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("key") && !audit.IsKey(v.key) {
				return usage("--key %q: a fingerprint is wanted, such as SHA256: and 43 letters or digits, or a whole key, as osint audit key show prints them", v.key)
			}
			return v.run(c, args[0])
		},
	}
	cmd.Flags().StringVar(&v.key, "key", "", "`FINGERPRINT`: of a key that must have signed, or that key itself")
	cmd.Flags().StringArrayVar(&v.witnesses, "witness", nil, "`VKEY`: key of a witness whose cosignature counts (repeatable)")
	cmd.Flags().BoolVar(&v.trust, "trust", false, "pin the key that signed: it is known from here on")
	jsonFlag(cmd, &v.json)
	return cmd
}

// knownKeysFile holds the pins: one key a line.
const knownKeysFile = "known_keys"

// verifying is one verification of a case.
type verifying struct {
	key         string
	witnesses   []string
	trust, json bool
}

func (v *verifying) run(c *console, name string) error {
	dir, err := c.find(name)
	if err != nil {
		return err
	}
	p := c.places(v.trust)
	check, err := casefile.Check(dir, p.keys(), v.witnesses...)
	if errors.Is(err, audit.ErrWitness) {
		return usage("--witness: %w", err)
	}
	if err != nil {
		return err
	}
	pins := filepath.Join(p.config, knownKeysFile)
	known, err := casefile.ReadKnownKeys(pins, p.audit())
	if errors.Is(err, casefile.ErrPin) {
		return usage("%w", err)
	}
	if err != nil {
		return err
	}
	known.Judge(check, v.key)
	if v.trust {
		if err := v.pin(c, known, check, pins); err != nil {
			return err
		}
	}
	if v.json {
		err = c.json(verified{Dir: dir, Code: check.Verdict(), Verdict: check.Verdict().String(), Level: check.Level(), Result: check})
	} else {
		target := ""
		if o, err := readOpened(dir); err == nil {
			target = title(o.Seeds)
		}
		c.showCheck(check, target)
	}
	if err == nil {
		err = c.flush()
	}
	if err == nil && check.Verdict() != audit.Sound {
		err = &exit{int(check.Verdict()), fmt.Errorf("%s: %s", dir, verdictText(check))}
	}
	return err
}

// verified is what --json prints.
type verified struct {
	Dir     string        `json:"dir"`
	Code    audit.Verdict `json:"code"`
	Verdict string        `json:"verdict"`
	Level   audit.Level   `json:"level"`
	*casefile.Result
}

// pin remembers the keys of a case that was not tampered with.
func (v *verifying) pin(c *console, known *casefile.KnownKeys, check *casefile.Result, path string) error {
	if check.Verdict() == audit.Tampered || len(check.Proofs) == 0 {
		c.say("osint: no key is pinned: nothing here shows that it is the sender's")
		return nil
	}
	for _, p := range check.Proofs {
		if known.Known(p.Key) != "" {
			continue
		}
		if err := known.Pin(p.Key, "signed case "+report.Safe(check.Case)); err != nil {
			return err
		}
		c.say("osint: pinned %s of ledger %s in %s", p.Fingerprint, p.Ledger, path)
	}
	check.Drop("key")
	known.Judge(check, v.key)
	return nil
}

func verdictText(check *casefile.Result) string {
	n, keys := 0, 0
	for _, f := range check.Faults {
		if f.Code != check.Verdict() {
			continue
		}
		if n++; f.What == "key" {
			keys++
		}
	}
	switch check.Verdict() {
	case audit.Tampered:
		if n == keys {
			return "it is signed with another key than the one that is named or known: a new one, or a forged one"
		}
		return "it is not what was recorded: " + count(n, "fault")
	case audit.Incomplete:
		return "not all of it can be verified: " + count(n, "fault")
	}
	return "all that is attested holds, with " + count(n, "warning")
}

// showCheck prints what became of a case.
func (c *console) showCheck(k *casefile.Result, target string) {
	p := page{width: cmp.Or(c.width(c.stdout), 1<<10), color: c.colored(c.stdout)}
	row := func(head, text string) {
		if text != "" {
			p.line(c.out, pad(head, 10), report.Safe(text))
		}
	}
	row("Case", k.Case+after(", ", target))
	row("Lines", fmt.Sprintf("%d, of which %d are attested", k.Lines, k.Attested))
	if n := len(k.Proofs); n > 0 {
		x := k.Proofs[n-1]
		row("Proof", fmt.Sprintf("entry %d of ledger %s, recorded %s, signed in a checkpoint of size %d", x.Seq, x.Ledger, x.At.Format(time.RFC3339), x.Size))
	}
	for i, x := range k.Proofs {
		if i+1 < len(k.Proofs) && k.Proofs[i+1].Key == x.Key {
			continue // it signed more
		}
		how := x.Known
		switch how {
		case "":
			how = "unknown key"
		case "told":
			how = "the key that you named"
		}
		row("Key", fmt.Sprintf("%s (%s), lines up to %d", x.Fingerprint, how, x.Lines))
	}
	e := k.Evidence
	row("Evidence", fmt.Sprintf("%d answers and %d sealed values are what was recorded; %d erased, %d missing", e.Answers, e.Sealed, e.Erased, e.Missing))
	for _, x := range k.Approvals {
		row("Approval", fmt.Sprintf("line %d, of %s until %s, as %s: signed by key %s", x.Line, strings.Join(x.Rules, ", "), x.Expires, x.Approver, x.Key))
	}
	var good []string
	for _, r := range k.Reports {
		if r.OK {
			good = append(good, r.Name)
		}
	}
	row("Reports", fmt.Sprintf("%d of %d are what was issued%s", len(good), len(k.Reports), after(": ", strings.Join(good, ", "))))
	row("Level", string(k.Level())+", "+k.Level().Means())
	if n := len(k.Proofs); n > 0 {
		row("Witness", strings.Join(k.Proofs[n-1].Witnesses, "; "))
	}
	fmt.Fprintln(c.out)
	for _, f := range k.Faults {
		p.line(c.out, paintVerdict(f.Code, p.color)+" ", report.Safe(f.What+": "+f.Text))
	}
	if len(k.Faults) == 0 {
		fmt.Fprintln(c.out, "ok: the case is what was recorded")
	}
}

// after returns a text behind a head; nothing if there is none.
func after(head, text string) string {
	if text == "" {
		return ""
	}
	return head + text
}

// paintVerdict is the word of a verdict, of one width, coloured or not.
func paintVerdict(v audit.Verdict, color bool) string {
	word := pad(strings.TrimSuffix(v.String(), "s"), 10)
	if !color {
		return word
	}
	return map[audit.Verdict]string{audit.Tampered: "\x1b[31m", audit.Incomplete: "\x1b[31m"}[v] + word + "\x1b[0m"
}
