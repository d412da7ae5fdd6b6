package pipeline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// OpenKeys reads the keys of a case, or returns an empty set.
func OpenKeys(dir, caseID string) (*Keys, error) {
	k := &Keys{dir: dir, id: caseID, held: map[string]keyLine{}, kids: map[string]string{}, fresh: map[string]string{}}
	info, err := os.Stat(k.path())
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open key store: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key store %s can be read by others: run chmod 600 on it", k.path())
	}
	if k.wrap, err = wrapOf(dir, false); err != nil {
		return nil, err
	}
	var sealed error
	err = eachLine(k.path(), func(line []byte) {
		var l keyLine
		line, bad := k.wrap.open(k.file(), line)
		if sealed = cmp.Or(sealed, bad); bad == nil && json.Unmarshal(line, &l) == nil { // a torn last line never was
			k.take(l)
		}
	})
	if sealed != nil {
		return nil, sealed
	}
	if err != nil {
		return nil, fmt.Errorf("open key store: %w", err)
	}
	k.stored = len(k.kids)
	return k, nil
}

// ForgetKeys destroys all keys of a case: what they sealed can't be read by
// anybody any more, and the index names the case no more.
func ForgetKeys(dir, caseID string) error {
	k, err := OpenKeys(dir, caseID)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(k.path()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	x, err := OpenIndex(dir)
	if err == nil && len(k.kids) > 0 {
		err = x.leave(caseID, k.indexed(nil))
	}
	if err != nil {
		return err
	}
	return removeFiles(k.path())
}
