package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Archiving are the settings under which a server keeps all it has written, in
// a folder beside its data: see [Server.Backup].
func Archiving() map[string]string {
	return map[string]string{"archive_mode": "on", "archive_command": "cp %p ../archive/%f"} // run in the data folder
}

// Backup takes a base backup of s, made with [Archiving], and returns its
// folder.
func (s *Server) Backup(tb testing.TB) (dir string) {
	tb.Helper()
	program := filepath.Join(s.bin, "pg_basebackup")
	if _, err := os.Stat(program); err != nil {
		leftOut(tb, fmt.Errorf("there is no pg_basebackup beside postgres: %w", err))
	}
	dir = filepath.Join(s.dir, "base-"+random(3))
	s.run(tb, program, "-h", s.dir, "-p", fmt.Sprint(s.port), "-U", "postgres", "-D", dir, "--checkpoint=fast", "--no-sync")
	return dir
}

// Restore puts a base backup in the place of the data of s, which is stopped,
// and starts s, which then does again what the archive says was done after,
// up to a target, "name = 'POINT'" or "time = 'MOMENT'"; "" is all of it.
func (s *Server) Restore(tb testing.TB, base, target string) {
	tb.Helper()
	if err := os.RemoveAll(s.data()); err != nil {
		tb.Fatal(err)
	}
	s.run(tb, "cp", "-a", base, s.data())
	conf := "restore_command = 'cp ../archive/%f %p'\nrecovery_target_action = 'promote'\n"
	if target != "" {
		conf += "recovery_target_" + target + "\n"
	}
	if err := s.write(filepath.Join(s.data(), "recovery.d.conf"), conf, "include = 'recovery.d.conf'\n"); err != nil {
		tb.Fatal(err)
	}
	if err := s.write(filepath.Join(s.data(), "recovery.signal"), ""); err != nil {
		tb.Fatal(err)
	}
	if err := s.Start(); err != nil {
		tb.Fatal(err)
	}
}

// run runs a program as the user that the server runs as.
func (s *Server) run(tb testing.TB, program string, args ...string) {
	tb.Helper()
	c := exec.Command(program, args...)
	c.Dir, c.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := c.CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v: %.500s", program, err, out)
	}
}
