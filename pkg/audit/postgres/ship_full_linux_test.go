package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"osint/pkg/audit/postgres/pgtest"
)

// TestDiskFull: the disk that the entries lie on is full, in the midst of a
// batch, and then is not.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := os.Chmod(filepath.Dir(disk), 0o755); err != nil { // the server is another user
		t.Fatal(err)
	}
	if err := syscall.Mount("none", disk, "tmpfs", 0, "size=6m,mode=0777"); err != nil {
		t.Skipf("left out, as it makes a small disk: %v", err)
	}
	t.Cleanup(func() { // after the server is gone
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	server := pgtest.New(t, pgtest.Options{})
	owner, err := os.Stat(server.Host())
	if err != nil {
		t.Fatal(err)
	}
	who := owner.Sys().(*syscall.Stat_t)
	if err := os.Chown(disk, int(who.Uid), int(who.Gid)); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, server.DSN(), "CREATE TABLESPACE small LOCATION '"+disk+"'")
	dsn := server.Database(t)
	if _, err := Migrate(t.Context(), connect(t, dsn), "ops"); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, dsn, `DO $$ DECLARE part regclass; BEGIN
		FOR part IN SELECT relid FROM pg_partition_tree('audit.entry') WHERE isleaf LOOP EXECUTE format('ALTER TABLE %s SET TABLESPACE small', part); END LOOP;
	END $$`)
	d := dest(t, dsn)
	l := ledger(t, t.TempDir())
	fill(t, l, 20_000)
	_, err = Ship(t.Context(), l, d, ShipOptions{batch: 5000})
	kind(t, err, Unreachable)
	if err == nil || !strings.Contains(err.Error(), "No space left on device") {
		t.Errorf("%v does not say that the disk is full", err)
	}
	if held, err := NewAnchor(d).Held(t.Context(), l.ID, 0); err != nil || held.Size == 0 || held.Size%5000 != 0 {
		t.Errorf("%d entries are held, of whole batches: %v", held.Size, err)
	}
	if err := syscall.Mount("none", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	shippedAll(t, l, d, ShipOptions{})
}
