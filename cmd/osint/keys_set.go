package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"osint/cmd/osint/tui"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline/rule"
	"osint/pkg/report"
)

// maxValue is the longest value that is taken: a chain of certificates fits.
const maxValue = 64 << 10

func keysSet(c *console) *cobra.Command {
	var inKeyring bool
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Keep the value of a credential, from stdin or typed unseen", Args: oneKey,
		Long: `The value is read from stdin, or asked for on a terminal, where it is not shown;
never from the command line. It goes into secrets.yaml in the folder of the
configuration, which only you can read, or with --keyring into the keyring of
this system. It takes the place of what was there. NAME_2, NAME_3 and so on are
more values of NAME, which take turns.`,
		Example: "  osint keys set POSTGRES_PASSWORD < FILE\n  osint keys set POSTGRES_PASSWORD --keyring",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := knownKey(args[0]); err != nil {
				return err
			}
			v, err := c.readValue(args[0])
			if err != nil {
				return err
			}
			return c.setKey(cmd.Context(), args[0], v, inKeyring)
		},
	}
	cmd.Flags().BoolVar(&inKeyring, "keyring", false, "keep it in the keyring of this system")
	return cmd
}

// readValue reads a value from stdin, or asks for it where that is a terminal.
func (c *console) readValue(name string) (secret.Value, error) {
	b, err := tui.Passphrase(c.in, c.stderr, "Value of "+name+": ")
	if errors.Is(err, tui.ErrNoTerminal) {
		b, err = io.ReadAll(io.LimitReader(c.in, maxValue+1))
	}
	text := strings.TrimRight(string(b), "\r\n")
	switch {
	case errors.Is(err, tui.ErrNoAnswer), err == nil && strings.TrimSpace(text) == "":
		return secret.Value{}, usage("no value was given: type it, or hand it over on stdin: osint keys set %s < FILE", name)
	case err != nil:
		return secret.Value{}, fmt.Errorf("read the value of %s: %w", name, err)
	case len(b) > maxValue:
		return secret.Value{}, usage("the value of %s is longer than 64 KiB: that is no credential", name)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f }):
		return secret.Value{}, usage("the value of %s is no text: hand over a file of text", name)
	}
	return secret.NewValue(text), nil
}

// setKey keeps a value; that it did is on record first.
func (c *console) setKey(ctx context.Context, name string, v secret.Value, inKeyring bool) error {
	if err := c.mayGo(name, func() (string, error) { return v.Reveal(), nil }); err != nil {
		return err
	}
	if inKeyring {
		if err := c.recordKey("set", "keyring: "+name); err != nil {
			return err
		}
		if err := secret.PutInKeyring(ctx, c.getenv, name, v); err != nil {
			return keyringFault(err)
		}
		fmt.Fprintf(c.out, "keyring: %s is kept\n", name)
		return nil
	}
	path, text, err := c.secretsFile()
	if err != nil {
		return err
	}
	out, err := rule.Put(path, text, []string{name}, v.Reveal())
	if err == nil {
		var held map[string][]string
		if held, err = secret.Parse(out); err == nil && !slices.Equal(held[name], []string{v.Reveal()}) {
			err = errors.New("what was written is not what was given")
		}
	}
	if err != nil { // what it says may hold the value
		return usage("%s can't be kept in %s: hand it over in the variable %s_FILE instead", name, shortPath(path), name)
	}
	if err := c.recordKey("set", shortPath(path)+": "+name); err != nil {
		return err
	}
	if err := c.writeSecrets(path, out); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s is kept\n", report.Safe(shortPath(path)), name)
	return nil
}
