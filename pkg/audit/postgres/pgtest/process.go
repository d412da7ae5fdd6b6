package pgtest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Start starts the server, or again after [Server.Stop] or [Server.Kill], and
// returns when it takes connections. The port and the socket stay the same.
func (s *Server) Start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc != nil {
		return errors.New("the server runs")
	}
	var log bytes.Buffer // the exec package's own goroutine writes it; read after gone only
	c := exec.Command(filepath.Join(s.bin, "postgres"), "-D", s.data())
	c.Dir, c.Stdout, c.Stderr = s.dir, &log, &log
	c.SysProcAttr = attributes(s.as)
	started := make(chan error)
	gone := make(chan struct{})
	go func() {
		// The kernel ends the server with the thread that started it: the
		// thread stays for as long as the server does.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		started <- err
		if err == nil {
			c.Wait()
			close(gone)
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	s.proc, s.gone = c.Process, gone
	return s.ready(&log)
}

// Stop shuts the server down as its operator would: clients are cut off, what
// was committed is written.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill ends the server at once, as a crash would. It recovers at the next
// Start.
func (s *Server) Kill() { s.end(syscall.SIGQUIT) }

// Restart stops and starts the server.
func (s *Server) Restart() error {
	s.Stop()
	return s.Start()
}

func (s *Server) end(with syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return
	}
	s.proc.Signal(with)
	select {
	case <-s.gone:
	case <-time.After(20 * time.Second):
		s.proc.Signal(syscall.SIGKILL)
		<-s.gone
	}
	s.proc = nil
}

// Pause holds the server where it is, so that it answers nobody and closes
// nothing, until Resume.
func (s *Server) Pause() { s.all(syscall.SIGSTOP) }

// Resume lets the server go on.
func (s *Server) Resume() { s.all(syscall.SIGCONT) }

// all signals the server and the processes it started, one for each client.
func (s *Server) all(with syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return
	}
	s.proc.Signal(with)
	out, _ := exec.Command("ps", "-o", "pid=", "--ppid", strconv.Itoa(s.proc.Pid)).Output()
	for _, f := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(f); err == nil {
			syscall.Kill(pid, with)
		}
	}
}

func (s *Server) remove() {
	s.all(syscall.SIGCONT)
	s.Kill()
	os.RemoveAll(s.dir)
}

const prefix = "osint-pg-"

// sweep removes what test processes left that ended before they could.
func sweep() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), prefix+"*"))
	for _, dir := range left {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}
