// Package pgtest has a real PostgreSQL for tests. Only tests import it:
// floors_test.go holds that, since it runs programs and listens.
//
// The server is the one that OSINT_TEST_POSTGRES names (a superuser's
// connection string); else one started from this machine's own initdb and
// postgres in a temporary folder. OSINT_TEST_POSTGRES_BIN names the folder of
// those two, else the PATH and Debian's folders are searched, newest first.
// Where there are none and OSINT_TEST_INSTALL or CI is set, root has apt-get
// install them. What cannot be had skips the test, and fails it with CI=true.
//
// A package that uses it says so in its TestMain, which stops the server:
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// shared is the server that the tests of one process share.
var shared struct {
	sync.Mutex
	server *Server
	err    error
}

// Main runs the tests, and then removes the templates and stops the shared
// server, if there were any.
func Main(m *testing.M) int {
	defer func() {
		if shared.server != nil {
			shared.server.remove()
		} else if dsn := os.Getenv("OSINT_TEST_POSTGRES"); dsn != "" {
			for _, name := range templates.names {
				if err := drop(dsn, name); err != nil {
					fmt.Fprintf(os.Stderr, "drop the template of the tests: %v\n", err)
				}
			}
		}
	}()
	return m.Run()
}

// Start returns the superuser's connection string of a new, empty database,
// which is dropped when the test ends. The server is shared by the tests of
// the process and doesn't sync: for faults see [New].
func Start(tb testing.TB) string {
	tb.Helper()
	return database(tb, superuser(tb))
}

// superuser returns the connection string of the server that tests share,
// which it starts if need be.
func superuser(tb testing.TB) string {
	tb.Helper()
	if dsn := os.Getenv("OSINT_TEST_POSTGRES"); dsn != "" {
		return dsn
	}
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = start(Options{})
	}
	if shared.err != nil {
		leftOut(tb, shared.err)
	}
	return shared.server.DSN()
}

// templates are the databases that [Like] copies, by what they are like.
var templates = struct {
	sync.Mutex
	names map[string]string
}{names: map[string]string{}}

// Like returns what [Start] does, of a database like one that build has filled:
// it is called once for each name, and its database copied from then on.
func Like(tb testing.TB, name string, build func(dsn string)) string {
	tb.Helper()
	dsn := superuser(tb)
	templates.Lock()
	defer templates.Unlock()
	if templates.names[name] == "" {
		template := "osint_template_" + random(6)
		Exec(tb, dsn, "CREATE DATABASE "+template)
		build(With(tb, dsn, func(d *DSN) { d.Database = template }))
		templates.names[name] = template
	}
	return database(tb, dsn, templates.names[name])
}

// leftOut skips the test, and says why; where nothing may be left out it fails.
func leftOut(tb testing.TB, err error) {
	tb.Helper()
	if os.Getenv("CI") == "true" {
		tb.Fatalf("CI=true leaves nothing out: %v", err)
	}
	tb.Skipf("left out, as it needs a PostgreSQL: %v", err)
}

// Database makes a new database on s and returns the superuser's connection
// string of it, over the Unix socket.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	return database(tb, s.DSN())
}

func database(tb testing.TB, dsn string, like ...string) string {
	tb.Helper()
	name := "osint_test_" + random(6)
	sql := "CREATE DATABASE " + name
	for _, template := range like {
		sql += " TEMPLATE " + template
	}
	Exec(tb, dsn, sql)
	tb.Cleanup(func() {
		var refused *pgconn.ConnectError // a test of faults may leave its server stopped
		if err := drop(dsn, name); err != nil && !errors.As(err, &refused) {
			tb.Errorf("drop the test's database: %v", err)
		}
	})
	return With(tb, dsn, func(d *DSN) { d.Database = name })
}

func drop(dsn, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// Login makes a login of a random name that is a member of the roles, and
// returns the connection string of it in the database of dsn. It goes when the
// test ends.
func Login(tb testing.TB, dsn string, roles ...string) (name, loginDSN string) {
	tb.Helper()
	name = "osint_login_" + random(6)
	password := random(12)
	Exec(tb, dsn, "CREATE ROLE "+name+" LOGIN PASSWORD '"+password+"'")
	// Cleanups run last in, first out: the database that may hold what is
	// granted to the login goes later, so its grants go here.
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		c, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return // a test of faults may leave its server stopped
		}
		defer c.Close(ctx)
		for range 50 { // a connection that was just closed may not have put all away yet
			if _, err = c.Exec(ctx, "DROP OWNED BY "+name+"; DROP ROLE "+name); err == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		tb.Errorf("drop the test's login: %v", err)
	})
	for _, r := range roles {
		Exec(tb, dsn, "GRANT "+r+" TO "+name)
	}
	return name, With(tb, dsn, func(d *DSN) { d.User, d.Password = name, password })
}

// Exec runs one statement, or several without arguments, on a connection of
// its own.
func Exec(tb testing.TB, dsn, sql string, args ...any) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, sql, args...); err != nil {
		tb.Fatalf("%.200s: %v", sql, err)
	}
}

func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}
