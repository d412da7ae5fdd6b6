package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// identities are the secret keys of age, where SOPS keeps them too: in
// SOPS_AGE_KEY, in the file that SOPS_AGE_KEY_FILE names, and in
// sops/age/keys.txt below XDG_CONFIG_HOME or ~/.config.
type identities struct{ getenv func(string) string }

// errNoIdentity says that there is none.
var errNoIdentity = errors.New("no age identity was found to decrypt it with: set SOPS_AGE_KEY_FILE to a file that age-keygen made")

// read returns all that there are.
func (i identities) read() (keys []age.Identity, err error) {
	if text := i.getenv("SOPS_AGE_KEY"); text != "" {
		more, err := parseIdentities("SOPS_AGE_KEY", text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, more...)
	}
	for _, path := range i.files() {
		b, err := ReadPrivate(path)
		if err != nil {
			return nil, fmt.Errorf("age identities: %w", err)
		}
		more, err := parseIdentities(path, string(b))
		if err != nil {
			return nil, err
		}
		keys = append(keys, more...)
	}
	if len(keys) == 0 {
		return nil, errNoIdentity
	}
	return keys, nil
}

// there says why there are none, without reading them.
func (i identities) there() error {
	if i.getenv("SOPS_AGE_KEY") == "" && len(i.files()) == 0 {
		return errNoIdentity
	}
	return nil
}

// files returns the files to read: the one that is named, and the usual one if it
// is there.
func (i identities) files() (paths []string) {
	if named := i.getenv("SOPS_AGE_KEY_FILE"); named != "" {
		paths = append(paths, named)
	}
	base := i.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) {
		base = filepath.Join(i.getenv("HOME"), ".config")
	}
	if !filepath.IsAbs(base) {
		return paths
	}
	usual := filepath.Join(base, "sops", "age", "keys.txt")
	if _, err := os.Stat(usual); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		paths = append(paths, usual)
	}
	return paths
}

// parseIdentities reads one identity a line: X25519 or hybrid. What a line holds
// stands in no error, for it may be a key with a letter too many.
func parseIdentities(from, text string) (keys []age.Identity, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		more, err := age.ParseIdentities(strings.NewReader(line))
		if err != nil {
			return nil, fmt.Errorf("%s: line %d is no age identity: a line begins with AGE-SECRET-KEY-1 or AGE-SECRET-KEY-PQ-1, and is whole", from, n)
		}
		keys = append(keys, more...)
	}
	return keys, nil
}
