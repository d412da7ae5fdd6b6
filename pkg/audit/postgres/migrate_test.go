package postgres

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// migrated returns a superuser's connection string of a database with our
// schema, in which no member is known but the superuser.
func migrated(t testing.TB) string {
	t.Helper()
	return pgtest.Like(t, "migrated", func(dsn string) {
		c, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
		if _, err := Migrate(t.Context(), c, "ops"); err != nil {
			t.Fatal(err)
		}
	})
}

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// TestMigrate: a second time there is nothing to do; a step that was taken
// with another text stops it.
func TestMigrate(t *testing.T) {
	if n, err := Version(t.Context(), connect(t, pgtest.Start(t))); n != 0 || err != nil {
		t.Errorf("an empty database is of version %d: %v", n, err)
	}
	dsn, last := migrated(t), Migrations()[len(Migrations())-1].Version
	if n, err := Version(t.Context(), as(t, dsn, "blue", "TLP:CLEAR", "osint_viewer")); n != last || err != nil {
		t.Errorf("version %d, want %d: %v", n, last, err)
	}
	c := connect(t, dsn)
	again, err := Migrate(t.Context(), c, "ops")
	if err != nil || len(again) != 0 {
		t.Fatalf("migrated twice: %v, %v", again, err)
	}
	if team := one[string](t, c, "SELECT team_id FROM audit.member WHERE login = session_user"); team != "ops" {
		t.Errorf("the first member is of team %s", team)
	}
	if _, err := c.Exec(t.Context(), "UPDATE audit.migration SET sha256 = 'x' WHERE version = 3"); err != nil {
		t.Fatal(err)
	}
	if _, err := Migrate(t.Context(), c, "ops"); err == nil || !strings.Contains(err.Error(), "0003_partitions: it was taken with another text") {
		t.Error(err)
	}
}

// TestMigrateAtOnce: several migrations at once, of one database and of
// another on the same server, whose roles they share, take each step once.
func TestMigrateAtOnce(t *testing.T) {
	s := pgtest.New(t, pgtest.Options{})
	dsns := []string{s.Database(t), s.Database(t)}
	var all errgroup
	took := make([]int, 6)
	for i := range took {
		c := connect(t, dsns[i%2])
		all.Go(func() error {
			ms, err := Migrate(t.Context(), c, "")
			took[i] = len(ms)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := len(Migrations()); took[0]+took[2]+took[4] != n || took[1]+took[3]+took[5] != n {
		t.Errorf("steps taken: %v, of %d in each database", took, n)
	}
}

// TestMigrateUnprivileged: a login that may make roles, and a schema in its
// database, migrates, ships and projects; it keeps no right of the owner's.
func TestMigrateUnprivileged(t *testing.T) {
	s := pgtest.New(t, pgtest.Options{})
	dsn := s.Database(t)
	pgtest.Exec(t, s.DSN(), "CREATE ROLE dba LOGIN CREATEROLE")
	pgtest.Exec(t, dsn, "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO dba', current_database()); END $$")
	c := connect(t, pgtest.With(t, dsn, func(d *pgtest.DSN) { d.User = "dba" }))
	for range 2 {
		if _, err := Migrate(t.Context(), c, "ops"); err != nil {
			t.Fatal(err)
		}
	}
	b := newBook(ledgerID(1), noon)
	mustReceive(t, c, b)
	if n := one[int](t, c, "SELECT audit.project()"); n != 1 {
		t.Errorf("projected %d", n)
	}
	if n, err := Rebuild(t.Context(), c); err != nil || n != 1 {
		t.Errorf("rebuilt %d: %v", n, err)
	}
	_, err := c.Exec(t.Context(), "ALTER TABLE audit.entry DISABLE TRIGGER ALL")
	refused(t, err, "42501", "switching the triggers off")
	_, err = c.Exec(t.Context(), "DELETE FROM audit.entry")
	refused(t, err, "42501", "deleting entries")
}

// errgroup waits for several, and keeps the first error.
type errgroup struct {
	sync.WaitGroup
	once sync.Once
	err  error
}

func (g *errgroup) Go(f func() error) {
	g.WaitGroup.Go(func() {
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err })
		}
	})
}

func (g *errgroup) Wait() error {
	g.WaitGroup.Wait()
	return g.err
}
