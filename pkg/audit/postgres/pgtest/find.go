package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
)

// find returns the folder that has initdb and postgres, installing them where
// that is allowed.
func find() (string, error) {
	dir, err := look()
	if err == nil || os.Getenv("OSINT_TEST_INSTALL") == "" && os.Getenv("CI") == "" {
		return dir, err
	}
	if os.Getuid() != 0 {
		return "", fmt.Errorf("%w, and only root may install them", err)
	}
	if _, no := exec.LookPath("apt-get"); no != nil {
		return "", fmt.Errorf("%w, and there is no apt-get to install them", err)
	}
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "postgresql"}} {
		c := exec.Command("apt-get", args...)
		c.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := c.CombinedOutput(); err != nil && args[0] == "install" {
			return "", fmt.Errorf("apt-get install postgresql: %w: %.500s", err, out)
		}
	}
	return look()
}

// look returns the folder that has initdb and postgres.
func look() (string, error) {
	if dir := os.Getenv("OSINT_TEST_POSTGRES_BIN"); dir != "" {
		if !has(dir) {
			return "", fmt.Errorf("OSINT_TEST_POSTGRES_BIN=%s has not both initdb and postgres", dir)
		}
		return dir, nil
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Slice(debian, func(i, j int) bool { return major(debian[i]) > major(debian[j]) })
	dirs = append(append(dirs, debian...), "/usr/pgsql/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin")
	for _, dir := range dirs {
		if !has(dir) {
			continue
		}
		if real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil && has(filepath.Dir(real)) {
			dir = filepath.Dir(real) // where the rest is
		}
		return dir, nil
	}
	return "", errors.New("no initdb and postgres on this machine (install postgresql, or set OSINT_TEST_POSTGRES or OSINT_TEST_POSTGRES_BIN)")
}

func has(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if i, err := os.Stat(filepath.Join(dir, name)); err != nil || i.IsDir() || i.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

func major(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

// unprivileged returns who the server runs as, which PostgreSQL refuses to be
// root: nil is ourselves.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			uid, _ := strconv.ParseUint(u.Uid, 10, 32)
			gid, _ := strconv.ParseUint(u.Gid, 10, 32)
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("we are root, whom initdb refuses, and there is no user postgres or nobody to run it as")
}
