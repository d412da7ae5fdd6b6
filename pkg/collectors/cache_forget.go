package collectors

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
)

// ForgetCached removes the answers in a cache's folder of which says holds, by
// what was asked and what was answered, and returns how many. With dry they are
// counted only. What is being written at the moment is of a run, and not looked
// at.
func ForgetCached(dir string, dry bool, says func(text []byte) bool) (n int, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".json" {
			if os.IsNotExist(err) {
				return nil
			}
			return err
		}
		data, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // thrown away meanwhile
		}
		if err != nil {
			return err // whose it is, nobody can tell
		}
		k := new(kept)
		if json.Unmarshal(data, k) != nil {
			return nil // torn: nobody reads it
		}
		header, _ := json.Marshal(k.Header)
		if !says([]byte(k.URL)) && !says(header) && !says(k.Body) {
			return nil
		}
		n++
		if dry {
			return nil
		}
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	})
	return n, err
}
