package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/all"
	"osint/pkg/collectors/registry"
	"osint/pkg/pipeline"
)

func newCollectorsKeygen(c *console) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "keygen NAME", Short: "Make a key that signs registries of sources", Args: exactly("a name for the key, such as sources.example.com"),
		Long:    "Writes the private key to --key-file, for its owner alone, and prints the public one,\nwhich those are given who shall trust it.",
		Example: "  osint collectors keygen sources.example.com --key-file sources.private",
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage("where to? type: osint collectors keygen %s --key-file FILE", args[0])
			}
			if err := roomFor("--key-file", out); err != nil {
				return err
			}
			if _, err := os.Lstat(out); err == nil {
				return usage("--key-file %s: it is there already, and what it signed could not be followed without it: name another", out)
			}
			skey, vkey, err := registry.NewKey(args[0])
			if err != nil {
				return usage("%w", err)
			}
			if err := pipeline.ReplaceFile(out, put(skey+"\n")); err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.out, vkey)
			return err
		},
	}
	cmd.Flags().StringVar(&out, "key-file", "", "`FILE`: the private key is written to, or read from")
	return cmd
}

func newCollectorsSign(c *console) *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use: "sign FILE", Short: "Sign a registry of sources", Args: exactly("a registry, in YAML"),
		Long: `Checks FILE against the collectors there are and prints it signed, for osint
collectors update. docs/sources.md has the form.`,
		Example: "  osint collectors sign sources.yaml --key-file sources.private > sources.note",
		RunE: func(_ *cobra.Command, args []string) error {
			if key == "" {
				return usage("with which key? type: osint collectors sign %s --key-file FILE", args[0])
			}
			text, err := readFileOr(c.in, args[0])
			if err != nil {
				return usage("%w", err)
			}
			skey, err := os.ReadFile(key)
			if err != nil {
				return usage("--key-file: %w", err)
			}
			signed, err := registry.Sign(args[0], text, string(skey), all.Entries())
			if err != nil {
				return usage("%w", err)
			}
			for _, name := range registry.Strange(text, all.Entries()) {
				c.say("osint: %s: no collector of this osint asks a source %s", args[0], name)
			}
			_, err = c.out.Write(signed)
			return err
		},
	}
	cmd.Flags().StringVar(&key, "key-file", "", "`FILE`: the private key is written to, or read from")
	return cmd
}
