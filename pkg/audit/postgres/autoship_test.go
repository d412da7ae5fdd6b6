package postgres

import (
	"strings"
	"testing"
	"time"

	"osint/pkg/audit/postgres/pgtest"
)

// TestAutoShip: a server that is down, or hangs, costs a moment and nothing
// else; a backlog goes piece by piece.
func TestAutoShip(t *testing.T) {
	server := pgtest.New(t, pgtest.Options{})
	dsn := server.Database(t)
	if _, err := Migrate(t.Context(), connect(t, dsn), "ops"); err != nil {
		t.Fatal(err)
	}
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	fill(t, l, 100)
	if o := AutoShip(t.Context(), l, d); o.Err != nil || o.Waiting != 0 || o.Next != 102 || o.String() != "" {
		t.Fatalf("%+v", o)
	}
	same(t, l, d)
	const limit = 300 * time.Millisecond
	try := func(what, says string, waiting int64) {
		t.Helper()
		began := time.Now()
		o := autoShip(t.Context(), l, d, limit, 2*limit)
		if took := time.Since(began); took > 3*limit+2*parting+time.Second { // the machine may be busy
			t.Errorf("%s: it took %v", what, took)
		}
		kind(t, o.Err, Unreachable)
		if o.Waiting != waiting || !strings.Contains(o.String(), says) || strings.Contains(o.String(), "\n") {
			t.Errorf("%s: %s; %d wait, want %d", what, o, o.Waiting, waiting)
		}
	}
	fill(t, l, 10)
	server.Pause()
	try("hangs", "10 entries of the record wait; send them with: osint audit ship", 10)
	server.Resume()
	server.Kill()
	try("down", "10 entries", 10)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, dsn, `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$;
		CREATE TRIGGER slow BEFORE INSERT ON audit.entry FOR EACH ROW EXECUTE FUNCTION slow()`)
	fill(t, l, 90)
	try("slow", "no answer in time: 101 entries", 101) // one announces the 100
	pgtest.Exec(t, dsn, "DROP TRIGGER slow ON audit.entry")
	if o := AutoShip(t.Context(), l, d); o.Err != nil || o.Waiting != 0 {
		t.Fatalf("%+v", o)
	}
	same(t, l, d)
	if n := one[int64](t, connect(t, dsn), "SELECT count(*) FROM audit.events"); n == 0 {
		t.Error("nothing was projected")
	}
}
