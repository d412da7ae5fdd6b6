package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/audit"
)

// reasonFlag adds the flag that says why, which every act upon the record
// needs.
func reasonFlag(cmd *cobra.Command, reason *string) {
	cmd.Flags().StringVar(reason, "reason", "", "`TEXT`: why, for the record (needed)")
}

func needsReason(cmd *cobra.Command, reason string) error {
	if reason == "" {
		return usage("%s goes on record with a reason: type %s --reason TEXT", cmd.CommandPath(), cmd.CommandPath())
	}
	return nil
}

// auditKey is about the key that signs the record.
func auditKey(c *console) *cobra.Command {
	return shelf("key", "", "The key that signs the record: show, rotate, revoke, replace a lost one",
		"  osint audit key show\n  osint audit key rotate --reason 'the yearly one'", keyShow(c), keyRotate(c), keyRevoke(c), keyLost(c))
}

func keyShow(c *console) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show", Short: "Print the public key and its fingerprint", Args: exactly(),
		Long:    "Give the fingerprint to whoever gets your cases and reports: with it they know\nthat they are yours.",
		Example: "  osint audit key show",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := audit.OpenReader(c.places(false).audit())
			if err != nil {
				return err
			}
			defer r.Close()
			vkey, err := r.Key(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return c.json(map[string]string{"ledger": r.ID, "key": vkey, "fingerprint": audit.Fingerprint(vkey)})
			}
			fmt.Fprintf(c.out, "%s\n%s\n", vkey, audit.Fingerprint(vkey))
			return nil
		},
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func keyRotate(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "rotate", Short: "Sign with a new key from now on, and destroy the old one", Args: exactly(),
		Long:    "The old key signs that the new one follows. Old checkpoints stay valid.",
		Example: "  osint audit key rotate --reason 'the yearly one'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			return c.recording(func(l *audit.Ledger) error {
				elsewhere := l.KeyElsewhere()
				vkey, err := l.Rotate(reason)
				if err == nil {
					fmt.Fprintf(c.out, "%s\n%s\n", vkey, audit.Fingerprint(vkey))
				}
				if err == nil && elsewhere {
					c.say("osint: the new key lies in the key store: keep it where the old one was, and remove the file; docs/credentials.md says how")
				}
				return err
			})
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

func keyRevoke(c *console) *cobra.Command {
	var reason string
	var size int64
	cmd := &cobra.Command{
		Use: "revoke KEY", Short: "Say that an old key was in other hands after some entry", Args: exactly("a public key, or its fingerprint, as osint audit key show printed it"),
		Long:    "Checkpoints of that key over more entries than --size don't count any more.\nRotate the key first.",
		Example: "  osint audit key revoke KEY --size 4096 --reason 'the laptop was stolen'",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			if size < 0 {
				return usage("--size: write the number of entries up to which the key was yours alone: osint audit status and your anchors know it")
			}
			return c.recording(func(l *audit.Ledger) error {
				if err := l.Revoke(args[0], size, reason); err != nil {
					return usage("%w", err)
				}
				known := args[0]
				if !strings.HasPrefix(known, "SHA256:") { // it was given whole
					known = audit.Fingerprint(known)
				}
				fmt.Fprintf(c.out, "revoked above %d entries: %s\n", size, known)
				return nil
			})
		},
	}
	reasonFlag(cmd, &reason)
	cmd.Flags().Int64Var(&size, "size", -1, "`N`: entries up to which its checkpoints count (needed)")
	return cmd
}

func keyLost(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "lost", Short: "Close a record whose key is gone, and go on in a new one", Args: exactly(),
		Long:    "The old ledger is kept beside the new one, whose first entry holds the old one's\nlast checkpoint. Bring the key back instead, if you can.",
		Example: "  osint audit key lost --reason 'the disk with the keys broke'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			l, old, err := audit.Succeed(c.places(true).audit(), c.places(true).keys(), c.auditOptions(""), reason)
			if errors.Is(err, audit.ErrNotLost) {
				return usage("%w", err)
			}
			if err != nil {
				return err
			}
			defer l.Close()
			fmt.Fprintf(c.out, "the old record is kept as %s\n%s\n%s\n", old, l.Key(), audit.Fingerprint(l.Key()))
			return nil
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}

// auditAccept goes on with a ledger that was set back, or is gone.
func auditAccept(c *console) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "accept-rollback", Short: "Go on with a record that was set back to an older copy, or is gone", Args: exactly(),
		Long: `What was lost stays lost, and that it was is on record. Put the newer copy back
instead, or bring it back with osint audit recover, if you can: a shared
PostgreSQL that knows more takes no other history.`,
		Example: "  osint audit accept-rollback --reason 'restored from the backup of Monday'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needsReason(cmd, reason); err != nil {
				return err
			}
			p := c.places(true)
			l, err := audit.AcceptRollback(p.audit(), p.keys(), c.auditOptions(""), reason)
			if errors.Is(err, audit.ErrNotSetBack) {
				return usage("%w: there is nothing to accept; of a case that was, go on with: osint resume CASE --accept-rollback REASON", err)
			}
			if err != nil {
				return err
			}
			size, _, err := l.Head()
			if err == nil {
				fmt.Fprintf(c.out, "the record goes on with %s\n", entries(size))
			}
			return errors.Join(err, l.Close())
		},
	}
	reasonFlag(cmd, &reason)
	return cmd
}
