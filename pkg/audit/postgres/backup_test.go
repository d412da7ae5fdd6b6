package postgres

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
)

// TestBackup: after a crash of the whole machine a base backup and the archive
// give back all that was archived, guarded as before; restored to a point in
// time, the server says what is due, and what was received after is received
// again.
func TestBackup(t *testing.T) {
	s := pgtest.New(t, pgtest.Options{Settings: pgtest.Archiving()})
	dsn := s.Database(t)
	su := connect(t, dsn)
	if _, err := Migrate(t.Context(), su, "ops"); err != nil {
		t.Fatal(err)
	}
	c := shipper(t, dsn, "blue")
	login := c.Config().ConnString()
	b := newBook(ledgerID(1), noon)
	part := func() {
		t.Helper()
		wholeCase(b, "c-"+string(rune('a'+len(b.leaves)%26)), 2)
		mustReceive(t, c, b)
		one[int](t, c, "SELECT audit.project()")
	}
	part()
	base := s.Backup(t)
	part()
	atPoint := len(b.leaves)
	one[string](t, su, "SELECT pg_create_restore_point('noon')::text")
	part()
	rows := dump(t, su, append(projections, "events")...)
	one[string](t, su, "SELECT pg_switch_wal()::text")
	for one[bool](t, su, "SELECT last_archived_wal IS NULL OR last_archived_wal < pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver") {
		one[string](t, su, "SELECT pg_sleep(0.05)::text")
	}
	s.Kill()

	s.Restore(t, base, "")
	su = connect(t, dsn)
	check := func(want int) {
		t.Helper()
		all, err := su.Query(t.Context(), "SELECT seq, leaf, leaf_hash FROM audit.entry ORDER BY seq")
		if err != nil {
			t.Fatal(err)
		}
		var seq, n int64
		var text, hash []byte
		_, err = pgx.ForEachRow(all, []any{&seq, &text, &hash}, func() error {
			if sum := sha256.Sum256(append([]byte{0}, text...)); seq != n || !bytes.Equal(text, b.leaves[n].text) || !bytes.Equal(hash, sum[:]) {
				t.Errorf("entry %d is %d %s", n, seq, text)
			}
			n++
			return nil
		})
		if err != nil || n != int64(want) {
			t.Errorf("%d entries, want %d: %v", n, want, err)
		}
	}
	check(len(b.leaves))
	if back := dump(t, su, append(projections, "events")...); difference(rows, back) != difference(rows, rows) {
		t.Errorf("the rows differ: %s", difference(rows, back))
	}
	_, err := su.Exec(t.Context(), "DELETE FROM audit.entry")
	refused(t, err, "OA005", "deleting after the restore")

	s.Stop()
	s.Restore(t, base, "name = 'noon'")
	su = connect(t, dsn)
	check(atPoint)
	c = connect(t, login)
	if h, err := receive(t.Context(), c, b.id, nil); err != nil || h.next != int64(atPoint) {
		t.Errorf("due is %d, want %d: %v", h.next, atPoint, err)
	}
	mustReceive(t, c, b)
	one[int](t, c, "SELECT audit.project()")
	check(len(b.leaves))
}
