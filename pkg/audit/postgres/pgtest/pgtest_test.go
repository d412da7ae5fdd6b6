package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// TestDatabases: each test has a database of its own, with nothing in it.
func TestDatabases(t *testing.T) {
	for range 2 {
		dsn := Start(t)
		Exec(t, dsn, "CREATE TABLE only_here(x int)") // would fail if it were there
	}
}

// TestLike: a database is built once, and copied; what is done to a copy is
// not in the next.
func TestLike(t *testing.T) {
	built := 0
	for range 2 {
		dsn := Like(t, "one row", func(dsn string) {
			built++
			Exec(t, dsn, "CREATE TABLE t AS SELECT 7 AS x")
		})
		if n := number(t, dsn, "SELECT sum(x) FROM t"); n != 7 || built != 1 {
			t.Errorf("%d, built %d times", n, built)
		}
		Exec(t, dsn, "INSERT INTO t VALUES (1)")
	}
}

// TestKill: what was committed is there after a crash, on the same port.
func TestKill(t *testing.T) {
	s := New(t, Options{Durable: true})
	Exec(t, s.DSN(), "CREATE TABLE t AS SELECT 7 AS x")
	s.Kill()
	if _, err := pgx.Connect(context.Background(), s.DSN()); err == nil {
		t.Fatal("a server that was killed answers")
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if n := number(t, s.DSN(), "SELECT x FROM t"); n != 7 {
		t.Errorf("after the crash: %d", n)
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if n := number(t, s.Loopback(), "SELECT x FROM t"); n != 7 {
		t.Errorf("after the restart: %d", n)
	}
}

// TestTLS: the server's certificate is for localhost, and a client's lets its
// login in without a password.
func TestTLS(t *testing.T) {
	s := New(t, Options{TLS: true})
	if n := number(t, s.TLS(), "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"); n != 1 {
		t.Error("the connection is not over TLS")
	}
	wrong := With(t, s.TLS(), func(d *DSN) { d.Host = "127.0.0.1" })
	if _, err := pgx.Connect(context.Background(), wrong); err == nil {
		t.Error("verify-full took a certificate of another name")
	}
	Exec(t, s.DSN(), "CREATE ROLE by_certificate; CREATE ROLE ann LOGIN; GRANT by_certificate TO ann")
	cert, key := s.Certificate(t, "ann")
	ann := With(t, s.TLS(), func(d *DSN) { d.User, d.Password = "ann", "" })
	if _, err := pgx.Connect(context.Background(), ann); err == nil {
		t.Error("ann came in without her certificate")
	}
	ann = With(t, ann, func(d *DSN) { d.Params.Set("sslcert", cert); d.Params.Set("sslkey", key) })
	if n := number(t, ann, "SELECT 1"); n != 1 {
		t.Error(n)
	}
}

func number(t *testing.T, dsn, sql string) (n int) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if err := c.QueryRow(ctx, sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDies: a test process that is killed leaves no server, and the next one
// removes its folder.
func TestDies(t *testing.T) {
	if os.Getenv("OSINT_PGTEST_DIE") != "" {
		s := New(t, Options{})
		fmt.Println("PID", s.proc.Pid, s.dir)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	if runtime.GOOS != "linux" {
		t.Skip("left out: only Linux ends a server with its starter")
	}
	if _, err := find(); err != nil {
		leftOut(t, err)
	}
	c := exec.Command(os.Args[0], "-test.run=^TestDies$", "-test.v")
	c.Env = append(os.Environ(), "OSINT_PGTEST_DIE=1")
	out, _ := c.Output() // it was killed
	var pid int
	var dir string
	_, said, _ := strings.Cut(string(out), "PID ")
	if _, err := fmt.Sscan(said, &pid, &dir); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for deadline := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) == nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server, %d, outlives its test", pid)
		}
	}
	sweep()
	if _, err := os.Stat(dir); err == nil {
		t.Errorf("%s is left", dir)
	}
}
