package main

import (
	"context"
	"fmt"
	"github.com/spf13/cobra"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline/rule"
	"osint/pkg/report"
)

func keysRemove(c *console) *cobra.Command {
	var inKeyring bool
	cmd := &cobra.Command{
		Use: "rm NAME", Short: "Remove a credential from the file, or with --keyring from the keyring", Args: oneKey,
		Example: "  osint keys rm POSTGRES_PASSWORD\n  osint keys rm POSTGRES_PASSWORD --keyring",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !secret.IsName(args[0]) { // one that nobody takes any more may still lie there
				return knownKey(args[0])
			}
			return c.removeKey(cmd.Context(), args[0], inKeyring)
		},
	}
	cmd.Flags().BoolVar(&inKeyring, "keyring", false, "remove it from the keyring of this system")
	return cmd
}

// removeKey forgets a value; that it did is on record first.
func (c *console) removeKey(ctx context.Context, name string, inKeyring bool) error {
	left := func() (string, error) {
		if inKeyring {
			return c.lookWithout(name, true, "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
		}
		return c.lookWithout(name, false)
	}
	if err := c.mayGo(name, left); err != nil {
		return err
	}
	if inKeyring {
		if err := c.recordKey("unset", "keyring: "+name); err != nil {
			return err
		}
		there, err := secret.CutFromKeyring(ctx, c.getenv, name)
		if err == nil && !there {
			return usage("the keyring has no %s: osint keys check says where it is", name)
		}
		if err != nil {
			return keyringFault(err)
		}
		fmt.Fprintf(c.out, "keyring: %s is gone\n", name)
		return nil
	}
	path, text, err := c.secretsFile()
	if err != nil {
		return err
	}
	out, there, err := rule.Cut(path, text, []string{name})
	if err != nil || !there {
		return usage("%s has no %s: osint keys check says where it is", shortPath(path), name)
	}
	if err := c.recordKey("unset", shortPath(path)+": "+name); err != nil {
		return err
	}
	if err := c.writeSecrets(path, out); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s is gone\n", report.Safe(shortPath(path)), name)
	return nil
}
