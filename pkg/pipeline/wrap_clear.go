package pipeline

import (
	"encoding/json"
	"path/filepath"
)

// ClearKeys counts the files of a key store that hold keys of cases, and those of
// them in which one is in clear.
func ClearKeys(keysDir string) (files, clear int, err error) {
	ids, err := CasesWithKeys(keysDir)
	for _, id := range ids {
		found := false
		if err := eachLine(filepath.Join(keysDir, id+".keys"), func(line []byte) {
			var l keyLine
			found = found || json.Unmarshal(line, &l) == nil && len(l.Key) > 0
		}); err != nil {
			return files, clear, err
		}
		if files++; found {
			clear++
		}
	}
	return files, clear, err
}
