package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"osint/pkg/audit"
	"osint/pkg/collectors/secret"
	"osint/pkg/pipeline"
	"path/filepath"
)

// secretsFile returns the file of credentials and what it holds, if it is sound.
// One that is not there is empty.
func (c *console) secretsFile() (path string, text []byte, err error) {
	dir := c.places(true).config
	if dir == "" {
		return "", nil, usage("there is no place for a file of credentials: set HOME, XDG_CONFIG_HOME or OSINT_HOME")
	}
	path = filepath.Join(dir, secret.OwnFile)
	text, err = secret.ReadPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil
	}
	if err == nil {
		if _, err = secret.Parse(text); err != nil {
			err = fmt.Errorf("%s: %w", shortPath(path), err)
		}
	}
	if err != nil {
		return "", nil, usage("%w", err)
	}
	return path, text, nil
}

// writeSecrets writes the file whole or not at all, for its owner alone.
func (c *console) writeSecrets(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of the configuration: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil { // it may be a link into a folder of dotfiles
		path = target
	}
	return pipeline.ReplaceFile(path, func(f *os.File) error { _, err := f.Write(text); return err })
}

// recordKey puts on record that a credential was set or removed, and nothing of
// its value.
func (c *console) recordKey(operation, path string) error {
	return c.append(audit.Act{Type: audit.Config, Body: audit.Body{"component": "keys", "operation": operation, "path": path, "old": "", "new": ""}})
}

func keyringFault(err error) error {
	if errors.Is(err, secret.ErrNoKeyring) {
		return usage("%w: leave --keyring out, and the file has it", err)
	}
	return err
}
