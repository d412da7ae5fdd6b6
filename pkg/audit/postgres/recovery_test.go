package postgres

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"osint/pkg/audit"
	"osint/pkg/audit/postgres/pgtest"
)

// TestRecovery follows docs/record-backup.md: a server with a base backup and an
// archive of its log is lost, and recovered to the end, then to a moment before
// the last shipment.
func TestRecovery(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{Durable: true, Settings: pgtest.Archiving()})
	dsn := server.Database(t)
	if _, err := Migrate(t.Context(), connect(t, dsn), "ops"); err != nil {
		t.Fatal(err)
	}
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	fill(t, l, 100)
	shippedAll(t, l, d, ShipOptions{})
	base := server.Backup(t)
	fill(t, l, 50)
	middle := shippedAll(t, l, d, ShipOptions{})
	moment := one[string](t, connect(t, dsn), "SELECT clock_timestamp()::text")
	fill(t, l, 50)
	shippedAll(t, l, d, ShipOptions{})
	su := connect(t, dsn)
	one[string](t, su, "SELECT pg_switch_wal()::text")
	for one[bool](t, su, "SELECT last_archived_wal IS NULL OR last_archived_wal < pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver") {
		one[string](t, su, "SELECT pg_sleep(0.05)::text")
	}

	server.Kill()
	server.Restore(t, base, "")
	same(t, l, d)
	server.Stop()
	server.Restore(t, base, "time = '"+moment+"'")
	if held, err := NewAnchor(d).Held(t.Context(), l.ID, middle.Next); err != nil || held.Size != middle.Next || held.Root != middle.Root {
		t.Fatalf("recovered to %d entries, want %d: %v", held.Size, middle.Next, err)
	}
	receipt(t, l, d, middle.Next+51)
	got, err := Ship(t.Context(), l, d, ShipOptions{})
	kind(t, err, Rollback)
	if got.Lost != 51 {
		t.Errorf("%+v", got)
	}
	shippedAll(t, l, d, ShipOptions{})
	if n, err := Project(t.Context(), d, l.ID); err != nil || n == 0 {
		t.Errorf("%d entries projected: %v", n, err)
	}
}

// TestLedgerBackup: a copy that SQLite makes while the ledger is written to is a
// ledger, which goes on where it was; one that is older than what was shipped is
// told.
func TestLedgerBackup(t *testing.T) {
	d := dest(t, migrated(t))
	dir := t.TempDir()
	l := ledger(t, dir)
	fill(t, l, 100)
	backup := filepath.Join(t.TempDir(), "ledger.db")
	db, err := sql.Open("sqlite", filepath.Join(dir, "audit", audit.File))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM INTO ?", backup); err != nil {
		t.Fatal(err)
	}
	shippedAll(t, l, d, ShipOptions{})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	restored := t.TempDir()
	if err := os.CopyFS(filepath.Join(restored, "keys"), os.DirFS(filepath.Join(dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	keys, _ := filepath.Glob(filepath.Join(restored, "keys", "*"))
	for _, k := range keys {
		os.Chmod(k, 0o600)
	}
	b, err := os.ReadFile(backup)
	if err == nil {
		err = os.MkdirAll(filepath.Join(restored, "audit"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(restored, "audit", audit.File), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = audit.Open(filepath.Join(restored, "audit"), filepath.Join(restored, "keys"), audit.Options{})
	if _, back := err.(*audit.SetBack); !back {
		t.Fatalf("an older copy: %v", err)
	}
	heads, _ := filepath.Glob(filepath.Join(restored, "keys", "*.head"))
	for _, h := range heads { // and the key store is as old
		os.Remove(h)
	}
	behindIt := ledger(t, restored)
	_, err = Ship(t.Context(), behindIt, d, ShipOptions{})
	kind(t, err, Rollback)
	behindIt.Close()
	r, err := audit.Recover(t.Context(), filepath.Join(restored, "audit"), filepath.Join(restored, "keys"), audit.Options{}, NewAnchor(d))
	if err != nil || r.Has != 102 {
		t.Fatalf("%+v: %v", r, err)
	}
	back := ledger(t, restored)
	fill(t, back, 10)
	shippedAll(t, back, d, ShipOptions{})
}
