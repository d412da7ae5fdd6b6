package postgres

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// migrated returns a superuser's connection string of a database with our
// schema, in which no member is known but the superuser.
func migrated(t testing.TB) string {
	t.Helper()
	dsn := pgtest.Start(t)
	c := connect(t, dsn)
	if _, err := Migrate(t.Context(), c, "ops"); err != nil {
		t.Fatal(err)
	}
	return dsn
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

func TestMigrate(t *testing.T) {
	dsn := migrated(t)
	c := connect(t, dsn)
	again, err := Migrate(t.Context(), c, "ops")
	if err != nil || len(again) != 0 {
		t.Fatalf("migrated twice: %v, %v", again, err)
	}
}
