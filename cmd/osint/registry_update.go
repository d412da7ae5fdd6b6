package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"osint/pkg/collectors/all"
	"osint/pkg/collectors/registry"
	"osint/pkg/pipeline"
)

// A registryUpdate installs a registry of sources, or takes it away.
type registryUpdate struct {
	key    string
	remove bool
}

func newCollectorsUpdate(c *console) *cobra.Command {
	var u registryUpdate
	cmd := &cobra.Command{
		Use: "update [FILE]", Short: "Install a signed registry: where sources lie now, their paces, prices and states", Args: atMost(1),
		Long: `Reads a signed registry of sources from FILE, or from standard input where FILE
is -, and uses it from now on. Nothing is fetched. The first one needs --trusted-key, the
public key of whom you trust with it; later ones must be signed by the same key
and have a higher version. A registry moves no source whose credentials you have
to another owner's host.`,
		Example: "  osint collectors update --remove",
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case u.remove && len(args)+len(u.key) > 0:
				return usage("--remove takes neither a FILE nor a --trusted-key")
			case u.remove:
				return u.away(c)
			case len(args) == 0:
				return usage("which registry? type: osint collectors update FILE --trusted-key NAME+HASH+BASE64")
			}
			return u.install(c, args[0])
		},
	}
	cmd.Flags().StringVar(&u.key, "trusted-key", "", "`KEY`: public key that has signed it; needed once")
	cmd.Flags().BoolVar(&u.remove, "remove", false, "go back to what this osint knows by itself")
	return cmd
}

func (u *registryUpdate) install(c *console, file string) error {
	text, err := readFileOr(c.in, file)
	if err != nil {
		return usage("%w", err)
	}
	key, err := u.trusted(c)
	if err != nil {
		return err
	}
	next, err := registry.Read(file, text, key)
	if err != nil {
		return usage("%w", err)
	}
	if err := next.Fits(all.Entries()); err != nil {
		return usage("%s: %w", file, err)
	}
	if err := c.newer(file, next); err != nil {
		return err
	}
	if err := os.MkdirAll(c.places(true).config, 0o700); err != nil {
		return err
	}
	if err := pipeline.ReplaceFile(c.registryKey(), put(key+"\n")); err != nil {
		return err
	}
	if err := pipeline.ReplaceFile(c.registryFile(), put(string(text))); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Registry version %d of %s, signed by %s, good until %s.\n", next.Version, next.Issued, next.Signer, next.Until)
	return c.changes(next)
}

// newer returns an error unless a registry has a higher version than the one that
// is installed, whether that fits this osint or not. One that can't be read may have
// had any.
func (c *console) newer(file string, next *registry.Registry) error {
	now, err := c.readRegistry()
	switch {
	case err != nil:
		return usage("the registry that is installed can't be read, so that nobody knows whether %s is newer: osint collectors update --remove takes it away, and its key with it: %w", file, err)
	case now != nil && next.Version <= now.Version:
		return usage("%s has version %d, and version %d is installed: a registry is never taken back; --remove takes it away", file, next.Version, now.Version)
	}
	return nil
}

// trusted returns the key that a registry must be signed by.
func (u *registryUpdate) trusted(c *console) (string, error) {
	known, err := os.ReadFile(c.registryKey())
	switch {
	case errors.Is(err, fs.ErrNotExist) && u.key == "":
		return "", usage("whom do you trust with it? give the public key once: osint collectors update FILE --trusted-key NAME+HASH+BASE64")
	case errors.Is(err, fs.ErrNotExist):
		return strings.TrimSpace(u.key), nil
	case err != nil:
		return "", err
	}
	if old := strings.TrimSpace(string(known)); u.key == "" || strings.TrimSpace(u.key) == old {
		return old, nil
	}
	return "", usage("another key is trusted already; osint collectors update --remove lets go of it")
}

func (u *registryUpdate) away(c *console) error {
	for _, f := range []string{c.registryFile(), c.registryKey()} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	_, err := fmt.Fprintln(c.out, "No registry is installed: sources are as this osint knows them.")
	return err
}

// changes prints what a registry says of the sources that are asked here.
func (c *console) changes(r *registry.Registry) error {
	t := table{header: []string{"source", "state", "base", "verified", "note"}}
	shown := map[string]bool{}
	for _, e := range r.Apply(all.Entries()) {
		s := e.Spec.Source
		if _, named := r.Sources[s.Name]; !named || shown[s.Name] {
			continue
		}
		shown[s.Name] = true
		t.add(s.Name, sourceStanding(s), s.Base, s.Verified, s.Note)
	}
	for _, name := range r.Names() {
		if !shown[name] {
			t.add(name, "", "", "", "no collector of this osint asks it")
		}
	}
	return c.table(t)
}

func sourceStanding(s pipeline.Source) string {
	if s.State == "" {
		return "alive"
	}
	return string(s.State)
}

// put writes a text.
func put(text string) func(*os.File) error {
	return func(f *os.File) error { _, err := f.WriteString(text); return err }
}

// readFileOr reads a file, or the stream where the name is -.
func readFileOr(in io.Reader, file string) ([]byte, error) {
	if file != "-" {
		return os.ReadFile(file)
	}
	return io.ReadAll(io.LimitReader(in, 4<<20))
}
