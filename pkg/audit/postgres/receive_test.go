package postgres

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"osint/pkg/audit/postgres/pgtest"
)

// shipper returns a connection of a new login that ships for a team.
func shipper(t testing.TB, dsn, team string) *pgx.Conn {
	t.Helper()
	return as(t, dsn, team, "TLP:CLEAR", "osint_ship")
}

// as returns a connection of a new login of a team, with a clearance and the
// roles.
func as(t testing.TB, dsn, team, clearance string, roles ...string) *pgx.Conn {
	t.Helper()
	name, login := pgtest.Login(t, dsn, roles...)
	pgtest.Exec(t, dsn, "SELECT audit.admit($1, $2, $3)", name, team, clearance)
	return connect(t, login)
}

// TestReceive: what is sent is there, byte for byte; sent again it changes
// nothing; sent changed, with a gap, by another or as another it is refused,
// and nothing of it is kept.
func TestReceive(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	for i := range 9 {
		b.add("heartbeat", "", body{"tool": fmt.Sprint(i)})
	}
	h, err := receive(t.Context(), c, b.id, nil)
	if err != nil || h.next != 0 {
		t.Fatalf("an unknown ledger: %+v, %v", h, err)
	}
	h, err = receive(t.Context(), c, b.id, b.leaves[:4])
	if err != nil || h.next != 4 {
		t.Fatalf("%+v, %v", h, err)
	}
	_, err = receive(t.Context(), c, b.id, b.leaves[5:])
	refused(t, err, "OA002", "a batch that begins later than what is due")
	_, err = receive(t.Context(), c, b.id, slices.Concat(b.leaves[4:6], b.leaves[7:]))
	refused(t, err, "OA002", "a batch with a hole")
	_, err = receive(t.Context(), c, b.id, slices.Concat(b.leaves[4:6], b.leaves[5:6], b.leaves[7:8]))
	refused(t, err, "OA002", "a batch with an entry twice and a hole")
	lie := slices.Clone(b.leaves[4:6])
	lie[1].hash = make([]byte, 32)
	_, err = receive(t.Context(), c, b.id, lie)
	refused(t, err, "23514", "a leaf under a hash that is not its own")
	mustReceive(t, c, b) // the first four again
	mustReceive(t, c, b) // all again
	if first, last := one[time.Time](t, c, "SELECT ts FROM audit.entry WHERE seq = 9"), one[time.Time](t, c, "SELECT last_ts FROM audit.silence"); first.UnixMilli() != noon+9 || last.UnixMilli() != noon+9 {
		t.Errorf("the last entry is of %v, the ledger of %v", first, last)
	}

	changed := slices.Clone(b.leaves)
	changed[6].text = bytes.Replace(changed[6].text, []byte(`"tool":"5"`), []byte(`"tool":"6"`), 1)
	_, err = receive(t.Context(), c, b.id, changed)
	refused(t, err, "OA001", "an entry that was changed")

	// What a leaf is sent as, and what it says itself.
	b.add("case.ruling", "c-1_2", body{"subject": "%,\"ledger\":"})
	good := b.leaves[10:]
	for what, f := range map[string]func(*leaf){
		"another time":      func(l *leaf) { l.ts++ },
		"another ledger":    func(l *leaf) { l.text = bytes.Replace(l.text, []byte(b.id), []byte(ledgerID(2)), 1) },
		"another seq":       func(l *leaf) { l.text = bytes.Replace(l.text, []byte(`"seq":10`), []byte(`"seq":11`), 1) },
		"another type":      func(l *leaf) { l.kind = "case.open" },
		"another case":      func(l *leaf) { l.caseID = new("c-1x2") },
		"a case for any":    func(l *leaf) { l.caseID = new("%") },
		"no case":           func(l *leaf) { l.caseID = nil },
		"a type for any":    func(l *leaf) { l.kind = "%" },
		"something behind":  func(l *leaf) { l.text = append(slices.Clone(l.text), ' ') },
		"something before":  func(l *leaf) { l.text = append([]byte(" "), l.text...) },
		"another's version": func(l *leaf) { l.text = bytes.Replace(l.text, []byte(`"v":1}`), []byte(`"v":2}`), 1) },
	} {
		bad := slices.Clone(good)
		f(&bad[0])
		_, err := receive(t.Context(), c, b.id, bad)
		refused(t, err, "OA004", "a leaf with "+what)
	}
	bad := slices.Clone(good)
	bad[0].text = append([]byte{0xff}, bad[0].text...)
	_, err = receive(t.Context(), c, b.id, bad)
	refused(t, err, "22021", "a leaf that is no text")
	other := shipper(t, dsn, "blue")
	_, err = receive(t.Context(), other, b.id, good)
	refused(t, err, "OA003", "another login's ledger")
	_, alone := pgtest.Login(t, dsn, "osint_ship")
	_, err = receive(t.Context(), connect(t, alone), b.id, good)
	refused(t, err, "OA003", "a login in no team")
	headless := newBook(ledgerID(3), noon)
	headless.leaves = nil
	headless.add("heartbeat", "", body{})
	_, err = receive(t.Context(), other, headless.id, headless.leaves)
	refused(t, err, "OA004", "a ledger without a genesis")

	mustReceive(t, c, b) // nothing of all that was kept
	rows, err := c.Query(t.Context(), "SELECT seq, leaf, leaf_hash FROM audit.entry ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	var seq, n int64
	var text, hash []byte
	if _, err := pgx.ForEachRow(rows, []any{&seq, &text, &hash}, func() error {
		want := sha256.Sum256(append([]byte{0}, b.leaves[n].text...))
		if seq != n || !bytes.Equal(text, b.leaves[n].text) || !bytes.Equal(hash, want[:]) {
			t.Errorf("entry %d is %d %s", n, seq, text)
		}
		n++
		return nil
	}); err != nil || n != 11 {
		t.Errorf("%d entries, %v", n, err)
	}
}

// TestNUL: a leaf may hold what jsonb does not.
func TestNUL(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	b.add("heartbeat", "", body{"tool": "a\x00b \\u0000 \u2028 \U0001f600"})
	mustReceive(t, c, b)
	if got := one[[]byte](t, c, "SELECT leaf FROM audit.entry WHERE seq = 1"); !bytes.Equal(got, b.leaves[1].text) {
		t.Errorf("%q", got)
	}
}

// TestSeal: a checkpoint is kept when it is of the ledger and of what was
// received; two of one size that differ are a fork.
func TestSeal(t *testing.T) {
	dsn := migrated(t)
	c := shipper(t, dsn, "blue")
	b := newBook(ledgerID(1), noon)
	b.add("heartbeat", "", body{"tool": "1"})
	mustReceive(t, c, b)
	note := func(origin string, size int, root byte) string {
		return fmt.Sprintf("%s\n%d\n%s\n\n— key sig\n", origin, size, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{root}, 32)))
	}
	seal := func(c *pgx.Conn, note string) error {
		_, err := c.Exec(t.Context(), "SELECT audit.seal($1, $2)", b.id, note)
		return err
	}
	ours := "osint.local/" + b.id
	refused(t, seal(c, note(ours, 3, 7)), "OA002", "a checkpoint of more than was received")
	refused(t, seal(c, note("osint.local/"+ledgerID(2), 2, 7)), "OA004", "another ledger's checkpoint")
	refused(t, seal(c, "osint"), "OA004", "no checkpoint")
	for _, size := range []int{2, 1, 2} {
		if err := seal(c, note(ours, size, 7)); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, seal(c, note(ours, 2, 8)), "OA001", "another root of the newest size")
	refused(t, seal(c, note(ours, 1, 8)), "OA001", "another root of an older size")
	refused(t, seal(shipper(t, dsn, "blue"), note(ours, 2, 7)), "OA003", "another login's ledger")
	h, err := receive(t.Context(), c, b.id, nil)
	if err != nil || h.size != 2 || !bytes.Equal(h.root, bytes.Repeat([]byte{7}, 32)) {
		t.Errorf("%+v, %v", h, err)
	}
	if n := one[int](t, c, "SELECT count(*) FROM audit.checkpoint"); n != 2 {
		t.Errorf("%d checkpoints", n)
	}
}

// TestHandOver: an admin gives a ledger to another login of its team; then that
// one appends to it, and the first no more.
func TestHandOver(t *testing.T) {
	dsn := migrated(t)
	first, next, red := shipper(t, dsn, "blue"), shipper(t, dsn, "blue"), shipper(t, dsn, "red")
	admin := as(t, dsn, "blue", "TLP:RED", "osint_admin")
	b := newBook(ledgerID(1), noon)
	mustReceive(t, first, b)
	b.add("heartbeat", "", body{"tool": "1"})
	give := func(c *pgx.Conn) error {
		_, err := admin.Exec(t.Context(), "SELECT audit.hand_over($1, $2)", b.id, c.Config().User)
		return err
	}
	refused(t, give(red), "OA003", "a ledger for another team")
	if err := give(next); err != nil {
		t.Fatal(err)
	}
	_, err := receive(t.Context(), first, b.id, b.leaves)
	refused(t, err, "OA003", "a ledger that was handed over")
	mustReceive(t, next, b)
}

// TestTemporary: where nobody may make temporary tables, receiving goes on.
func TestTemporary(t *testing.T) {
	dsn := pgtest.Start(t)
	pgtest.Exec(t, dsn, "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$")
	if _, err := Migrate(t.Context(), connect(t, dsn), ""); err != nil {
		t.Fatal(err)
	}
	mustReceive(t, shipper(t, dsn, "blue"), newBook(ledgerID(1), noon))
}
