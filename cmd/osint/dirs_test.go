package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Where others can make a folder too, one is used that is ours alone.
func TestForeignFolders(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if why := foreigner(at("none"), false); why != "" {
		t.Errorf("not there: %s", why)
	}
	if _, err := os.Lstat(at("none")); err == nil {
		t.Error("who only reads made it")
	}
	if why := foreigner(at("mine"), true); why != "" {
		t.Errorf("just made: %s", why)
	}
	if info, err := os.Stat(at("mine")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	for name, prepare := range map[string]func(string) error{
		"link":  func(p string) error { return os.Symlink(at("mine"), p) },
		"file":  func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"open":  func(p string) error { return os.Mkdir(p, 0o755) },
		"other": func(p string) error { return other(t, p) },
	} {
		if err := prepare(at(name)); err != nil {
			t.Fatal(err)
		}
		for _, make := range []bool{true, false} {
			if why := foreigner(at(name), make); why == "" {
				t.Errorf("%s is taken for ours", name)
			}
		}
	}
}

// other makes a folder of somebody else's, if we may; else one that is wrong
// in another way.
func other(t *testing.T, path string) error {
	if os.Geteuid() != 0 {
		t.Log("not root: no folder of another owner was made")
		return os.Mkdir(path, 0o777)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	return os.Chown(path, 12345, 12345)
}
