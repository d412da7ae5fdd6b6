package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// places are the folders that osint keeps things in.
type places struct {
	config string // what the user chose, in config.yaml
	data   string // cases
	state  string // keys, usage
	cache  string // answers
	note   string // why they are not where one would look; "" if they are
}

func (p places) cases() string { return filepath.Join(p.data, "cases") }
func (p places) keys() string  { return filepath.Join(p.state, "keys") }

// places finds the folders: OSINT_HOME, else XDG, else HOME; where there is
// none or it can't be written to, the current folder, else the temporary one,
// else the one that the case lies in, beside it; there only a folder that is
// ours alone. A command that only reads
// (make is false) makes nothing: it looks where there is something.
func (c *console) places(make bool) places {
	if home := c.getenv("OSINT_HOME"); home != "" {
		if abs, err := filepath.Abs(home); err == nil {
			home = abs
		}
		return under(home)
	}
	home := c.getenv("HOME")
	usual := places{
		config: c.xdg("XDG_CONFIG_HOME", home, ".config"),
		data:   c.xdg("XDG_DATA_HOME", home, ".local/share"),
		state:  c.xdg("XDG_STATE_HOME", home, ".local/state"),
		cache:  c.xdg("XDG_CACHE_HOME", home, ".cache"),
	}
	if usual.there(make) {
		return usual
	}
	why := "HOME is not set"
	if filepath.IsAbs(home) {
		why = home + " can't be written to"
	}
	for _, base := range append([]string{".", os.TempDir()}, c.near...) {
		abs, err := filepath.Abs(filepath.Join(base, ".osint"))
		if err != nil {
			continue
		}
		if bad := foreigner(abs, make); bad != "" {
			why += "; " + abs + " is not used: " + bad
			continue
		}
		if p := under(abs); p.there(make) {
			p.note = why + ": cases and keys are kept in " + abs + "; set OSINT_HOME to choose"
			return p
		}
	}
	if usual.data == "" {
		usual = under(".osint")
		if abs, err := filepath.Abs(".osint"); err == nil { // so that an error says where was looked
			usual = under(abs)
		}
	}
	usual.note = why + "; set OSINT_HOME to choose a folder for cases and keys"
	return usual
}

// foreigner says why a folder that lies where others can make one too is not
// ours to keep keys in; "" if it is, or is not there. With make it is made
// before it is looked at, so that nobody can put another in its place.
func foreigner(dir string, make bool) string {
	if make {
		_ = os.Mkdir(dir, 0o700) // what is wrong with it is seen below
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode()&os.ModeSymlink != 0:
		return "it is a link"
	case !info.IsDir():
		return "it is no folder"
	case ok && int(stat.Uid) != os.Geteuid():
		return "it belongs to somebody else"
	case info.Mode().Perm()&0o077 != 0:
		return "others may look into it: run chmod 700 on it, if it is yours"
	}
	return ""
}

// there reports whether the folders can be used.
func (p places) there(make bool) bool {
	if make {
		return writable(p.data) && writable(p.state) && writable(p.cache)
	}
	_, err := os.Stat(p.data)
	return p.data != "" && err == nil
}

func under(home string) places {
	return places{config: filepath.Join(home, "config"), data: filepath.Join(home, "data"), state: filepath.Join(home, "state"), cache: filepath.Join(home, "cache")}
}

// xdg returns a folder of the XDG base directories, or "" if there is none. A
// relative one does not count.
func (c *console) xdg(variable, home, below string) string {
	if dir := c.getenv(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "osint")
	}
	if !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, below, "osint")
}

// writable makes a folder if need be, and tries it.
func writable(dir string) bool {
	if dir == "" || os.MkdirAll(dir, 0o700) != nil {
		return false
	}
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return false
	}
	f.Close()
	return os.Remove(f.Name()) == nil
}

// beside says where a case lies: its keys may lie beside it, never in it.
func (c *console) beside(dir string) {
	if abs, err := filepath.Abs(dir); dir != "" && err == nil {
		c.near = []string{filepath.Dir(abs)}
	}
}
