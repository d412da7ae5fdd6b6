package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// diagnoseFolders looks at the folders that osint keeps things in. One that is
// not there yet must be one that can be made.
func (c *console) diagnoseFolders(p places) (all []diagnosis) {
	for _, x := range []struct{ name, dir string }{{"config", p.config}, {"data", p.data}, {"state", p.state}, {"cache", p.cache}} {
		d := diagnosis{x.name + " folder", well, x.dir, ""}
		info, err := os.Stat(x.dir)
		switch {
		case x.dir == "":
			d.State, d.Detail, d.Next = fail, "there is no place for it", "export OSINT_HOME=/a/folder/of/yours"
		case err != nil && !os.IsNotExist(err):
			d.State, d.Detail, d.Next = fail, reason(err)+": "+x.dir, "export OSINT_HOME=/a/folder/of/yours"
		case err != nil && !mayWrite(nearestFolder(x.dir)):
			d.State, d.Detail, d.Next = fail, x.dir+" is not there and can't be made", "export OSINT_HOME=/a/folder/of/yours"
		case err != nil:
			d.Detail += " (made when it is needed)"
		case !info.IsDir():
			d.State, d.Detail, d.Next = fail, x.dir+" is no folder", "mv "+x.dir+" elsewhere"
		case !mayWrite(x.dir):
			d.State, d.Detail, d.Next = fail, x.dir+" can't be written to", "chmod u+rwx "+x.dir+", or export OSINT_HOME=/a/folder/of/yours"
		case info.Mode().Perm()&0o022 != 0:
			d.State, d.Detail, d.Next = warn, x.dir+" can be written to by others", "chmod 700 "+x.dir
		}
		all = append(all, d)
	}
	return all
}

// mayWrite reports whether the system would let this process make a file in a
// folder. None is made.
func mayWrite(dir string) bool { return syscall.Access(dir, 2) == nil }

// nearestFolder returns a folder, or the nearest above it that is there.
func nearestFolder(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// What a disk should have left for cases.
const (
	littleDisk = 1 << 30
	noDisk     = 50 << 20
)

func diagnoseDisk(dir string) diagnosis {
	d := diagnosis{"disk", well, "", ""}
	free, err := freeBytes(dir)
	d.Detail = fmt.Sprintf("%d MiB free under %s", free>>20, dir)
	switch {
	case err != nil:
		d.State, d.Detail, d.Next = warn, fmt.Sprintf("how much is free under %s can't be told: %v", dir, err), "df -h "+dir
	case free < noDisk:
		d.State, d.Next = fail, "osint cases rm --yes CASE, or export OSINT_HOME=/another/disk"
	case free < littleDisk:
		d.State, d.Next = warn, "osint cases list says what could go"
	}
	return d
}

// diagnoseFiles tries, in a folder of its own, what a case rests on: locks,
// files that are durable, renames, and links for evidence that cases share.
func diagnoseFiles(base string) diagnosis {
	d := diagnosis{"file system", well, "locks, durable files, renames and hard links work under " + base, ""}
	dir, err := os.MkdirTemp(base, ".osint-doctor-*")
	if err != nil {
		return diagnosis{"file system", fail, reason(err) + ": nothing can be made under " + base, "export OSINT_HOME=/a/folder/of/yours"}
	}
	defer os.RemoveAll(dir)
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"files can't be locked", func() error { return tryLock(one) }},
		{"files can't be made durable", func() error { return trySync(one) }},
		{"files can't be renamed", func() error { return os.Rename(one, two) }},
		{"folders can't be made durable", func() error { return trySync(dir) }},
	} {
		if err := step.do(); err != nil {
			return diagnosis{"file system", fail, fmt.Sprintf("%s under %s: %v", step.what, base, err), "export OSINT_HOME=/a/local/disk"}
		}
	}
	if err := os.Link(two, one); err != nil {
		d.State, d.Detail = warn, fmt.Sprintf("no hard links under %s (%v): evidence that cases share takes its room in each", base, reason(err))
		d.Next = "export OSINT_HOME=/a/local/disk"
	}
	return d
}

func tryLock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

func trySync(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// diagnoseKeys holds that nobody else reads the keys of sealed values.
func diagnoseKeys(dir string) diagnosis {
	store, err := readKeyStore(dir)
	switch {
	case os.IsNotExist(err):
		return diagnosis{"keys", well, "no key is kept yet", ""}
	case len(store.exposed) == 0 && err != nil:
		return diagnosis{"keys", fail, reason(err) + ": " + dir, "chmod 700 " + dir}
	case len(store.exposed) == 0:
		return diagnosis{"keys", well, fmt.Sprintf("%s, yours alone, in %s; keys of cases %s", count(len(store.names), "file"), dir, encrypted(dir)), ""}
	case store.exposed[0] == dir:
		return diagnosis{"keys", fail, dir + " can be entered by others", "chmod 700 " + dir}
	}
	return diagnosis{"keys", fail, store.exposed[0] + " can be read by others", "chmod 600 " + store.exposed[0]}
}

// diagnoseUsage reads the file in which processes share the pace of sources.
func diagnoseUsage(state string) diagnosis {
	path := filepath.Join(state, "usage.db")
	text, err := os.ReadFile(path)
	var sources map[string]any
	switch {
	case os.IsNotExist(err):
		return diagnosis{"usage", well, "no source was asked yet", ""}
	case err != nil:
		return diagnosis{"usage", warn, fmt.Sprintf("%s: %s: pace and quotas are not shared between processes", reason(err), path), "chmod u+rw " + path}
	case json.Unmarshal(text, &sources) != nil:
		return diagnosis{"usage", warn, path + " is torn: it is begun anew, and a day's count with it", "rm " + path}
	}
	return diagnosis{"usage", well, fmt.Sprintf("%s in %s", count(len(sources), "source"), path), ""}
}
