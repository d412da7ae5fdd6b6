package postgres

import (
	"errors"
	"testing"

	"osint/pkg/audit/postgres/pgtest"
)

// TestLook holds what a login that ships sees of its ledger, and which kind of
// error a server without the schema, and one that is not there, make.
func TestLook(t *testing.T) {
	dsn := migrated(t)
	conn := shipper(t, dsn, "blue")
	c, err := Parse(env("POSTGRES_URL", conn.Config().ConnString()))
	if err != nil {
		t.Fatal(err)
	}
	l := ledger(t, t.TempDir())
	fill(t, l, 5)
	if s, err := c.Look(t.Context(), l.ID); err != nil || s.Version == "" || s.Entries != 0 || !s.Last.IsZero() {
		t.Errorf("before: %+v, %v", s, err)
	}
	next := shippedAll(t, l, c.Dest(), ShipOptions{}).Next
	if s, err := c.Look(t.Context(), l.ID); err != nil || s.Entries != next || s.Last.IsZero() || s.Took <= 0 {
		t.Errorf("after: %+v, %v; %d were sent", s, err, next)
	}
	if s, err := c.Look(t.Context(), ""); err != nil || s.Entries != 0 {
		t.Errorf("of no ledger: %+v, %v", s, err)
	}
	kind := func(url string) Kind {
		c, err := Parse(env("POSTGRES_URL", url))
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err := c.Look(t.Context(), ""); !errors.As(err, &e) {
			t.Fatalf("no error of ours: %v", err)
		}
		return e.Kind
	}
	if k := kind(pgtest.Start(t)); k != Unprepared {
		t.Errorf("without the schema: %s", k)
	}
	if k := kind("postgres://nobody@127.0.0.1:1/audit"); k != Unreachable {
		t.Errorf("without a server: %s", k)
	}
}
