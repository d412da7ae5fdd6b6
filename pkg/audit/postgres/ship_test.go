package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// ledger opens, or makes, the ledger of a folder.
func ledger(t testing.TB, dir string) *audit.Ledger {
	t.Helper()
	l, err := audit.Open(filepath.Join(dir, "audit"), filepath.Join(dir, "keys"), audit.Options{Actor: "ann", Tool: "osint test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// fill appends entries.
func fill(t testing.TB, l *audit.Ledger, n int) {
	t.Helper()
	var acts []audit.Act
	for i := range n {
		acts = append(acts, audit.Act{Type: audit.TaskFinish, Case: "c-0123456789abcdef", Body: audit.Body{"collector": "dns", "kind": "host",
			"subject": fmt.Sprintf("host%d.acme.example", i), "outcome": "ok", "elapsed_ms": i % 700, "exchanges": 1, "observations": 3, "line": i, "at": 1764140000123 + i,
			"source": "resolver", "bytes": 512, "cost_microusd": 0}})
		if len(acts) == 1000 || i == n-1 {
			if _, err := l.Append(acts...); err != nil {
				t.Fatal(err)
			}
			acts = acts[:0]
		}
	}
}

// copied copies a ledger that nobody has open, with its key, to a new folder: a
// machine that was cloned.
func copied(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	keys, _ := filepath.Glob(filepath.Join(to, "keys", "*"))
	for _, k := range keys {
		if err := os.Chmod(k, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// dest returns where a login of a new team ships to.
func dest(t testing.TB, dsn string) Dest {
	t.Helper()
	name, login := pgtest.Login(t, dsn, "osint_ship")
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, 'blue', 'TLP:CLEAR')", name)
	return to(login)
}

func to(dsn string) Dest {
	return Dest{"db.example:5432/osint", func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }}
}

// shippedAll ships, and fails unless that goes well and all is there after.
func shippedAll(t testing.TB, l *audit.Ledger, d Dest, o ShipOptions) Shipped {
	t.Helper()
	got, err := Ship(t.Context(), l, d, o)
	if err != nil {
		t.Fatal(err)
	}
	same(t, l, d)
	return got
}

// same fails unless the server has the ledger, entry for entry, and its newest
// checkpoint, and both say so.
func same(t testing.TB, l *audit.Ledger, d Dest) {
	t.Helper()
	s, err := l.Reader()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	size, err := s.Size()
	if err != nil {
		t.Fatal(err)
	}
	root, err := s.Root(size)
	if err != nil {
		t.Fatal(err)
	}
	held, err := NewAnchor(d).Held(t.Context(), s.ID, size)
	if err != nil || held.Size != size || held.Shown != size || held.Root != root {
		t.Errorf("the server holds %d entries with root %v, the ledger %d with %v: %v", held.Size, held.Root, size, root, err)
	}
	notes, err := NewAnchor(d).Checkpoints(t.Context(), s.ID)
	if err != nil || len(notes) != 1 {
		t.Fatalf("%d checkpoints: %v", len(notes), err)
	}
	if c, err := audit.OpenCheckpoint(notes[0], l.Key()); err != nil || c.Size != size || c.Root != root {
		t.Errorf("the server's newest checkpoint is of %d entries, not of %d: %v", c.Size, size, err)
	}
	at, err := s.Shipments(t.Context())
	if err != nil || len(at) != 1 || at[0].Next != size || at[0].Error != "" {
		t.Errorf("the ledger says it shipped: %+v, not %d: %v", at, size, err)
	}
	receipts, err := s.Receipts(t.Context())
	if err != nil || len(receipts) != 1 || receipts[0].Size != size || receipts[0].Root != root {
		t.Errorf("the receipts are %+v: %v", receipts, err)
	}
	news, err := s.NewsSince(t.Context(), 0, size, d.Name)
	if err != nil || news {
		t.Errorf("something was shipped that no entry announces: %v", err)
	}
}

// kind fails unless err is ours, of the kind.
func kind(t testing.TB, err error, want Kind) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("%v, want one of kind %s", err, want)
	}
}

// TestShip: what is new is sent, once, in batches however small; a shipment of
// nothing writes nothing.
func TestShip(t *testing.T) {
	d := dest(t, migrated(t))
	l := ledger(t, t.TempDir())
	fill(t, l, 500)
	if got := shippedAll(t, l, d, ShipOptions{batch: 37}); got.First != 0 || got.Next != 502 {
		t.Errorf("first: %+v", got)
	}
	if got := shippedAll(t, l, d, ShipOptions{}); got.First != 502 || got.Next != 502 {
		t.Errorf("nothing waits: %+v", got)
	}
	if _, err := l.Rotate("test"); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 100)
	if got := shippedAll(t, l, d, ShipOptions{batch: 64}); got.First != 502 || got.Next != 604 {
		t.Errorf("second: %+v", got)
	}
}

// TestShipDamaged: entries that are not those that were signed are not sent.
func TestShipDamaged(t *testing.T) {
	d := dest(t, migrated(t))
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 200)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "audit", audit.File), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b[:len(b)-20] {
		if string(b[i:i+20]) == "host150.acme.example" {
			f.WriteAt([]byte("host151"), int64(i))
		}
	}
	_, err = Ship(t.Context(), ledger(t, dir), d, ShipOptions{batch: 50})
	var damaged *audit.Damaged
	if !errors.As(err, &damaged) {
		t.Errorf("a damaged ledger: %v", err)
	}
	if held, err := NewAnchor(d).Held(t.Context(), l.ID, 0); err != nil || held.Size > 150 {
		t.Errorf("%d entries were sent, and 150 are sound: %v", held.Size, err)
	}
}

// TestShipOneLane: a server that has no room for a second connection gets all of
// it over the first, and nobody waits for the second.
func TestShipOneLane(t *testing.T) {
	l, d := ledger(t, t.TempDir()), dest(t, migrated(t))
	fill(t, l, 50)
	one, connect := make(chan struct{}, 1), d.Connect
	d.Connect = func(ctx context.Context) (*pgx.Conn, error) {
		select {
		case one <- struct{}{}:
			return connect(ctx)
		default:
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if done, err := Ship(ctx, l, d, ShipOptions{batch: 10}); err != nil || done.Next != 52 {
		t.Errorf("%+v, %v", done, err)
	}
}
