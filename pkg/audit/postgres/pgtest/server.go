package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options says what a server of one's own is like.
type Options struct {
	Durable  bool              // syncs, as one in use does: for tests of what is left after Kill
	TLS      bool              // speaks TLS over loopback; see [Server.TLS]
	Settings map[string]string // of postgresql.conf, beside ours
}

// A Server is a PostgreSQL that this process started. Its superuser is
// postgres; over the Unix socket it trusts everybody, over loopback it wants a
// password, or with TLS one or a client certificate.
type Server struct {
	dir      string // all of it: data, socket, certificates, log
	bin      string
	port     int
	password string
	as       *syscall.Credential
	tls      *authority

	mu   sync.Mutex
	proc *os.Process
	gone chan struct{} // closed when proc has ended
}

// New starts a server for this test alone, which may stop and kill it. It goes
// when the test ends. OSINT_TEST_POSTGRES does not serve here.
func New(tb testing.TB, o Options) *Server {
	tb.Helper()
	s, err := start(o)
	if err != nil {
		leftOut(tb, err)
	}
	tb.Cleanup(s.remove)
	return s
}

func start(o Options) (_ *Server, err error) {
	sweep()
	s := &Server{password: random(12)}
	if s.bin, err = find(); err != nil {
		return nil, err
	}
	if s.as, err = unprivileged(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", fmt.Sprintf("%s%d-", prefix, os.Getpid())); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.remove()
		}
	}()
	if len(s.dir) > 80 {
		return nil, fmt.Errorf("%s is too long for a Unix socket: set TMPDIR to a shorter one", s.dir)
	}
	if s.port, err = freePort(); err != nil {
		return nil, err
	}
	if err = s.files(o); err != nil {
		return nil, err
	}
	return s, s.Start()
}

// files makes the data folder and its configuration.
func (s *Server) files(o Options) error {
	archive := filepath.Join(s.dir, "archive")
	if err := errors.Join(s.own(s.dir), os.Mkdir(archive, 0o700), s.own(archive)); err != nil {
		return err
	}
	pw := filepath.Join(s.dir, "pw")
	if err := s.write(pw, s.password); err != nil {
		return err
	}
	c := exec.Command(filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", "postgres", "--pwfile", pw,
		"--no-sync", "-E", "UTF8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256")
	c.Dir, c.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %.500s", err, out)
	}
	conf := fmt.Sprintf("listen_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\nmax_connections = 60\nshared_buffers = 64MB\n", s.port, s.dir)
	if !o.Durable {
		conf += "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n"
	}
	if o.TLS {
		var err error
		if s.tls, err = newAuthority(s); err != nil {
			return err
		}
		conf += s.tls.settings()
		if err := s.write(filepath.Join(s.data(), "pg_hba.conf"), s.tls.hba()); err != nil {
			return err
		}
	}
	for k, v := range o.Settings {
		conf += fmt.Sprintf("%s = '%s'\n", k, strings.ReplaceAll(v, "'", "''"))
	}
	return s.write(filepath.Join(s.data(), "conf.d.conf"), conf, "include = 'conf.d.conf'\n")
}

// write writes a file that is the server's; an include line goes to the end of
// postgresql.conf.
func (s *Server) write(path, text string, include ...string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	if err := s.own(path); err != nil {
		return err
	}
	for _, line := range include {
		f, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.WriteString(line)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// own makes a file or folder the server's.
func (s *Server) own(path string) error {
	if s.as == nil {
		return nil
	}
	return os.Chown(path, int(s.as.Uid), int(s.as.Gid))
}

// Host returns the folder of the Unix socket, which is the server's own.
func (s *Server) Host() string { return s.dir }

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// DSN returns the superuser's connection string of the database postgres, over
// the Unix socket.
func (s *Server) DSN() string {
	return DSN{Host: s.dir, Port: s.port, User: "postgres", Database: "postgres"}.String()
}

// Loopback returns the same over loopback, with the password and without TLS.
func (s *Server) Loopback() string {
	return DSN{Host: "127.0.0.1", Port: s.port, User: "postgres", Password: s.password, Database: "postgres",
		Params: map[string][]string{"sslmode": {"disable"}}}.String()
}

// ready waits until the server takes connections, and writes.
func (s *Server) ready(log *bytes.Buffer) error {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-s.gone:
			return fmt.Errorf("postgres ended while it started: %.800s", log)
		default:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		c, err := pgx.Connect(ctx, s.DSN())
		recovers := false
		if err == nil {
			err = c.QueryRow(ctx, "SELECT pg_is_in_recovery()").Scan(&recovers)
			c.Close(ctx)
		}
		cancel()
		switch late := time.Now().After(deadline); {
		case err == nil && !recovers, err != nil && late:
			return err
		case late:
			return errors.New("the server recovers, and is not done in half a minute")
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
