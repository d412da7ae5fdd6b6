package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A keysState is the key store: the keys of sealed values, one file a case, and
// those that sign a ledger.
type keysState struct {
	Dir     string   `json:"dir"`
	There   bool     `json:"there"`
	Mode    string   `json:"mode,omitempty"` // as chmod takes it
	Cases   int      `json:"case_keys"`      // cases that have keys
	Ledgers int      `json:"ledger_keys"`
	Exposed []string `json:"readable_by_others"` // the folder itself, or files in it
}

func (s *state) keys(dir string) {
	k := &s.Keys
	k.Dir, k.Exposed = dir, []string{}
	store, err := readKeyStore(dir)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		s.heed("keys", reason(err)+": "+dir, "osint doctor")
	}
	if store.mode == 0 {
		return
	}
	k.There, k.Mode = true, fmt.Sprintf("%04o", store.mode.Perm())
	for _, name := range store.names {
		switch {
		case strings.HasSuffix(name, ".keys"):
			k.Cases++
		case strings.HasPrefix(name, "ledger-") && strings.HasSuffix(name, ".key"):
			k.Ledgers++
		}
	}
	if len(store.exposed) > 0 {
		k.Exposed = store.exposed
		s.heed("keys", strings.Join(k.Exposed, ", ")+" can be read by others", "chmod -R go-rwx "+dir)
	}
}

// A keyStore is what lies in a key store.
type keyStore struct {
	mode    fs.FileMode // of the folder; 0 if there is none
	names   []string    // of its files
	exposed []string    // the folder first, then files: what others can read
}

// readKeyStore reads it as far as it can be read.
func readKeyStore(dir string) (k keyStore, err error) {
	const others = 0o077
	info, err := os.Stat(dir)
	if err != nil {
		return k, err
	}
	if k.mode = info.Mode(); k.mode.Perm()&others != 0 {
		k.exposed = append(k.exposed, dir)
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		k.names = append(k.names, e.Name())
		if info.Mode().Perm()&others != 0 {
			k.exposed = append(k.exposed, filepath.Join(dir, e.Name()))
		}
	}
	return k, err
}
