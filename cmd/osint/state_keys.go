package main

import (
	"fmt"
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
	info, err := os.Stat(dir)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		s.heed("keys", reason(err)+": "+dir, "osint doctor")
		return
	}
	k.There, k.Mode = true, fmt.Sprintf("%04o", info.Mode().Perm())
	if info.Mode().Perm()&0o077 != 0 {
		k.Exposed = append(k.Exposed, dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		s.heed("keys", reason(err)+": "+dir, "osint doctor")
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch name := e.Name(); {
		case strings.HasSuffix(name, ".keys"):
			k.Cases++
		case strings.HasPrefix(name, "ledger-") && strings.HasSuffix(name, ".key"):
			k.Ledgers++
		default:
			continue
		}
		if info.Mode().Perm()&0o077 != 0 {
			k.Exposed = append(k.Exposed, filepath.Join(dir, e.Name()))
		}
	}
	if len(k.Exposed) > 0 {
		s.heed("keys", strings.Join(k.Exposed, ", ")+" can be read by others", "chmod -R go-rwx "+dir)
	}
}
